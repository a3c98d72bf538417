"""Lines that stand beside each other, read as one row of letters."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vision.documents.text import TextLine

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, repr=False)
class Placed:
    """One letter on the card. x: its middle, pixels. box_xyxy: of the line it was read from."""

    text: str
    confidence: float
    x: float
    box_xyxy: Box

    @property
    def height_px(self) -> float:
        """How tall its line is."""
        return self.box_xyxy[3] - self.box_xyxy[1]


@dataclass(frozen=True, slots=True, repr=False)
class Run:
    """Some letters in order, from left to right, or of several rows one after the other."""

    letters: tuple[Placed, ...]

    @property
    def text(self) -> str:
        """What they say."""
        return "".join(letter.text for letter in self.letters)

    @property
    def confidence(self) -> float:
        """That of the least certain letter; 0 for none."""
        return min((letter.confidence for letter in self.letters), default=0.0)

    @property
    def y(self) -> float:
        """The middle of the first letter's line."""
        first = self.letters[0].box_xyxy
        return (first[1] + first[3]) / 2

    @property
    def height_px(self) -> float:
        """How tall the tallest line is."""
        return max(letter.height_px for letter in self.letters)

    @property
    def box_xyxy(self) -> Box:
        """What the letters cover: by their middles across, by their lines up and down."""
        boxes = np.array([letter.box_xyxy for letter in self.letters])
        half = self.height_px / 2
        left = min(letter.x for letter in self.letters) - half
        right = max(letter.x for letter in self.letters) + half
        return left, float(boxes[:, 1].min()), right, float(boxes[:, 3].max())

    def match(self, pattern: str) -> re.Match[str] | None:
        """Look for a pattern in the text."""
        return re.search(pattern, self.text)

    def part(self, start: int, stop: int | None = None) -> "Run":
        """Return the letters of a slice; letters may be of several characters' text no more."""
        return Run(self.letters[start:stop])

    def without_strays(self, most_gap: float) -> "Run":
        """Stop at the first gap of more than so many times the letters' height."""
        kept = list(self.letters[:1])
        for letter in self.letters[1:]:
            if letter.x - kept[-1].x > most_gap * letter.height_px:
                break
            kept.append(letter)
        return Run(tuple(kept))


def rows_of(lines: Sequence[TextLine]) -> list[Run]:
    """Put lines of like height side by side; rows from above to below, letters from the left."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=_middle_y):
        home = next((row for row in reversed(rows) if _is_beside(row[0], line)), None)
        if home is None:
            rows.append([line])
        else:
            home.append(line)
    placed = [tuple(letter for line in row for letter in _placed(line)) for row in rows]
    return [Run(tuple(sorted(row, key=lambda letter: letter.x))) for row in placed if row]


def _middle_y(line: TextLine) -> float:
    return (line.box_xyxy[1] + line.box_xyxy[3]) / 2


def _is_beside(first: TextLine, other: TextLine) -> bool:
    top = max(first.box_xyxy[1], other.box_xyxy[1])
    foot = min(first.box_xyxy[3], other.box_xyxy[3])
    return foot - top > 0.5 * min(first.height_px, other.height_px)


def _placed(line: TextLine) -> Iterator[Placed]:
    left, right = (line.quad[0] + line.quad[3]) / 2, (line.quad[1] + line.quad[2]) / 2
    for letter in line.letters:
        x = float(left[0] + (right[0] - left[0]) * letter.place)
        # The reader's letters are single characters; a longer one would break the slices.
        yield Placed(letter.text[:1], letter.confidence, x, line.box_xyxy)

"""Lines that stand beside each other, read as one row of letters."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vision.documents.text import TextLine

Box = tuple[float, float, float, float]
# Middles of two letters are nearer than this, in heights, only if it is one letter.
_DOUBLE = 0.5
# Lines are on one row if their middles are nearer than this, in heights; rows are 1.4 apart.
_BESIDE = 0.5
# Lines that are so many times longer than high tell how the print runs.
_LONG = 3.0


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
    """Put lines side by side that stand on one line of print, which may climb or fall a little.

    Rows are in order from above to below, their letters from the left.
    """
    slope = _slope(lines)
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: _level_px(line, slope)):
        home = next((row for row in reversed(rows) if _is_beside(row[-1], line, slope)), None)
        if home is None:
            rows.append([line])
        else:
            home.append(line)
    placed = [tuple(letter for line in row for letter in _placed(line)) for row in rows]
    ordered = [sorted(row, key=lambda letter: letter.x) for row in placed if row]
    return [Run(tuple(_without_doubles(row))) for row in ordered]


def _slope(lines: Sequence[TextLine]) -> float:
    """Return how far the print falls for each pixel to the right: of most of the long lines."""
    ends = [(line.quad[1] + line.quad[2] - line.quad[0] - line.quad[3]) / 2 for line in lines]
    slopes = [
        float(end[1] / end[0])
        for end, line in zip(ends, lines, strict=True)
        if end[0] > _LONG * line.thickness_px
    ]
    return float(np.median(slopes)) if slopes else 0.0


def _level_px(line: TextLine, slope: float) -> float:
    x, y = line.quad.mean(axis=0)
    return float(y - slope * x)


def _without_doubles(letters: Sequence[Placed]) -> Iterator[Placed]:
    """Leave out a letter that two lines, which overlap, both have."""
    for index, letter in enumerate(letters):
        before = letters[index - 1] if index else None
        is_double = (
            before is not None
            and before.text == letter.text
            and before.box_xyxy != letter.box_xyxy
            and letter.x - before.x < _DOUBLE * letter.height_px
        )
        if not is_double:
            yield letter


def _is_beside(first: TextLine, other: TextLine, slope: float) -> bool:
    apart = abs(_level_px(first, slope) - _level_px(other, slope))
    return apart < _BESIDE * (first.thickness_px + other.thickness_px) / 2


def _placed(line: TextLine) -> Iterator[Placed]:
    left, right = (line.quad[0] + line.quad[3]) / 2, (line.quad[1] + line.quad[2]) / 2
    for letter in line.letters:
        x = float(left[0] + (right[0] - left[0]) * letter.place)
        # The reader's letters are single characters; a longer one would break the slices.
        yield Placed(letter.text[:1], letter.confidence, x, line.box_xyxy)

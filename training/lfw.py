"""LFW by halves of its people: one to learn from, one to judge on."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from media.image import ImageRGB
from vision.analysis import FaceAnalyzer, FaceReading, Select

SIDE_PX = 250  # The side that LFW's pictures have as published; smaller copies are grown to it.


@dataclass(frozen=True, order=True, slots=True)
class Photograph:
    """One picture of LFW."""

    person: str
    number: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures that the protocol compares."""

    first: Photograph
    second: Photograph

    @property
    def is_genuine(self) -> bool:
        """Whether both show one person."""
        return self.first.person == self.second.person


class LfwHalf:
    """Pictures and protocol pairs of the people of one half, by a hash of the name.

    folder: with pairs.txt and one folder a person. half: 0 learns, 1 is judged on.
    """

    def __init__(self, analyzer: FaceAnalyzer, folder: Path, half: int) -> None:
        self._analyzer = analyzer
        self._folder = folder
        self._half = half

    def pairs(self) -> list[Pair]:
        """Return the protocol's pairs of which both people are of this half."""
        pairs = _read_pairs(self._folder / "pairs.txt")
        return [pair for pair in pairs if self._has(pair.first) and self._has(pair.second)]

    def photographs(self) -> list[Photograph]:
        """Return every picture of this half that is in a pair of the protocol."""
        pairs = _read_pairs(self._folder / "pairs.txt")
        both = {photo for pair in pairs for photo in (pair.first, pair.second)}
        return sorted(photo for photo in both if self._has(photo))

    def one_pair_a_person(self) -> list[Pair]:
        """Return the first genuine pair of each person, in an order that chance gave."""
        first: dict[str, Pair] = {}
        for pair in self.pairs():
            if pair.is_genuine:
                first.setdefault(pair.first.person, pair)
        return [first[person] for person in sorted(first, key=lambda name: seed_of(name, "order"))]

    def picture(self, photo: Photograph) -> ImageRGB:
        """Return a picture, 250 pixels wide and high."""
        path = self._folder / photo.person / f"{photo.person}_{photo.number:04d}.jpg"
        with Image.open(path) as opened:
            whole = opened.convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
        return np.asarray(whole, np.uint8)

    def read(self, photo: Photograph) -> FaceReading:
        """Read the face in the middle. Raises NoFaceError."""
        return self._analyzer.read(self.picture(photo), Select.CENTRAL)

    def _has(self, photo: Photograph) -> bool:
        return half_of(photo.person) == self._half


def half_of(person: str) -> int:
    """Return 0 or 1, which the name alone decides."""
    return int(hashlib.sha256(person.encode()).hexdigest(), 16) % 2


def seed_of(*words: str) -> int:
    """Return a number that the words alone decide."""
    return int(hashlib.sha256("/".join(words).encode()).hexdigest()[:8], 16)


def _read_pairs(path: Path) -> list[Pair]:
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        match line.split("\t"):
            case [person, first, second]:
                pairs.append(Pair(Photograph(person, int(first)), Photograph(person, int(second))))
            case [one, first, other, second]:
                pairs.append(Pair(Photograph(one, int(first)), Photograph(other, int(second))))
            case _:
                continue  # The heading: how many sets, how many pairs in each.
    return pairs

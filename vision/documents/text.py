"""Lines of text in a picture, and who reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from media.image import ImageRGB
from vision.geometry import Floats


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """One letter. confidence: in [0, 1]. place: of its middle along the line, 0 left to 1 right."""

    text: str
    confidence: float
    place: float

    def __repr__(self) -> str:
        return f"Letter(confidence={self.confidence:.2f}, text=<hidden>)"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TextLine:
    """One line as it was read, without its spaces.

    quad: (4, 2) float32, pixels: the first letter's top, the last one's top, the last one's
    foot, the first one's foot.
    """

    letters: tuple[Letter, ...]
    quad: Floats

    @property
    def text(self) -> str:
        """What it says; empty for nothing legible."""
        return "".join(letter.text for letter in self.letters)

    @property
    def confidence(self) -> float:
        """That of its least certain letter; 0 for an empty line."""
        return min((letter.confidence for letter in self.letters), default=0.0)

    @property
    def box_xyxy(self) -> tuple[float, float, float, float]:
        """The upright box around it."""
        (left, top), (right, bottom) = self.quad.min(axis=0), self.quad.max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    @property
    def thickness_px(self) -> float:
        """How tall the line is, across its own direction."""
        sides = self.quad[3] - self.quad[0], self.quad[2] - self.quad[1]
        return float(np.mean([np.hypot(*side) for side in sides]))

    def __repr__(self) -> str:
        return f"TextLine({len(self.text)} characters, confidence={self.confidence:.2f})"


class TextReader(Protocol):
    """Reads text; safe to share between threads."""

    @property
    def model_ids(self) -> tuple[str, ...]:
        """The catalogue's ids of the models in use."""
        ...

    def find(self, image: ImageRGB) -> Sequence[Floats]:
        """Return where lines of text are, each (4, 2) as in TextLine, from above to below."""
        ...

    def upside_down_share(self, image: ImageRGB, quads: Sequence[Floats]) -> float:
        """Return how much of the text stands on its head, in [0, 1]; 0 where there is none."""
        ...

    def read_at(self, image: ImageRGB, quads: Sequence[Floats]) -> tuple[TextLine, ...]:
        """Read the lines at these places, in their order; an empty text is nothing legible."""
        ...

    def warm_up(self) -> None:
        """Open the models and let them prove themselves. Raises ModelDisagreesError."""
        ...

"""What is printed in a picture, the right way up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from media.image import ImageRGB
from vision.documents.text import TextLine, TextReader
from vision.geometry import Floats

# A line is upright or lies on its side if its box is so many times longer than the other way.
_LONG = 1.5
# A line is cut out wider than it was found, in heights of the line: thin last strokes such as 一
# are often left out of its box.
_WIDER = 0.9
_FREE, _NEAR = 1.6, 0.5


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Printing:
    """A picture turned so that its text is upright, RGB, and its lines.

    quarter_turns: anticlockwise, that it was turned by.
    """

    image: ImageRGB
    lines: tuple[TextLine, ...]
    quarter_turns: int = 0


def read_printing(reader: TextReader, image: ImageRGB, quads: Sequence[Floats]) -> Printing:
    """Turn a picture as its text wants, and read it. Raises InferenceFailedError.

    quads: where lines of text are, as the reader found them.
    """
    turns = 0
    if _lie_down(quads):
        image, quads, turns = *_turn(image, quads), 1
    if reader.upside_down_share(image, quads) > 0.5:
        image, quads = _turn(*_turn(image, quads))
        turns += 2
    lines = reader.read_at(image, widen(quads, image.shape[1]))
    return Printing(image, tuple(line for line in lines if line.letters), turns)


def _lie_down(quads: Sequence[Floats]) -> bool:
    sides = [_sides_px(quad) for quad in quads]
    standing = sum(width * height for width, height in sides if height > _LONG * width)
    lying = sum(width * height for width, height in sides if width > _LONG * height)
    return standing > lying


def _sides_px(quad: Floats) -> tuple[float, float]:
    width, height = quad.max(axis=0) - quad.min(axis=0)
    return float(width), float(height)


def _turn(image: ImageRGB, quads: Sequence[Floats]) -> tuple[ImageRGB, list[Floats]]:
    """Turn by a quarter, anticlockwise."""
    width = image.shape[1]
    turned = [np.stack([quad[:, 1], width - quad[:, 0]], axis=1) for quad in quads]
    # What was at the right is on top now, so the corners count from the next one.
    quads = [np.roll(quad, -1, axis=0).astype(np.float32) for quad in turned]
    return np.ascontiguousarray(np.rot90(image)), quads


def widen(quads: Sequence[Floats], width_px: int) -> list[Floats]:
    """Draw out each line to the right where nothing else stands and the picture goes on."""
    return [_widened(quad, quads, width_px) for quad in quads]


def _widened(quad: Floats, others: Sequence[Floats], width_px: int) -> Floats:
    height = float(np.hypot(*(quad[3] - quad[0])))
    along = quad[1] - quad[0]
    length = float(np.hypot(*along))
    if length < 1:
        return quad
    room = min(_room_px(quad, others), width_px - float(quad[:, 0].max()))
    # Beside another line nothing was left out, and a part of its letter would be read as a whole.
    step = along / length * (height * _WIDER if room > height * _FREE else 0.0)
    wider = quad.copy()
    wider[1] += step
    wider[2] += step
    return wider


def _room_px(quad: Floats, others: Sequence[Floats]) -> float:
    """Return how far the next line to the right is."""
    top, foot, right = quad[:, 1].min(), quad[:, 1].max(), quad[:, 0].max()
    gaps = [
        float(other[:, 0].min() - right)
        for other in others
        if other[:, 1].min() < foot
        and other[:, 1].max() > top
        and other[:, 0].min() > right - _NEAR * (foot - top)
    ]
    return min(gaps, default=float("inf"))

"""A lobby filmed by a camera that is not there: photographs of people move into view.

Each person is a photograph, cut out with its own background and shown larger as it comes nearer;
bodies and doors are not there. It shows the way from a camera to a tablet, and no more: how well
people are found in a lobby is measured on films of real ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from media.image import ImageRGB

FPS = 10
WIDTH, HEIGHT = 1280, 720
# Sides of a photograph when it comes in and when it stands in the middle, pixels.
_FAR_PX, _NEAR_PX = 220, 400
_FEATHER_PX = 12


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """One person's way through the picture: in from the left, standing, out to the right."""

    portrait: ImageRGB
    enters_s: float
    arrives_s: float
    leaves_s: float
    gone_s: float

    def __repr__(self) -> str:
        return f"Walk({self.enters_s:g} to {self.gone_s:g} s, portrait=<hidden>)"


def lobby_frames(walks: tuple[Walk, ...], length_s: float, fps: int = FPS) -> Iterator[ImageRGB]:
    """Yield (720, 1280, 3) pictures."""
    room = _empty_lobby()
    for number in range(round(length_s * fps)):
        picture = room.copy()
        for walk in walks:
            _draw(picture, walk, number / fps)
        yield picture


def _empty_lobby() -> ImageRGB:
    """Return a wall, a floor and a counter, with the grain of a sensor."""
    room = np.empty((HEIGHT, WIDTH, 3), np.float32)
    room[:] = (196, 190, 178)
    room[HEIGHT * 2 // 3 :] = (120, 112, 104)
    cv2.rectangle(room, (860, 380), (1240, 640), (92, 66, 48), -1)
    cv2.rectangle(room, (40, 120), (220, 700), (150, 160, 168), -1)
    noise = np.random.default_rng(7).normal(0, 2.5, room.shape)
    return np.clip(room + noise, 0, 255).astype(np.uint8)


def _draw(picture: ImageRGB, walk: Walk, at_s: float) -> None:
    """Put a person where the walk has it at a time; nothing before and after it."""
    if not walk.enters_s <= at_s < walk.gone_s:
        return
    coming = _share(at_s, walk.enters_s, walk.arrives_s)
    going = _share(at_s, walk.leaves_s, walk.gone_s)
    side = round(_FAR_PX + (_NEAR_PX - _FAR_PX) * coming * (1 - 0.5 * going))
    middle_x = 80 + (WIDTH / 2 - 80) * coming + (WIDTH / 2 + 120) * going
    _paste(picture, walk.portrait, round(middle_x - side / 2), HEIGHT - 40 - side, side)


def _share(at_s: float, start_s: float, end_s: float) -> float:
    return min(max((at_s - start_s) / (end_s - start_s), 0.0), 1.0)


def _paste(picture: ImageRGB, portrait: ImageRGB, left: int, top: int, side: int) -> None:
    """Blend a square in, with a soft edge, as far as it is inside."""
    small = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
    x0, x1 = max(left, 0), min(left + side, WIDTH)
    if x0 >= x1:
        return
    inner = np.zeros((side, side), np.float32)
    inner[_FEATHER_PX:-_FEATHER_PX, _FEATHER_PX:-_FEATHER_PX] = 1
    alpha = cv2.blur(inner, (_FEATHER_PX, _FEATHER_PX))[:, x0 - left : x1 - left, None]
    there = picture[top : top + side, x0:x1]
    cut = small[:, x0 - left : x1 - left]
    there[:] = np.clip(alpha * cut + (1 - alpha) * there, 0, 255).astype(np.uint8)

"""What the participants of `smartbranch bench interview` show: a face, and what calls for advice.

One photograph gives one pose, held up and moving a little; the work for the models is that of a
living face. No picture comes twice, since a repetition refuses.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

import cv2
import numpy as np

from bench.pictures import JPEG_QUALITY
from media.clips import read_frames
from media.image import ImageRGB
from media.pictures import encode_jpeg
from tour import photographs

GOOD, FAR, DARK, AWAY = "good", "far", "dark", "away"
BAD = (FAR, DARK, AWAY)
_FAR_SCALE, _DARK_SHARE = 0.3, 0.03
_APART_S = 1000.0
_SIZE_WH = (photographs.WIDTH_PX, photographs.HEIGHT_PX)
Draw = Callable[[float], ImageRGB]


class Scenery:
    """The pictures of one participant, JPEG of 640 x 480, made before they are needed.

    good_s, bad_s: how long the good scene, and each of the others, can be shown without showing
    a picture twice.
    """

    def __init__(
        self, person: int, fps: float, good_s: float, bad_s: float, clip: Path | None
    ) -> None:
        draw = _held_up(person) if clip is None else _filmed(clip, fps)
        spans = {GOOD: good_s, FAR: bad_s, DARK: bad_s, AWAY: bad_s}
        self._pictures: Mapping[str, Iterator[bytes]] = {
            scene: iter(
                [
                    encode_jpeg(_SCENES[scene](draw(begin_s + number / fps)), JPEG_QUALITY)
                    for number in range(round(span_s * fps))
                ]
            )
            # Each of another time, so that none is a darker copy of another.
            for begin_s, (scene, span_s) in zip(count(0.0, _APART_S), spans.items(), strict=False)
        }

    def next(self, scene: str) -> bytes:
        """Return the next picture of a scene. Raises StopIteration where there is none left."""
        return next(self._pictures[scene])


def _held_up(person: int) -> Draw:
    people = photographs.people()
    # Who looks into the camera.
    portraits = (people[0].portrait, photographs.astronaut()[0:300, 90:390], people[5].portrait)
    image = photographs.place(portraits[person % len(portraits)])
    return lambda time_s: photographs.held_up(image, time_s, person)


def _filmed(clip: Path, fps: float) -> Draw:
    """Return a clip's frames, to and fro, with a sensor's noise that is new each time."""
    images: list[ImageRGB] = []
    numbers = count()
    wanted = next(numbers)
    for frame in read_frames(clip):
        if (frame.pts_s or 0.0) * fps >= wanted:
            images.append(np.asarray(cv2.resize(frame.image, _SIZE_WH), np.uint8))
            wanted = next(numbers)

    def draw(time_s: float) -> ImageRGB:
        place = round(time_s * fps) % (2 * len(images))
        image = images[min(place, 2 * len(images) - 1 - place)]
        return photographs.held_up(image, time_s)

    return draw


def _far(image: ImageRGB) -> ImageRGB:
    """Return the picture as from far away, on its own blurred colours."""
    width, height = _SIZE_WH
    picture = _backdrop(image)
    small = cv2.resize(image, None, fx=_FAR_SCALE, fy=_FAR_SCALE, interpolation=cv2.INTER_AREA)
    top, left = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    picture[top : top + small.shape[0], left : left + small.shape[1]] = small
    return picture


def _backdrop(image: ImageRGB) -> ImageRGB:
    """Return the picture's colours without anybody in it."""
    colours = cv2.resize(image, (8, 6), interpolation=cv2.INTER_AREA)
    return np.array(cv2.resize(colours, _SIZE_WH, interpolation=cv2.INTER_CUBIC), np.uint8)


_SCENES: Mapping[str, Callable[[ImageRGB], ImageRGB]] = {
    GOOD: lambda image: image,
    FAR: _far,
    DARK: lambda image: np.asarray(_backdrop(image) * _DARK_SHARE, np.uint8),
    AWAY: _backdrop,
}

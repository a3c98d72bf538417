"""Photographs to measure with, made from those that dependencies ship.

There is one photograph of each person, so the second one of a pair is a re-shot copy of the
first: the same work for a face pipeline, an easier match.
"""

import itertools

import cv2
import numpy as np

from media.image import ImageRGB
from media.pictures import encode_jpeg
from tour import photographs
from tour.photographs import place

JPEG_QUALITY = 90

PicturePair = tuple[bytes, bytes]


def verify_pairs() -> tuple[PicturePair, ...]:
    """Return a pair of 640 x 480 JPEG photographs for each of seven people."""
    portraits = [person.portrait for person in photographs.people()]
    portraits.append(photographs.astronaut()[0:300, 90:390])
    return tuple(
        (_as_jpeg(place(portrait)), _as_jpeg(photographs.reshot(place(portrait), seed)))
        for seed, portrait in enumerate(portraits)
    )


def mixed_sizes() -> tuple[PicturePair, ...]:
    """Return the pairs at many sizes and shapes, 200 to 1600 px wide."""
    pairs = []
    scales = (0.3125, 0.5, 0.75, 1.0, 1.25, 1.75, 2.5)
    for number, (scale, person) in enumerate(itertools.product(scales, photographs.people())):
        image = place(person.portrait)
        cut = image[:, 9 * (number % 11) :]
        sized = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        pairs.append((_as_jpeg(np.asarray(sized, np.uint8)), _as_jpeg(photographs.turned(image))))
    return tuple(pairs)


def _as_jpeg(image: ImageRGB) -> bytes:
    return encode_jpeg(image, JPEG_QUALITY)

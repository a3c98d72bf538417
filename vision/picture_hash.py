"""A picture's fingerprint that survives recompression: 64 bits of its coarsest frequencies."""

import cv2
import numpy as np

from media.image import ImageRGB

GRID_PX = 32  # Side of the grey picture that is transformed; the coarsest 8 x 8 waves are kept.
_WAVES = 8
HASH_BITS = _WAVES * _WAVES


def picture_hash(image: ImageRGB) -> int:
    """Return the 64-bit DCT hash of a whole picture; near pictures differ in few bits."""
    return hash_of_grid(grey_grid(image))


def grey_grid(image: ImageRGB) -> ImageRGB:
    """Return the picture as (32, 32) uint8 grey, each value the mean of its part."""
    small = cv2.resize(image, (GRID_PX, GRID_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def hash_of_grid(grid: ImageRGB) -> int:
    """Return the hash of a (32, 32) grey picture: which waves are above the median."""
    waves = cv2.dct(grid.astype(np.float32))[:_WAVES, :_WAVES].ravel()
    # The first is the mean brightness; it would decide the median alone in flat pictures.
    bits = waves > np.median(waves[1:])
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def hash_distance(first: int, second: int) -> int:
    """Return how many of the 64 bits differ."""
    return (first ^ second).bit_count()

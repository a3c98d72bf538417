"""From picture files to what the rates are counted on."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from base.errors import (
    DegenerateFaceError,
    InvalidArgumentError,
    InvalidInputError,
    NoFaceError,
)
from evaluation.face_set import FaceSet
from media.image import ImageRGB
from media.pictures import decode_picture
from vision.analysis import FaceReading, Select

Progress = Callable[[int], None]


class FaceReader(Protocol):
    """What finds, rates and embeds the face of a picture, such as vision's FaceAnalyzer."""

    def read(self, image: ImageRGB, select: Select) -> FaceReading:
        """Return the chosen face. Raises NoFaceError."""
        ...


def grow(image: ImageRGB, min_side_px: int) -> ImageRGB:
    """Enlarge a picture whose longer side is under `min_side_px` to that side, bicubic.

    LFW is often passed on at 150 x 150 pixels; its own size, and that of the published results,
    is 250 x 250. Larger pictures, and all with `min_side_px` 0, stay as they are.
    """
    height, width = image.shape[:2]
    longer = max(height, width)
    if longer >= min_side_px:
        return image
    size_wh = (round(width * min_side_px / longer), round(height * min_side_px / longer))
    return cv2.resize(image, size_wh, interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def read_faces(
    paths: Sequence[Path],
    reader: FaceReader,
    *,
    workers: int,
    min_side_px: int = 0,
    progress: Progress = lambda _: None,
) -> FaceSet:
    """Read the face nearest the middle of every picture, `workers` pictures at a time.

    progress: called with 1 after each picture. Embeddings stay in memory.
    Raises InvalidArgumentError, with the file's name, for a file that is no picture.
    """

    def read(path: Path) -> FaceReading | None:
        reading = _read_one(path, reader, min_side_px)
        progress(1)
        return reading

    with ThreadPoolExecutor(workers, thread_name_prefix="evaluate") as pool:
        readings = list(pool.map(read, paths))
    return _as_set(readings)


def _read_one(path: Path, reader: FaceReader, min_side_px: int) -> FaceReading | None:
    try:
        image = decode_picture(path.read_bytes())
    except (InvalidInputError, OSError) as error:
        raise InvalidArgumentError(
            f"{path.name} cannot be read as a picture: {error}", field="root"
        ) from error
    try:
        return reader.read(grow(image, min_side_px), Select.CENTRAL)
    except (NoFaceError, DegenerateFaceError):
        return None


def _as_set(readings: Sequence[FaceReading | None]) -> FaceSet:
    vectors = [r.embedding.vector if r and r.embedding else None for r in readings]
    dim = next((len(vector) for vector in vectors if vector is not None), None)
    if dim is None:
        raise InvalidArgumentError("no face was found in any of the pictures", field="root")
    empty = np.zeros(dim, np.float32)
    return FaceSet(
        np.stack([empty if vector is None else vector for vector in vectors]).astype(np.float32),
        np.array([vector is not None for vector in vectors]),
        np.array([r.quality.score if r else np.nan for r in readings], np.float32),
    )

"""The pictures that the passive model learns from, each with the face that our detector sees."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from evaluation.pad.manifest import Presentation
from media.image import ImageRGB
from media.pictures import decode_picture
from vision.detection import FaceDetector
from vision.geometry import Floats

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PadRow:
    """One picture. box_xyxy: of the largest face, None where none was found.

    digest: sha256 of the file, by which features are cached. number: place in the set, which
    seeds what chance does to the picture.
    """

    path: Path = field(repr=False)
    digest: str
    number: int
    is_live: bool
    source: str
    box_xyxy: Box | None

    def read(self) -> ImageRGB:
        """Decode the picture."""
        return decode_picture(self.path.read_bytes())

    def box_in(self, image: ImageRGB) -> Floats:
        """Return the detector's box, or the whole picture where it saw nobody."""
        if self.box_xyxy is None:
            return np.array([0, 0, image.shape[1], image.shape[0]], np.float32)
        return np.array(self.box_xyxy, np.float32)


def find_faces(
    presentations: Sequence[Presentation], detector: FaceDetector, cache: Path
) -> tuple[PadRow, ...]:
    """Return a row for each picture; boxes that were found before come from the cache."""
    known = _load(cache)
    rows = []
    for number, one in enumerate(presentations):
        content = one.path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest not in known:
            known[digest] = _largest(detector, decode_picture(content))
        box = known[digest]
        rows.append(PadRow(one.path, digest, number, one.is_live, one.source, box))
    cache.write_text(json.dumps(known), encoding="utf-8")
    return tuple(rows)


def sources_of(rows: Iterable[PadRow]) -> tuple[str, ...]:
    """Return the names of the sources in order."""
    return tuple(sorted({row.source for row in rows}))


def _load(cache: Path) -> dict[str, Box | None]:
    if not cache.is_file():
        return {}
    stored = json.loads(cache.read_text(encoding="utf-8"))
    return {digest: None if box is None else tuple(box) for digest, box in stored.items()}


def _largest(detector: FaceDetector, image: ImageRGB) -> Box | None:
    faces = detector.detect(image)
    if not len(faces):
        return None
    x1, y1, x2, y2 = faces.boxes_xyxy[int(np.argmax(faces.areas_px()))]
    return float(x1), float(y1), float(x2), float(y2)

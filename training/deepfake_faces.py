"""The real faces that forgeries are made of, each with its mesh; half of them are held out.

Which half a face belongs to hangs on a name alone: of the person in LFW, of the file in the
labelled sources, of the whole source among webcam pictures. Pixels lie in one file that every
process maps, so that a machine holds them once.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from evaluation.pad.manifest import Presentation
from media.image import ImageRGB
from media.pictures import decode_picture
from training.deepfake_sources import Item
from training.lfw import SIDE_PX, half_of
from vision.detection import FaceDetector
from vision.geometry import Floats
from vision.mesh import Landmarker

RECIPE = "faces-1"
MARGIN = 1.9
"""Side of what is kept, in longer sides of the face's box: blends and cameras need room."""
MAX_SIDE_PX = 320
LFW = "lfw"
WEBCAM = "webcam"
WEBCAMS_LEARNED = ("alexcamargoweb", "jtboing", "krzysiek354", "neonipun")
MAX_A_WEBCAM = 60


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture to take a face from. group: what the halves are split by."""

    path: Path
    source: str
    group: str
    is_held: bool
    looked_at_px: int = 0  # Side that it is grown to before it is looked at; 0 leaves it.


@dataclass(frozen=True, slots=True, eq=False)
class RealFace:
    """One face. image: square or nearly so. box_xyxy: (4,), points_xy: (478, 2), both in it."""

    image: ImageRGB
    box_xyxy: Floats
    points_xy: Floats
    source: str
    group: str
    is_held: bool


class FaceStore:
    """Real faces on disk. Raises OSError where none were written."""

    def __init__(self, folder: Path) -> None:
        self._pixels = np.load(folder / "pixels.npy", mmap_mode="r")
        table = np.load(folder / "faces.npz")
        self.sources = table["sources"]
        self.groups = table["groups"]
        self.is_held = table["is_held"]
        self._starts, self._shapes = table["starts"], table["shapes"]
        self.points = table["points"]
        self._boxes = table["boxes"]

    def __len__(self) -> int:
        return len(self.sources)

    def face(self, number: int) -> RealFace:
        """Return one face; its picture is a copy."""
        height, width = (int(side) for side in self._shapes[number])
        start = int(self._starts[number])
        flat = np.array(self._pixels[start : start + height * width * 3])
        return RealFace(
            flat.reshape(height, width, 3),
            self._boxes[number],
            self.points[number],
            str(self.sources[number]),
            str(self.groups[number]),
            bool(self.is_held[number]),
        )


def photos_of_lfw(folder: Path) -> Iterator[Photo]:
    """Yield every picture; the learning half of the people learns."""
    for path in sorted(folder.glob("*/*.jpg")):
        person = path.parent.name
        yield Photo(path, LFW, person, half_of(person) == 1, SIDE_PX)


def photos_of_sources(rows: Sequence[Item]) -> Iterator[Photo]:
    """Yield the real pictures of labelled sources, halved by the name of the file."""
    for row in rows:
        if not row.is_fake:
            name = f"{row.source}/{row.path.stem}"
            yield Photo(row.path, row.source, name, half_of(name) == 1)


def photos_of_webcams(rows: Sequence[Presentation]) -> Iterator[Photo]:
    """Yield live pictures of webcams, a few of each source, spread over its files."""
    live: dict[str, list[Path]] = {}
    for row in rows:
        if row.is_live:
            live.setdefault(row.source, []).append(row.path)
    for source, paths in sorted(live.items()):
        chosen = sorted(paths)[:: max(1, len(paths) // MAX_A_WEBCAM)][:MAX_A_WEBCAM]
        for path in chosen:
            yield Photo(path, WEBCAM, source, source not in WEBCAMS_LEARNED)


def gather(
    photos: Sequence[Photo], detector: FaceDetector, landmarker: Landmarker, folder: Path
) -> FaceStore:
    """Find, cut and keep the faces, unless the folder holds these very ones already."""
    stamp = _stamp(photos)
    mark = folder / "faces.json"
    if mark.is_file() and json.loads(mark.read_text(encoding="utf-8")) == stamp:
        return FaceStore(folder)
    faces = [face for photo in photos if (face := read_face(photo, detector, landmarker))]
    folder.mkdir(parents=True, exist_ok=True)
    sizes = np.array([face.image.size for face in faces])
    np.save(folder / "pixels.npy", np.concatenate([face.image.ravel() for face in faces]))
    np.savez(
        folder / "faces.npz",
        sources=np.array([face.source for face in faces]),
        groups=np.array([face.group for face in faces]),
        is_held=np.array([face.is_held for face in faces]),
        starts=np.concatenate([[0], np.cumsum(sizes)[:-1]]),
        shapes=np.array([face.image.shape[:2] for face in faces]),
        boxes=np.array([face.box_xyxy for face in faces]),
        points=np.array([face.points_xy for face in faces]),
    )
    mark.write_text(json.dumps(stamp), encoding="utf-8")
    return FaceStore(folder)


def read_face(photo: Photo, detector: FaceDetector, landmarker: Landmarker) -> RealFace | None:
    """Return the largest face with some room around it, None where none is found."""
    image = decode_picture(photo.path.read_bytes())
    grown = max(1.0, photo.looked_at_px / max(image.shape[:2]))
    seen = _scaled(image, grown) if grown > 1 else image
    faces = detector.detect(seen)
    if not len(faces):
        return None
    box = faces.boxes_xyxy[int(np.argmax(faces.areas_px()))]
    mesh = landmarker.find(seen, box)
    if mesh is None:
        return None
    return _cut(image, box / grown, mesh.points[:, :2] / grown, photo)


def _cut(image: ImageRGB, box: Floats, points: Floats, photo: Photo) -> RealFace:
    half = MARGIN * max(box[2] - box[0], box[3] - box[1]) / 2
    centre = (box[:2] + box[2:]) / 2
    size_wh = np.array([image.shape[1], image.shape[0]])
    low = np.maximum(np.floor(centre - half), 0).astype(int)
    high = np.minimum(np.ceil(centre + half), size_wh).astype(int)
    cut = image[low[1] : high[1], low[0] : high[0]]
    scale = min(1.0, MAX_SIDE_PX / max(cut.shape[:2]))
    kept = np.ascontiguousarray(_scaled(cut, scale) if scale < 1 else cut)
    box_in = ((box - np.tile(low, 2)) * scale).astype(np.float32)
    points_in = ((points - low) * scale).astype(np.float32)
    return RealFace(kept, box_in, points_in, photo.source, photo.group, photo.is_held)


def _scaled(image: ImageRGB, scale: float) -> ImageRGB:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def _stamp(photos: Sequence[Photo]) -> dict[str, str]:
    names = "\n".join(f"{p.source}/{p.group}/{p.path.name}/{p.is_held}" for p in photos)
    return {"recipe": RECIPE, "photos": hashlib.sha256(names.encode()).hexdigest()}

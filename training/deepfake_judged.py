"""What the frame model is judged on: crops as the product cuts them, none of them learned from."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from base.errors import DegenerateFaceError
from deepfake.face_crop import crop_window, fit
from media.clips import read_frames
from media.image import ImageRGB
from media.pictures import decode_picture
from training.deepfake_faces import LFW, WEBCAM, Photo
from training.deepfake_sources import CLIP_SUFFIXES, Item
from training.lfw import seed_of
from vision.detection import FaceDetector

RECIPE = "judged-1"
CLIP_FPS = 5.0
CLIP_FRAMES = 32
LFW_PICTURES = 800


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """N crops. takes: (N,) number of the picture or clip that each is from, ascending.

    items: what each of those is, by that number.
    """

    takes: npt.NDArray[np.int64]
    items: tuple[Item, ...]
    sides_px: npt.NDArray[np.int64]
    pixels: npt.NDArray[np.uint8]

    def faces(self, side_px: int) -> npt.NDArray[np.uint8]:
        """Return all crops as the network takes them, (N, S, S, 3)."""
        starts = np.concatenate([[0], np.cumsum(3 * self.sides_px**2)])
        out = np.empty((len(self.takes), side_px, side_px, 3), np.uint8)
        for place, side in enumerate(self.sides_px):
            flat = np.asarray(self.pixels[starts[place] : starts[place + 1]])
            out[place] = fit(flat.reshape(side, side, 3), side_px)
        return out

    def means(self, logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the mean of each take's frames, NaN where no face was found."""
        counts = np.bincount(self.takes, minlength=len(self.items))
        sums = np.bincount(self.takes, logits, minlength=len(self.items))
        with np.errstate(invalid="ignore"):
            return np.asarray(sums / counts, np.float64)


def items_to_judge(
    labelled: Sequence[Item], photos: Sequence[Photo], clips: Path
) -> tuple[Item, ...]:
    """Return what may be judged on.

    labelled: pictures and clips with their labels. photos: all that faces were taken from; of
    those, only the held ones. clips: a folder of genuine clips, one folder for each kind.
    """
    held = {photo.path: photo for photo in photos if photo.is_held}
    known = {photo.path for photo in photos}
    items = [item for item in labelled if item.path not in known or item.path in held]
    for name, most in ((LFW, LFW_PICTURES), (WEBCAM, len(held))):
        paths = [photo.path for photo in held.values() if photo.source == name]
        chosen = sorted(paths, key=lambda path: seed_of(path.name, "judged"))[:most]
        items += [Item(path, False, "camera", name) for path in sorted(chosen)]
    for path in sorted(clips.glob("*/*")):
        if path.suffix in CLIP_SUFFIXES:
            items.append(Item(path, False, "camera", f"{clips.name}/{path.parent.name}"))
    return tuple(items)


def gather_judged(items: Sequence[Item], detector: FaceDetector, folder: Path) -> Judged:
    """Find and keep the crops, unless the folder holds these very ones already."""
    names = "\n".join(f"{i.source}/{i.path.name}/{i.is_fake}" for i in items)
    stamp = {"recipe": RECIPE, "items": hashlib.sha256(names.encode()).hexdigest()}
    mark = folder / "judged.json"
    if not (mark.is_file() and json.loads(mark.read_text(encoding="utf-8")) == stamp):
        folder.mkdir(parents=True, exist_ok=True)
        takes, crops = [], []
        for number, item in enumerate(items):
            for crop in crops_of(item.path, detector):
                takes.append(number)
                crops.append(crop)
        np.savez(folder / "judged.npz", takes=takes, sides=[crop.shape[0] for crop in crops])
        np.save(folder / "judged.npy", np.concatenate([crop.ravel() for crop in crops]))
        mark.write_text(json.dumps(stamp), encoding="utf-8")
    table = np.load(folder / "judged.npz")
    pixels = np.load(folder / "judged.npy", mmap_mode="r")
    return Judged(table["takes"], tuple(items), table["sides"], pixels)


def crops_of(path: Path, detector: FaceDetector) -> Iterator[ImageRGB]:
    """Yield the largest face of a picture, or of frames spread over a clip."""
    for image in _pictures(path):
        faces = detector.detect(image)
        if not len(faces):
            continue
        box = faces.boxes_xyxy[int(np.argmax(faces.areas_px()))]
        try:
            window = crop_window(box, (image.shape[1], image.shape[0]))
        except DegenerateFaceError:
            continue
        yield window.cut(image)


def _pictures(path: Path) -> Sequence[ImageRGB]:
    if path.suffix not in CLIP_SUFFIXES:
        return [decode_picture(path.read_bytes())]
    frames = [frame.image for frame in read_frames(path, target_fps=CLIP_FPS)]
    chosen = np.unique(np.linspace(0, len(frames) - 1, CLIP_FRAMES).round().astype(int))
    return [frames[place] for place in chosen]

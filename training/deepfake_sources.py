"""The labelled pictures and clips: what is there, and which of it may be learned from."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from inference.local import LocalEngine
from inference.manifest import load_manifest
from inference.store import ModelStore
from vision.detection import FaceDetector
from vision.landmarkers import open_landmarkers
from vision.mesh import Landmarker

DETECTOR_ID, LANDMARKER_ID = "retinaface-mnet025", "face-landmarker"
REAL, FAKE = "real", "fake"
CLIP_SUFFIXES = frozenset({".mp4", ".mpg", ".webm", ".avi", ".mov"})


@dataclass(frozen=True, slots=True)
class Item:
    """One picture or clip, and what it is. method: how it was forged, or `camera`."""

    path: Path = field(repr=False)
    is_fake: bool
    method: str
    source: str

    @property
    def is_clip(self) -> bool:
        """Whether it is a clip, by the name of its file."""
        return self.path.suffix in CLIP_SUFFIXES


def read_items(manifest: Path, root: Path) -> tuple[Item, ...]:
    """Read a manifest of columns path, label, attack and source. Raises ValueError."""
    with manifest.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    wrong = {row["label"] for row in rows} - {REAL, FAKE}
    if wrong:
        raise ValueError(f"the manifest has the labels {sorted(wrong)}; expected real or fake")
    return tuple(
        Item(root / row["path"], row["label"] == FAKE, row["attack"], row["source"]) for row in rows
    )


@contextmanager
def open_eyes(cache: Path) -> Iterator[tuple[FaceDetector, Landmarker]]:
    """Open the product's own detector and landmarker.

    cache: a folder for their weights, made if it is not there.
    """
    manifest = load_manifest()
    store = ModelStore(manifest, cache)
    for name in (DETECTOR_ID, LANDMARKER_ID):
        store.pull(name)
    spec = manifest.model(DETECTOR_ID)
    with LocalEngine([spec], store) as engine:
        with open_landmarkers(store, manifest.bundle(LANDMARKER_ID), 1) as landmarker:
            yield FaceDetector(engine, spec), landmarker

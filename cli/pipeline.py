"""The face pipeline in this process, for commands that need no server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vision.assembly import FacePipeline, FaceSettings

DETECTOR_ID, EMBEDDER_ID = "retinaface-mnet025", "mobilefacenet-fr"


@contextmanager
def open_face_pipeline(settings: "FaceSettings | None" = None) -> "Iterator[FacePipeline]":
    """Load the catalogue's detector and embedder from the cache and close them afterwards.

    Raises ModelUnavailableError if `smartbranch models pull` has not been run.
    """
    from inference.local import LocalEngine
    from inference.manifest import load_manifest
    from inference.store import ModelStore, default_cache_dir
    from vision.assembly import build_face_pipeline

    manifest = load_manifest()
    specs = manifest.model(DETECTOR_ID), manifest.model(EMBEDDER_ID)
    with LocalEngine(specs, ModelStore(manifest, default_cache_dir())) as engine:
        yield build_face_pipeline(engine, *specs, settings)

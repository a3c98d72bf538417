"""The real eyes with a scripted frame model."""

from collections.abc import Iterator

import pytest

from deepfake.assembly import Forgery
from inference.manifest import load_manifest
from inference.store import ModelStore, default_cache_dir
from media.image import ImageRGB
from tests.support.scripted_forgery import FORGERY_POLICY, ScriptedFrameModel
from vision.assembly import FacePipeline, StreamVision
from vision.landmarkers import open_landmarkers


@pytest.fixture(scope="session")
def stream_vision(pipeline: FacePipeline) -> Iterator[StreamVision]:
    manifest = load_manifest()
    store = ModelStore(manifest, default_cache_dir())
    with open_landmarkers(store, manifest.bundle("face-landmarker"), limit=1) as landmarkers:
        yield StreamVision(pipeline, landmarkers)


@pytest.fixture(scope="session")
def portrait(astronaut: ImageRGB) -> ImageRGB:
    return astronaut[0:320, 64:384]


@pytest.fixture
def forgery(pipeline: FacePipeline) -> Forgery:
    """The check with a frame model that takes everything for genuine."""
    return Forgery(pipeline, ScriptedFrameModel(), FORGERY_POLICY)

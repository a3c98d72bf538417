"""The real pipeline on the real weights, and rates to decide by."""

from collections.abc import Iterator

import pytest

from decision.rates import ErrorRateTable
from inference.local import LocalEngine
from inference.manifest import Manifest, load_manifest
from inference.store import ModelStore, default_cache_dir
from vision.assembly import FacePipeline, FaceSettings, build_face_pipeline
from vision.landmarkers import LandmarkerPool, open_landmarkers

DETECTOR_ID, EMBEDDER_ID = "retinaface-mnet025", "mobilefacenet-fr"


@pytest.fixture(scope="session")
def manifest() -> Manifest:
    return load_manifest()


@pytest.fixture(scope="session")
def store(manifest: Manifest) -> ModelStore:
    return ModelStore(manifest, default_cache_dir())


@pytest.fixture(scope="session")
def engine(manifest: Manifest, store: ModelStore) -> Iterator[LocalEngine]:
    specs = manifest.model(DETECTOR_ID), manifest.model(EMBEDDER_ID)
    with LocalEngine(specs, store) as engine:
        yield engine


@pytest.fixture(scope="session")
def made_up_table() -> ErrorRateTable:
    """Round figures of the right size, so that these tests do not hang on a measurement."""
    return ErrorRateTable(
        similarities=(0.0, 0.1, 0.2, 0.3, 0.4, 0.5),
        fmrs=(0.5, 0.1, 1e-2, 1e-3, 1e-4, 1e-5),
        fnmrs=(0.0, 0.001, 0.004, 0.01, 0.03, 0.08),
        impostor_pairs=30_000_000,
        genuine_pairs=3_000,
        data="made-up figures for tests",
    )


@pytest.fixture(scope="session")
def pipeline(
    engine: LocalEngine, manifest: Manifest, made_up_table: ErrorRateTable
) -> FacePipeline:
    return build_face_pipeline(
        engine,
        manifest.model(DETECTOR_ID),
        manifest.model(EMBEDDER_ID),
        FaceSettings(table=made_up_table),
    )


@pytest.fixture(scope="session")
def landmarkers(manifest: Manifest, store: ModelStore) -> Iterator[LandmarkerPool]:
    """The catalogue's own landmarker, two of it."""
    with open_landmarkers(store, manifest.bundle("face-landmarker"), limit=2) as landmarkers:
        yield landmarkers

"""The face pipeline that is measured, opened on this machine's models."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from inference.local import EngineSettings, LocalEngine
from inference.manifest import BundleSpec, Manifest, ModelSpec, load_manifest
from inference.store import ModelStore
from vision.assembly import (
    MIRRORED,
    SINGLE,
    FacePipeline,
    FaceSettings,
    StreamVision,
    build_face_pipeline,
)
from vision.landmarkers import open_landmarkers


@dataclass(frozen=True, slots=True)
class OpenPipeline:
    """A pipeline that runs, with what it is made of."""

    pipeline: FacePipeline
    engine: LocalEngine
    detector: ModelSpec
    embedder: ModelSpec
    variant: str
    manifest_root: Path


def core_count() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def first_of_task(manifest: Manifest, task: str) -> ModelSpec:
    """Return the manifest's first model of a task, which is the one in use by default."""
    return next(spec for spec in manifest.models if spec.task == task)


@contextmanager
def open_pipeline(
    *,
    detector_id: str | None = None,
    embedder_id: str | None = None,
    mirror: bool = False,
    workers: int | None = None,
    warm: bool = True,
) -> Iterator[OpenPipeline]:
    """Open the named models, or the manifest's first ones, and check their examples.

    workers: runs of one model at a time, None for one a core.
    Raises UnknownModelError, ModelUnavailableError, ModelCorruptError and ModelDisagreesError.
    """
    manifest = load_manifest()
    detector = _choose(manifest, "face_detection", detector_id)
    embedder = _choose(manifest, "face_embedding", embedder_id)
    store = ModelStore(manifest)
    with LocalEngine([detector, embedder], store, EngineSettings(workers=workers)) as engine:
        if warm:
            engine.warm_up()
        pipeline = build_face_pipeline(engine, detector, embedder, FaceSettings(mirror=mirror))
        variant = MIRRORED if mirror else SINGLE
        yield OpenPipeline(pipeline, engine, detector, embedder, variant, manifest.root)


def _choose(manifest: Manifest, task: str, model_id: str | None) -> ModelSpec:
    return manifest.model(model_id) if model_id else first_of_task(manifest, task)


@dataclass(frozen=True, slots=True)
class OpenEyes:
    """What looks at frames, and the engine that runs a judge's own models beside it."""

    vision: StreamVision
    engine: LocalEngine
    manifest: Manifest
    detector: ModelSpec
    embedder: ModelSpec
    landmarker: BundleSpec


@contextmanager
def open_eyes(
    manifest: Manifest, models: Sequence[ModelSpec], workers: int | None = None
) -> Iterator[OpenEyes]:
    """Open the manifest's own detector, embedder and landmarker, and `models` beside them.

    workers: runs of one model at a time, None for one a core. Every model proves itself first.
    Raises ModelUnavailableError, ModelCorruptError and ModelDisagreesError.
    """
    detector = first_of_task(manifest, "face_detection")
    embedder = first_of_task(manifest, "face_embedding")
    landmarker = next(bundle for bundle in manifest.bundles if bundle.task == "face_mesh")
    store = ModelStore(manifest)
    with ExitStack() as stack:
        specs = [detector, embedder, *models]
        engine = stack.enter_context(LocalEngine(specs, store, EngineSettings(workers=workers)))
        engine.warm_up()
        landmarkers = stack.enter_context(open_landmarkers(store, landmarker, core_count()))
        landmarkers.warm_up()
        face = build_face_pipeline(engine, detector, embedder)
        vision = StreamVision(face, landmarkers)
        yield OpenEyes(vision, engine, manifest, detector, embedder, landmarker)

"""The liveness judge that is measured, opened on this machine's models."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from evaluation.pipeline import core_count, first_of_task
from inference.local import EngineSettings, LocalEngine
from inference.manifest import BundleSpec, Manifest, ModelSpec, load_manifest
from inference.store import ModelStore
from liveness.assembly import build_liveness
from liveness.files import FileJudge
from liveness.passive import FAMILY
from vision.assembly import StreamVision, build_face_pipeline
from vision.landmarkers import open_landmarkers


@dataclass(frozen=True, slots=True)
class OpenJudge:
    """A judge that runs, with what it is made of."""

    judge: FileJudge
    manifest: Manifest
    detector: ModelSpec
    embedder: ModelSpec
    passive: ModelSpec
    landmarker: BundleSpec


@contextmanager
def open_judge(passive_id: str | None = None, workers: int | None = None) -> Iterator[OpenJudge]:
    """Open the named passive model, or the manifest's own, with all that stands before it.

    workers: runs of one model at a time, None for one a core.
    Raises UnknownModelError, ModelUnavailableError, ModelCorruptError, ModelDisagreesError and
    SettingsError.
    """
    manifest = load_manifest()
    detector = first_of_task(manifest, "face_detection")
    embedder = first_of_task(manifest, "face_embedding")
    passive = manifest.model(passive_id) if passive_id else _own_passive(manifest)
    landmarker = next(bundle for bundle in manifest.bundles if bundle.task == "face_mesh")
    store = ModelStore(manifest)
    with ExitStack() as stack:
        specs = [detector, embedder, passive]
        engine = stack.enter_context(LocalEngine(specs, store, EngineSettings(workers=workers)))
        engine.warm_up()
        landmarkers = stack.enter_context(open_landmarkers(store, landmarker, core_count()))
        landmarkers.warm_up()
        face = build_face_pipeline(engine, detector, embedder)
        liveness = build_liveness(engine, passive, face, root=manifest.root)
        judge = FileJudge(liveness, StreamVision(face, landmarkers))
        yield OpenJudge(judge, manifest, detector, embedder, passive, landmarker)


def _own_passive(manifest: Manifest) -> ModelSpec:
    return next(spec for spec in manifest.models if spec.family == FAMILY)

"""The liveness judge that is measured, opened on this machine's models."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from evaluation.pipeline import open_eyes
from inference.manifest import BundleSpec, Manifest, ModelSpec, load_manifest
from liveness.assembly import build_liveness
from liveness.files import FileJudge
from liveness.passive import FAMILY


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
    passive = manifest.model(passive_id) if passive_id else _own_passive(manifest)
    with open_eyes(manifest, [passive], workers) as eyes:
        liveness = build_liveness(eyes.engine, passive, eyes.vision.pipeline, root=manifest.root)
        judge = FileJudge(liveness, eyes.vision)
        yield OpenJudge(judge, manifest, eyes.detector, eyes.embedder, passive, eyes.landmarker)


def _own_passive(manifest: Manifest) -> ModelSpec:
    return next(spec for spec in manifest.models if spec.family == FAMILY)

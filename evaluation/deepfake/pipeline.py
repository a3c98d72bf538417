"""The judge of forgeries that is measured, opened on this machine's models."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version

from deepfake.assembly import build_forgery
from deepfake.files import FileJudge
from deepfake.frame_model import FAMILY
from deepfake.sync.spoken_mouth import FAMILY as MOUTH_FAMILY
from deepfake.sync.spoken_mouth import SpokenMouth
from evaluation.pipeline import OpenEyes, open_eyes
from inference.manifest import ModelSpec, load_manifest
from media.voice import FAMILY as VOICE_FAMILY
from media.voice import VoiceActivity


@dataclass(frozen=True, slots=True)
class OpenForgeryJudge:
    """A judge that runs, with what it is made of."""

    judge: FileJudge
    eyes: OpenEyes
    frame_model: ModelSpec
    voice: ModelSpec
    mouth: ModelSpec

    @property
    def stamp(self) -> dict[str, str]:
        """What answers hang on."""
        specs = (self.eyes.detector, self.eyes.embedder, self.frame_model, self.voice, self.mouth)
        policy = self.judge.forgery.policy
        return {
            **{spec.id: spec.sha256 for spec in specs},
            self.eyes.landmarker.id: self.eyes.landmarker.sha256,
            "point": f"{policy.point.accept_llr:g} {policy.point.reject_llr:g}",
            "version": version("smartbranch"),
            "look_fps": f"{self.judge.look_fps:g}",
        }


@contextmanager
def open_forgery_judge(
    model_id: str | None = None, workers: int | None = None
) -> Iterator[OpenForgeryJudge]:
    """Open the named frame model, or the manifest's own, with all that stands before it.

    workers: runs of one model at a time, None for one a core.
    Raises UnknownModelError, ModelUnavailableError, ModelCorruptError, ModelDisagreesError and
    SettingsError.
    """
    manifest = load_manifest()
    own = next((spec.id for spec in manifest.models if spec.family == FAMILY), FAMILY)
    frame_model = manifest.model(model_id or own)
    voice = next(spec for spec in manifest.models if spec.family == VOICE_FAMILY)
    mouth = next(spec for spec in manifest.models if spec.family == MOUTH_FAMILY)
    with open_eyes(manifest, [frame_model, voice, mouth], workers) as eyes:
        forgery = build_forgery(
            eyes.engine,
            frame_model,
            eyes.vision.pipeline,
            VoiceActivity(eyes.engine, voice),
            root=manifest.root,
            mouth=SpokenMouth(eyes.engine, mouth),
        )
        yield OpenForgeryJudge(FileJudge(forgery, eyes.vision), eyes, frame_model, voice, mouth)

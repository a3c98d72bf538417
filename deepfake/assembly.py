"""The check for forgery, put together in one place for every process that runs it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deepfake.blink_rate import BlinkRate
from deepfake.boundary import BoundaryFlicker
from deepfake.calibrations import load_policy
from deepfake.clip import ClipJudge
from deepfake.clip_plan import ClipPlan
from deepfake.clip_signal import ClipSignal
from deepfake.decision import decide
from deepfake.fitness import why_unfit
from deepfake.frame_model import ForgeryDetector
from deepfake.frames import FrameFindings, FrameModel
from deepfake.heat_map import HeatMap
from deepfake.identity_drift import IdentityDrift
from deepfake.injection.watch import InjectionWatch
from deepfake.jitter import LandmarkJitter
from deepfake.outcome import ForgeryResult
from deepfake.policy import ForgeryPolicy
from deepfake.sync.sound_sync import SoundSync
from deepfake.sync.spoken_mouth import SpokenMouth
from inference.engine import Engine
from inference.manifest import SHARE, ModelSpec
from media.image import ImageRGB
from media.voice import VoiceActivity
from vision.analysis import FaceReading, Select
from vision.assembly import FacePipeline

Watches = Callable[[ClipPlan], tuple[ClipSignal, ...]]


@dataclass(frozen=True, slots=True, repr=False)
class Forgery:
    """Checks pictures and opens clips; safe to share between threads.

    watches: makes what follows a clip beside the frame model. model_ids: of what they run.
    """

    face: FacePipeline
    model: FrameModel
    policy: ForgeryPolicy
    watches: Watches = lambda plan: ()
    model_ids: tuple[str, ...] = ()

    def check_image(
        self, image: ImageRGB, select: Select = Select.SINGLE, wants_heat: bool = False
    ) -> tuple[ForgeryResult, FaceReading]:
        """Judge one picture by what it looks like alone.

        Raises NoFaceError, SeveralFacesError and DegenerateFaceError.
        """
        reading = self.face.analyzer.read(image, select)
        view = self.model.submit(image, reading.box_xyxy).result()
        unfit = why_unfit(reading.box_xyxy, reading.quality)
        heat = None
        if wants_heat:
            x1, y1, x2, y2 = (float(side) for side in view.crop_xyxy)
            heat = HeatMap(view.heat, (x1, y1, x2, y2))
        frames = FrameFindings(view.logit, is_enough=unfit is None, usable_count=1, heat=heat)
        held = () if unfit is None else (unfit,)
        return decide(self.policy, frames, held=held), reading

    def open_clip(self, plan: ClipPlan) -> ClipJudge:
        """Return what follows one clip."""
        watches = self.watches(plan)
        return ClipJudge(plan, self.model, self.policy, watches, self.model_ids)


def clip_watches(
    face: FacePipeline, voice: VoiceActivity | None = None, mouth: SpokenMouth | None = None
) -> Watches:
    """Return what makes everything that follows a clip beside the frame model."""
    return lambda plan: (
        InjectionWatch(plan.is_live, face.matcher.table),
        SoundSync(voice, mouth),
        IdentityDrift(),
        LandmarkJitter(),
        BoundaryFlicker(),
        BlinkRate(),
    )


def build_forgery(
    engine: Engine,
    frame_spec: ModelSpec,
    face: FacePipeline,
    voice: VoiceActivity | None = None,
    root: Path = SHARE,
    mouth: SpokenMouth | None = None,
) -> Forgery:
    """Put the check together; no model runs yet.

    voice, mouth: None where sound is not listened to; it takes both. root: folder of the
    catalogue, which holds what the model's scores are worth.
    Raises UnknownModelError if the model is no frame model, and SettingsError if what its
    scores are worth was measured on other weights, or not at all.
    """
    return Forgery(
        face=face,
        model=ForgeryDetector(engine, frame_spec),
        policy=load_policy(frame_spec, root),
        watches=clip_watches(face, voice, mouth),
        model_ids=tuple(ear.model_id for ear in (voice, mouth) if ear is not None),
    )

"""Liveness, put together in one place for every process that runs it."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from inference.engine import Engine
from inference.manifest import SHARE, ModelSpec
from liveness.calibrations import load_policy
from liveness.clip import judge_clip
from liveness.decision import LivenessPolicy, Rules, decide
from liveness.draw import SECRET_BYTES, Draw, SecretDraw, new_nonce
from liveness.evidence import PassiveModel
from liveness.look import FrameLook
from liveness.outcome import LivenessResult
from liveness.passive import PassiveDetector
from liveness.plan import SessionPlan
from liveness.presence import advise_on_texture
from liveness.session import LivenessSession
from liveness.texts import reason
from liveness.watch import ClipWatch
from media.image import ImageRGB
from vision.analysis import FaceReading, Select
from vision.assembly import FacePipeline


@dataclass(frozen=True, slots=True, repr=False)
class Liveness:
    """Checks pictures and clips and opens sessions; safe to share between threads.

    secret: what draws are derived from together with each session's nonce; a process that
    is to prove its draws after a restart keeps it, any other takes a random one.
    """

    face: FacePipeline
    passive: PassiveModel
    policy: LivenessPolicy
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(SECRET_BYTES))

    def check_image(
        self, image: ImageRGB, select: Select = Select.SINGLE
    ) -> tuple[LivenessResult, FaceReading]:
        """Judge one picture by what it looks like alone.

        Raises NoFaceError, SeveralFacesError and DegenerateFaceError.
        """
        reading = self.face.analyzer.read(image, select)
        view = self.passive.submit(image, reading.box_xyxy)
        advice = advise_on_texture(reading.quality)
        held = () if advice is None else (reason(advice),)
        return decide(self.policy, view.result().logit, Rules(held=held)), reading

    def check_clip(self, looks: Iterable[FrameLook]) -> LivenessResult:
        """Judge a clip by what it looks like and by the rules that every clip keeps."""
        return judge_clip(looks, self.watch(), self.policy)

    def open_session(self, plan: SessionPlan, draw: Draw | None = None) -> LivenessSession:
        """Open a session; it begins with `start`. draw: only for tests and replays."""
        draw = draw or SecretDraw(new_nonce(), self.secret)
        return LivenessSession(plan, draw, self.watch(), self.policy)

    def watch(self) -> ClipWatch:
        """Return what follows one clip or stream."""
        return ClipWatch(self.passive, self.face.matcher.table)


def build_liveness(
    engine: Engine,
    passive_spec: ModelSpec,
    face: FacePipeline,
    secret: bytes | None = None,
    root: Path = SHARE,
) -> Liveness:
    """Put liveness together; no model runs yet.

    root: folder of the catalogue, which holds what the model's scores are worth.
    Raises UnknownModelError if the model is no passive one, and SettingsError if what its
    scores are worth was measured on other weights, or not at all.
    """
    return Liveness(
        face=face,
        passive=PassiveDetector(engine, passive_spec),
        policy=load_policy(passive_spec, root),
        secret=secret or secrets.token_bytes(SECRET_BYTES),
    )

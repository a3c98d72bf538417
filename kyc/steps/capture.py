"""The step CAPTURE: the best of a few good frames, compared with the document's portrait."""

from dataclasses import dataclass, replace

from base.errors import SmartBranchError
from decision.outcome import MatchOutcome, Reason
from kyc.case import Check, CheckName, CheckOutcome
from kyc.events import Noticed, PromptKind
from kyc.ledger import Ledger
from kyc.pictures import snapshot
from kyc.states import State
from kyc.steps.placing import advise_on_place
from kyc.steps.step import Ended, Said, Step, StepEnd
from liveness.presence import advise_on_texture
from liveness.watch import MAX_VIEW_PITCH_DEG, MAX_VIEW_YAW_DEG
from media.image import ImageRGB
from vision.analysis import FaceReading
from vision.continuity.identity import IdentityWatch, Sameness
from vision.frame_analysis import FrameAnalysis

NOT_MATCHED, UNSTEADY = "FACE_NOT_MATCHED", "FACE_UNSTEADY"
# Looks that are compared with each other, and how far apart: who sits there for a second.
LOOKS, STEP_S = 3, 0.35
_OUTCOMES = {
    MatchOutcome.MATCH: CheckOutcome.PASSED,
    MatchOutcome.NO_MATCH: CheckOutcome.FAILED,
    MatchOutcome.INCONCLUSIVE: CheckOutcome.INCONCLUSIVE,
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Good:
    reading: FaceReading
    image: ImageRGB
    sequence: int


class CaptureStep(Step):
    """Waits for a face that is well seen, keeps the best look at it and compares it."""

    state = State.CAPTURE

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.captured: FaceReading | None = None
        self._due_s = 0.0
        self._forget(0.0)

    def begin(self, now_s: float) -> Said:
        """Ask for the face."""
        self._forget(now_s)
        return [self._ledger.prompt(PromptKind.FACE_CAMERA, self.limit_s)]

    def see(self, look: FrameAnalysis, sequence: int, now_s: float) -> Said:
        """Take one frame."""
        if self.ended is not None:
            return []
        self.advice = advise_on_place(look) or self._advise_on_look(look)
        if self.advice is not None or now_s < self._due_s:
            return []
        self._due_s = now_s + STEP_S
        return self._add(look, sequence, now_s)

    def _forget(self, now_s: float) -> None:
        self._good: list[_Good] = []
        self._due_s = now_s
        self._identity = IdentityWatch(self._ledger.parts.matcher.table)

    def _advise_on_look(self, look: FrameAnalysis) -> str | None:
        mesh = look.mesh
        if mesh is None:
            return "SHOW_FACE"
        if abs(mesh.yaw_deg) > MAX_VIEW_YAW_DEG or abs(mesh.pitch_deg) > MAX_VIEW_PITCH_DEG:
            return "LOOK_STRAIGHT"
        reading = look.reading
        if reading is None:
            return "SHOW_FACE"
        texture = advise_on_texture(reading.quality)
        return texture or (None if reading.quality.is_usable else "SHOW_FACE")

    def _add(self, look: FrameAnalysis, sequence: int, now_s: float) -> Said:
        reading, embedding = look.reading, look.embedding
        if reading is None or embedding is None:
            return []
        if self._identity.push(embedding, now_s) is Sameness.OTHER:
            # Whoever it is that stays is compared, and nobody by another's looks.
            return [Noticed(UNSTEADY, sequence), *self.begin(now_s)]
        whole = replace(reading, embedding=embedding)
        self._good.append(_Good(whole, look.frame.image, sequence))
        self.share = len(self._good) / LOOKS
        if len(self._good) == LOOKS:
            self._decide(max(self._good, key=lambda good: good.reading.quality.score))
            self._good = []
        return []

    def _decide(self, best: _Good) -> None:
        check = self._compare(best)
        if check.outcome is CheckOutcome.FAILED:
            picture = snapshot("face", best.image)
            self.ended = Ended(StepEnd.FAILED, NOT_MATCHED, (check,), (picture,))
            return
        embedding = best.reading.embedding
        assert embedding is not None
        self._ledger.keep_face(embedding)
        self.captured = best.reading
        self.ended = Ended(StepEnd.DONE, checks=(check,), snapshots=(snapshot("face", best.image),))

    def _compare(self, best: _Good) -> Check:
        """Compare with the portrait; one that is not there leaves it open, and costs nothing."""
        ledger, name = self._ledger, CheckName.FACE_MATCH
        portrait, fmr = ledger.carry.portrait, ledger.plan.product.face_fmr
        if portrait is None:
            return ledger.check(name, CheckOutcome.INCONCLUSIVE, ("NO_PORTRAIT",), best.sequence)
        matcher = ledger.parts.matcher
        try:
            result = matcher.compare_embeddings((portrait,), best.reading, fmr)
        except SmartBranchError as error:
            reasons = (Reason(error.reason, str(error)),)
            return ledger.check_with(name, CheckOutcome.INCONCLUSIVE, reasons, best.sequence)
        return Check(
            name=name,
            outcome=_OUTCOMES[result.outcome],
            reasons=result.decision.reasons,
            decided_at=ledger.now,
            signals=result.decision.signals,
            operating_point=f"a false match rate of {fmr:g}",
            model_ids=(result.model_id,),
            sequence=best.sequence,
        )

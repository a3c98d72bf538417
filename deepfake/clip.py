"""One clip followed from its first frame to a decision; frames and sound come as they are."""

from collections import deque
from collections.abc import Iterable, Sequence

from decision.findings import Weight
from decision.signal import Signal
from deepfake.clip_plan import ClipPlan
from deepfake.clip_signal import ClipSignal
from deepfake.decision import decide, moment_of_blind_part, moment_of_part
from deepfake.fitness import UNREADABLE, why_unfit
from deepfake.frames import FrameEvidence, FrameFindings, FrameModel
from deepfake.moments import Moments
from deepfake.outcome import ForgeryResult, Moment
from deepfake.policy import ForgeryPolicy
from media.frame import SoundChunk
from vision.analysis import count_rivals
from vision.continuity.holding import Holding
from vision.continuity.order import MIN_FPS
from vision.frame_analysis import FrameAnalysis

# Somebody else in the picture for longer than this leaves open who is meant.
MAX_COMPANY_S = 0.5
# What is shorter shows no course of things.
MIN_CLIP_S = 1.5
# A clip that is decided before its end could have changed its mind on the way: it shows so many
# times the evidence, over so many views and so long.
EARLY_LLR, EARLY_VIEWS, EARLY_SPAN_S = 2.3, 12, 4.0
_COURSE = "continuity"
# Sound that comes before the first frame, in pieces; more is forgotten.
_MAX_EARLY_SOUND = 128


class ClipJudge:
    """Follows one clip; plain and synchronous, not thread-safe, of bounded memory."""

    def __init__(
        self,
        plan: ClipPlan,
        model: FrameModel,
        policy: ForgeryPolicy,
        watches: Sequence[ClipSignal] = (),
        model_ids: tuple[str, ...] = (),
    ) -> None:
        self._policy = policy
        self._watches = tuple(watches)
        self._model_ids = model_ids
        self._evidence = FrameEvidence(model, plan.wants_heat)
        self._moments = Moments()
        self._company = Holding()
        self._first_s: float | None = None
        self._last_s = 0.0
        self._face_count = 0
        self._waiting: deque[SoundChunk] = deque(maxlen=_MAX_EARLY_SOUND)
        self._result: ForgeryResult | None = None
        self.frame_count = 0

    @property
    def judged_count(self) -> int:
        """Frames that the frame model looked at."""
        return self._evidence.view_count

    def look(self, analysis: FrameAnalysis) -> None:
        """Take the next frame; what comes after the conclusion is not looked at."""
        if self._result is not None:
            return
        self.frame_count += 1
        arrived_s = analysis.frame.received_monotonic_s
        if self._first_s is None:
            self._first_s = arrived_s
            for chunk in self._waiting:
                self._hear(chunk, arrived_s)
            self._waiting.clear()
        time_s = self._last_s = max(arrived_s - self._first_s, self._last_s)
        for watch in self._watches:
            self.note(watch.look(analysis, time_s))
        self._look_around(analysis, time_s)
        if analysis.face is not None and self._evidence.is_due(time_s):
            self._view(analysis, time_s)

    def hear(self, chunk: SoundChunk) -> None:
        """Take the next piece of sound."""
        if self._first_s is None:
            self._waiting.append(chunk)
        elif self._result is None:
            self._hear(chunk, self._first_s)

    def note(self, moments: Iterable[Moment]) -> None:
        """Take what somebody else noticed, such as who follows the transport."""
        for moment in moments:
            self._moments.add(moment)

    @property
    def is_certain(self) -> bool:
        """Whether nothing that is still to come can change that it is FAKE."""
        return self._moments.has(Weight.BREAKS) or self._is_far_beyond()

    @property
    def early(self) -> ForgeryResult | None:
        """The conclusion, if it is certain already; never GENUINE."""
        return self.conclude() if self.is_certain else None

    def conclude(self) -> ForgeryResult:
        """Return the decision; the same one whenever it is asked for."""
        if self._result is None:
            self._result = self._conclude()
        return self._result

    def _conclude(self) -> ForgeryResult:
        signals: list[Signal] = []
        for watch in self._watches:
            heard = watch.conclude()
            signals += heard.signals
            self.note(heard.moments)
        frames = self._evidence.findings()
        parts = moment_of_part(self._policy, frames), moment_of_blind_part(frames)
        self.note(part for part in parts if part is not None)
        held = self._why_not(frames)
        return decide(
            *(self._policy, frames, self._moments.in_order(), signals, held, self._model_ids)
        )

    def _why_not(self, frames: FrameFindings) -> list[str]:
        """Return codes of what keeps the clip from being GENUINE, whatever it looks like."""
        if not self._face_count:
            return ["NO_FACE"]
        held = []
        if self._last_s < MIN_CLIP_S:
            held.append("CLIP_TOO_SHORT")
        # Cuts and repetitions hide between frames that are far apart.
        if self._last_s and (self.frame_count - 1) / self._last_s < MIN_FPS:
            held.append("TOO_FEW_FRAMES")
        if not frames.is_enough:
            held += ["TOO_FEW_VIEWS", *frames.unfit[:1]]
        return held

    def _is_far_beyond(self) -> bool:
        frames = self._evidence.findings(waits=False)
        if frames.logit is None or frames.usable_count < EARLY_VIEWS:
            return False
        excess = self._policy.calibration.llr(frames.logit) - self._policy.point.accept_llr
        return self._last_s >= EARLY_SPAN_S and excess >= EARLY_LLR

    def _look_around(self, analysis: FrameAnalysis, time_s: float) -> None:
        """Notice who else is there."""
        face = analysis.face
        self._face_count += face is not None
        has_company = face is not None and count_rivals(analysis.faces, face.row) > 0
        company_s = self._company.update(has_company, time_s)
        if company_s >= MAX_COMPANY_S:
            start_s = time_s - company_s
            self._moments.add(Moment("SECOND_FACE", Weight.HOLDS, _COURSE, start_s, time_s))

    def _view(self, analysis: FrameAnalysis, time_s: float) -> None:
        face, reading = analysis.face, analysis.reading
        if face is None or reading is None:
            return self._evidence.miss(UNREADABLE, time_s)
        unfit = why_unfit(face.box_xyxy, reading.quality, analysis.mesh)
        weight = reading.quality.score / 100
        return self._evidence.add(*(analysis.frame.image, face.box_xyxy, weight, unfit, time_s))

    def _hear(self, chunk: SoundChunk, first_s: float) -> None:
        for watch in self._watches:
            self.note(watch.hear(chunk, chunk.received_monotonic_s - first_s))

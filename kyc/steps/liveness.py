"""The step LIVENESS: one guided session for each attempt, in the interview's own words."""

from collections.abc import Sequence

from kyc.case import Check, CheckName, CheckOutcome
from kyc.events import Noticed, Prompted, PromptKind
from kyc.ledger import Ledger
from kyc.states import State
from kyc.steps.placing import advise_on_place
from kyc.steps.step import Ended, Said, Step, StepEnd
from liveness.events import (
    AdviceEvent,
    Challenge,
    NoticeEvent,
    ProgressEvent,
    PromptEvent,
    SessionEvent,
    VerdictEvent,
)
from liveness.outcome import LivenessOutcome
from liveness.plan import SessionPlan
from vision.frame_analysis import FrameAnalysis

UNCLEAR = "LIVENESS_UNCLEAR"
_OUTCOMES = {
    LivenessOutcome.LIVE: CheckOutcome.PASSED,
    LivenessOutcome.SPOOF: CheckOutcome.FAILED,
    LivenessOutcome.INCONCLUSIVE: CheckOutcome.INCONCLUSIVE,
}


class LivenessStep(Step):
    """Runs a session; its verdict is the step's check."""

    state = State.LIVENESS

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        plan = SessionPlan(ledger.plan.product.challenge_count, ledger.plan.accessible)
        self._session = ledger.parts.open_liveness(plan)
        self._limit_s = plan.session_limit_s
        self._last_sequence = 0
        self._session_advice: str | None = None

    @property
    def limit_s(self) -> float:
        """Time for one attempt: the session's own, and some to be told of it."""
        return self._limit_s + 5.0

    def begin(self, now_s: float) -> Said:
        """Open the session."""
        return self._say(self._session.start(now_s))

    def see(self, look: FrameAnalysis, sequence: int, now_s: float) -> Said:
        """Give one frame to the session."""
        self._last_sequence = sequence
        said = self._say(self._session.push(look, now_s))
        # The session waits until its advice has stood; where somebody is, shows at once.
        self.advice = advise_on_place(look) or self._session_advice
        return said

    def tick(self, now_s: float) -> Said:
        """Let time pass."""
        return self._say(self._session.tick(now_s))

    def interrupt(self, now_s: float) -> Said:
        """Break off the challenge that is under way."""
        self.advice = self._session_advice = None
        return self._say(self._session.interrupt(now_s))

    def resume(self, now_s: float) -> Said:
        """Go on: what was passed stays passed."""
        return self._say(self._session.resume(now_s))

    def _say(self, events: Sequence[SessionEvent]) -> Said:
        said: Said = []
        for event in events:
            if self.ended is None:
                said += self._translate(event)
        return said

    def _translate(self, event: SessionEvent) -> Said:
        if isinstance(event, PromptEvent):
            return [self._prompt(event)]
        if isinstance(event, AdviceEvent):
            self._session_advice = event.code
            return []
        if isinstance(event, NoticeEvent):
            return [Noticed(event.code, self._last_sequence)]
        if isinstance(event, ProgressEvent):
            self.share = (event.passed_count + event.share) / max(event.challenge_count, 1)
            return []
        self._conclude(event)
        return []

    def _prompt(self, event: PromptEvent) -> Prompted:
        if event.challenge is Challenge.LOOK_STRAIGHT:
            return self._ledger.prompt(PromptKind.FACE_CAMERA, event.time_limit_s)
        return self._ledger.prompt(
            PromptKind.DO_CHALLENGE, event.time_limit_s, challenge=event.challenge
        )

    def _conclude(self, verdict: VerdictEvent) -> None:
        result = verdict.result
        check = Check(
            name=CheckName.LIVENESS,
            outcome=_OUTCOMES[result.outcome],
            reasons=result.decision.reasons,
            decided_at=self._ledger.now,
            signals=result.decision.signals,
            operating_point=(
                f"attacks taken for live at most {result.target.max_apcer:g}, "
                f"living ones taken for attacks at most {result.target.max_bpcer:g}"
            ),
            model_ids=result.model_ids,
            sequence=self._last_sequence,
        )
        how = {
            CheckOutcome.PASSED: StepEnd.DONE,
            CheckOutcome.FAILED: StepEnd.REFUSED,
            CheckOutcome.INCONCLUSIVE: StepEnd.FAILED,
        }[check.outcome]
        code = {StepEnd.DONE: "", StepEnd.FAILED: UNCLEAR}.get(how, check.reasons[0].code)
        self.ended = Ended(how, code, (check,))

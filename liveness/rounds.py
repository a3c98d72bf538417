"""The challenges of one session: what is asked next, how each one went, what is left."""

from dataclasses import dataclass, field

from liveness.draw import Draw
from liveness.events import Challenge, ChallengeRecord, ChallengeState
from liveness.plan import SessionPlan


@dataclass(slots=True)
class Rounds:
    """Keeps count; a challenge that does not pass is replaced by another one."""

    plan: SessionPlan
    draw: Draw
    passed_count: int = 0
    unanswered_count: int = 0
    retries_used: int = 0
    redraws_used: int = 0
    _records: list[ChallengeRecord] = field(default_factory=list)
    _last: Challenge | None = None
    _next: Challenge | None = None

    @property
    def is_complete(self) -> bool:
        """Whether enough challenges were passed."""
        return self.passed_count >= self.wanted_count

    @property
    def wanted_count(self) -> int:
        """How many have to be passed: one more for each that was asked and not answered.

        Else who has clips of a few moves lets every other one go by until those are drawn.
        """
        return self.plan.challenge_count + self.unanswered_count

    @property
    def records(self) -> tuple[ChallengeRecord, ...]:
        """How each challenge went, in order."""
        return tuple(self._records)

    def next_challenge(self) -> Challenge:
        """Return what is to be asked: drawn once, never what was asked just before."""
        if self._next is None:
            self._next = self.draw.challenge(self.plan.choices, self._last)
        return self._next

    def next_pause_s(self) -> float:
        """Draw how long the face rests before it is asked."""
        return self.draw.pause_s()

    def pass_next(self, response_s: float | None) -> None:
        """Note that the challenge was passed."""
        self.passed_count += 1
        self._record(ChallengeState.PASSED, response_s)

    def fail_next(self) -> bool:
        """Note that it was failed; return whether another may be tried."""
        self._record(ChallengeState.FAILED)
        self.unanswered_count += 1
        self.retries_used += 1
        return self.retries_used <= self.plan.retry_count

    def break_off(self, was_asked: bool) -> bool:
        """Note that it was broken off; return whether the session may go on.

        was_asked: whether the prompt was out; if not, the challenge is drawn anew all the same.
        """
        if was_asked:
            self._record(ChallengeState.INTERRUPTED)
            self.unanswered_count += 1
        self._next = None
        self.redraws_used += 1
        return self.redraws_used <= self.plan.redraw_count

    def _record(self, state: ChallengeState, response_s: float | None = None) -> None:
        self._last, self._next = self.next_challenge(), None
        self._records.append(ChallengeRecord(self._last, state, response_s))

"""One guided session, from its first prompt to its verdict."""

from decision.findings import Weight
from liveness.advice import AdviceGate
from liveness.course import Course, Phase
from liveness.decision import LivenessPolicy
from liveness.draw import Draw
from liveness.events import NoticeEvent, SessionEvent, VerdictEvent
from liveness.look import FrameLook
from liveness.plan import SessionPlan
from liveness.rounds import Rounds
from liveness.verdict import conclude
from liveness.watch import ClipWatch, Seen

# Frames that arrived in time may still be on their way through the models.
PROCESSING_GRACE_S = 1.0
_IDLE = (Phase.NEW, Phase.DONE)


class LivenessSession:
    """Runs one session; plain calls, no thread of its own, not safe to share.

    Times are monotonic seconds. A frame is judged by when it arrived; where no frame comes,
    `tick` lets deadlines pass. The verdict comes once, as the last event; later calls say
    nothing.
    """

    def __init__(
        self, plan: SessionPlan, draw: Draw, watch: ClipWatch, policy: LivenessPolicy
    ) -> None:
        self._plan = plan
        watch.has_begun = False
        self._watch = watch
        self._policy = policy
        self._nonce = draw.nonce
        self._course = Course(Rounds(plan, draw), watch)
        self._advice = AdviceGate()
        self._end_s = float("inf")
        self._verdict: VerdictEvent | None = None

    @property
    def nonce(self) -> str:
        """One-time value that the draw is bound to, hexadecimal."""
        return self._nonce

    @property
    def phase(self) -> Phase:
        """Where it stands."""
        return self._course.phase

    @property
    def verdict(self) -> VerdictEvent | None:
        """How it ended; None while it runs."""
        return self._verdict

    def start(self, now_s: float) -> tuple[SessionEvent, ...]:
        """Begin; the time for everything runs from here."""
        if self.phase is not Phase.NEW:
            return ()
        self._end_s = now_s + self._plan.session_limit_s
        return tuple(self._course.begin_rest(now_s))

    def push(self, look: FrameLook, now_s: float) -> tuple[SessionEvent, ...]:
        """Judge one frame. now_s: when what follows from it is said."""
        if self.phase in (*_IDLE, Phase.INTERRUPTED):
            return ()
        arrived_s = look.frame.received_monotonic_s
        events = self._expire(arrived_s, now_s)
        if self.phase is Phase.DONE:
            return self._with_verdict(events)
        seen = self._watch.push(look)
        events += [NoticeEvent(found.code, found.frame_index) for found in seen.new]
        if seen.is_next and not self._is_decided():
            events += self._advice.push(self._advise(seen), seen.time_s)
            events += self._course.push(look, seen, max(now_s, seen.time_s))
        return self._with_verdict(events)

    def tick(self, now_s: float) -> tuple[SessionEvent, ...]:
        """Let time pass without a frame."""
        if self.phase in _IDLE:
            return ()
        return self._with_verdict(self._expire(now_s - PROCESSING_GRACE_S, now_s))

    def interrupt(self, now_s: float) -> tuple[SessionEvent, ...]:
        """Note that the connection was lost: an open challenge does not count."""
        if self.phase in (*_IDLE, Phase.INTERRUPTED):
            return ()
        self._course.interrupt()
        return self._with_verdict([NoticeEvent("CONNECTION_LOST")])

    def resume(self, now_s: float) -> tuple[SessionEvent, ...]:
        """Go on: what was passed stays passed, what was open is drawn anew."""
        if self.phase is not Phase.INTERRUPTED:
            return ()
        self._watch.restart()
        if now_s > self._end_s:
            return self._with_verdict(self._expire(now_s, now_s))
        return tuple(self._course.begin_rest(now_s))

    def close(self, now_s: float, code: str) -> tuple[SessionEvent, ...]:
        """End it from outside, never LIVE. code: the reason's, such as `SESSION_ABANDONED`."""
        if self.phase is Phase.DONE:
            return ()
        self._course.end(code)
        return self._with_verdict([])

    def _expire(self, time_s: float, now_s: float) -> list[SessionEvent]:
        if time_s > self._end_s:
            self._course.end("SESSION_TIMED_OUT")
            return []
        return self._course.expire(time_s, now_s, self._advice.shown)

    def _advise(self, seen: Seen) -> str | None:
        if seen.advice is not None or seen.motion is None:
            return seen.advice
        return self._course.obstacle(seen.motion)

    def _is_decided(self) -> bool:
        """Return whether a rule was broken, or holds for good: going on would be in vain."""
        findings = self._watch.findings
        return bool(findings.of(Weight.BREAKS) or findings.of(Weight.HOLDS))

    def _with_verdict(self, events: list[SessionEvent]) -> tuple[SessionEvent, ...]:
        """Append the verdict if the session is over; notices that came with it stay before."""
        if self._is_decided():
            self._course.phase = Phase.DONE
        if self.phase is not Phase.DONE or self._verdict is not None:
            return tuple(events)
        rounds = self._course.rounds
        ended_by = self._course.ended_by
        if ended_by is None and not rounds.is_complete and not self._is_decided():
            ended_by = "SESSION_ABANDONED"
        self._verdict = VerdictEvent(
            result=conclude(self._policy, self._watch, ended_by, ("CHALLENGES_PASSED",)),
            challenges=rounds.records,
            frame_count=self._watch.frame_count,
        )
        return (*events, self._verdict)

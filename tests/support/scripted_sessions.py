"""Sessions by script: a person who answers prompts, and a draw that is known beforehand."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from decision.calibration import Calibration
from decision.fusion import OperatingPoint
from decision.rates import ErrorRateTable
from liveness.decision import LivenessPolicy
from liveness.draw import Draw
from liveness.events import Challenge, PromptEvent, SessionEvent, VerdictEvent
from liveness.outcome import TargetRates
from liveness.plan import SessionPlan
from liveness.session import LivenessSession
from liveness.watch import ClipWatch
from tests.support.scripted_faces import Pose, ScriptedCamera, ScriptedLook, ScriptedPassive

# Similarities of unrelated scripted faces lie near 0; those of one are 1.
TABLE = ErrorRateTable(
    (0.0, 0.2, 0.4, 0.6), (0.5, 0.05, 1e-3, 1e-4), (0, 0.01, 0.02, 0.1), 10**7, 10**4, "script"
)
POLICY = LivenessPolicy(
    Calibration(1.0, 0.0, -6.0, 6.0, "script"),
    OperatingPoint(2.0, -2.0),
    TargetRates(0.01, 0.05, "script"),
    ("scripted-passive",),
)


@dataclass(slots=True)
class KnownDraw:
    """Asks for given challenges after given pauses, over and over."""

    challenges: Sequence[Challenge]
    pauses_s: Sequence[float] = (1.0,)
    nonce: str = "00"
    _challenge_count: int = 0
    _pause_count: int = 0

    def challenge(self, choices: Sequence[Challenge], but: Challenge | None) -> Challenge:
        """Return the next one, whatever may be chosen from."""
        self._challenge_count += 1
        return self.challenges[(self._challenge_count - 1) % len(self.challenges)]

    def pause_s(self) -> float:
        """Return the next pause."""
        self._pause_count += 1
        return self.pauses_s[(self._pause_count - 1) % len(self.pauses_s)]


def scripted_session(
    draw: Draw, plan: SessionPlan | None = None, logit: float = 5.0
) -> LivenessSession:
    """Return a session that looks through scripted models."""
    plan = plan or SessionPlan()
    watch = ClipWatch(ScriptedPassive(logit), TABLE)
    return LivenessSession(plan, draw, watch, POLICY)


@dataclass(slots=True)
class Actor:
    """Answers each prompt after a while: sets out, stays, comes back.

    answer: which move a prompt is answered with; None for nothing. blinks: as eyes do unasked.
    """

    delay_s: float = 0.6
    ramp_s: float = 0.25
    stay_s: float = 0.7
    answer: Callable[[Challenge], Challenge | None] = lambda asked: asked
    sway: bool = True
    blinks: bool = True
    _moves: list[tuple[float, Challenge]] = field(default_factory=list)

    def hear(self, events: Iterable[SessionEvent], now_s: float) -> None:
        """Take what the session says."""
        for event in events:
            if isinstance(event, PromptEvent) and event.challenge is not Challenge.LOOK_STRAIGHT:
                answer = self.answer(event.challenge)
                if answer is not None:
                    self.make(answer, now_s + self.delay_s)

    def make(self, challenge: Challenge, at_s: float) -> None:
        """Plan a move."""
        self._moves.append((at_s, challenge))

    def pose(self, now_s: float) -> Pose:
        """Return what the face does now; it is never quite still."""
        pose = Pose(x=_sway(now_s, 0.31), y=_sway(now_s, 0.23)) if self.sway else Pose()
        if self.blinks and now_s % 3.1 < 0.15:
            pose = replace(pose, eyes=0.1)
        for start_s, challenge in self._moves:
            pose = pose.moved(challenge, self._share(now_s - start_s))
        return pose

    def _share(self, since_s: float) -> float:
        back_s = since_s - self.ramp_s - self.stay_s
        if since_s <= 0 or back_s >= self.ramp_s:
            return 0.0
        return min(since_s / self.ramp_s, 1.0) if back_s <= 0 else 1 - back_s / self.ramp_s


def _sway(now_s: float, hz: float) -> float:
    """Return where a standing body has drifted to, in pixels; it takes long to come again."""
    return 1.5 * math.sin(2 * math.pi * hz * now_s) + math.sin(2 * math.pi * hz * 1.618 * now_s)


@dataclass(slots=True)
class Run:
    """A session that is being played."""

    session: LivenessSession
    camera: ScriptedCamera = field(default_factory=ScriptedCamera)
    actor: Actor = field(default_factory=Actor)
    events: list[SessionEvent] = field(default_factory=list)
    shoot: Callable[["Run"], ScriptedLook | None] | None = None

    def start(self) -> None:
        """Begin."""
        self._hear(self.session.start(self.camera.time_s))

    def step(self) -> None:
        """Play one frame."""
        now_s = self.camera.time_s
        look = self.shoot(self) if self.shoot else self.camera.shoot(self.actor.pose(now_s))
        if look is None:
            self.camera.time_s += 1 / self.camera.fps
            self._hear(self.session.tick(now_s))
        else:
            self._hear(self.session.push(look, now_s))

    def play(self, limit_s: float = 200.0) -> VerdictEvent:
        """Play from the start to the verdict."""
        self.start()
        end_s = self.camera.time_s + limit_s
        while self.session.verdict is None and self.camera.time_s < end_s:
            self.step()
        assert self.session.verdict is not None, "the session never ended"
        return self.session.verdict

    def _hear(self, events: Sequence[SessionEvent]) -> None:
        self.events += events
        self.actor.hear(events, self.camera.time_s)

"""Attendances by script: a participant who does what is asked, and desks that are known."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from deepfake.outcome import ForgeryOutcome
from kyc.attendance import Attendance
from kyc.background import Background, Now
from kyc.case import CheckOutcome, Findings, Verdict
from kyc.events import (
    Advised,
    AttendEvent,
    Concluded,
    Noticed,
    Prompted,
    PromptKind,
    Recorded,
    Side,
    Snapshot,
)
from kyc.parts import AttendanceParts
from kyc.plan import AttendancePlan
from kyc.policy import Product, Question, Texts
from kyc.states import STEPS, Move, Role, State
from liveness.draw import Draw, SecretDraw
from liveness.events import PromptEvent
from liveness.session import LivenessSession
from liveness.watch import ClipWatch
from tests.support.scripted_desks import (
    PICTURE,
    ScriptedClock,
    ScriptedDesk,
    ScriptedFiles,
    ScriptedForgery,
)
from tests.support.scripted_faces import (
    MODEL_ID,
    Pose,
    ScriptedCamera,
    ScriptedLook,
    ScriptedPassive,
)
from tests.support.scripted_sessions import POLICY, TABLE, Actor
from vision.frame_analysis import FrameAnalysis
from vision.match import FaceMatcher

TAPPED = Question(
    "purpose", Texts("For yourself", "是否本人使用"), False, (Texts("Yes", "是"), Texts("No", "否"))
)
TYPED = Question("income", Texts("How much", "金额多少"), is_spoken=False)
SPOKEN = Question("amount", Texts("Say the amount", "请说出金额"))
PRODUCT = Product(
    id="account",
    consent=Texts("We record this.", "我们将录像。"),
    consent_version="7",
    questions=(TAPPED, TYPED),
    watchlists=("galleries/blocked",),
)


@dataclass(slots=True)
class Sitting:
    """One participant before one attendance, who answers every prompt as told.

    accepts, accepts_face: what is said to the consent. answers: by question; None for silence.
    """

    product: Product = PRODUCT
    steps: tuple[State, ...] = STEPS
    state: State = State.CREATED
    findings: Findings = field(default_factory=Findings)
    sealed: bytes = b""
    accessible: bool = False
    document_by_camera: bool = False
    camera_label: str = ""
    desk: ScriptedDesk = field(default_factory=ScriptedDesk)
    files: ScriptedFiles = field(default_factory=ScriptedFiles)
    background: Background = field(default_factory=Now)
    forgeries: list[ScriptedForgery] = field(default_factory=list)
    forgery: ForgeryOutcome = ForgeryOutcome.GENUINE
    logit: float = 5.0
    accepts: bool = True
    accepts_face: bool = True
    answers: dict[str, str | None] = field(
        default_factory=lambda: {"purpose": "Yes", "income": "a lot", "amount": ""}
    )
    shows: bool = True
    camera: ScriptedCamera = field(default_factory=lambda: ScriptedCamera(fps=10.0))
    actor: Actor = field(default_factory=Actor)
    shoot: "Callable[[Sitting], ScriptedLook | None] | None" = None
    parts_changed: Callable[[AttendanceParts], AttendanceParts] = lambda parts: parts
    events: list[AttendEvent] = field(default_factory=list)
    clock: ScriptedClock = field(default_factory=ScriptedClock)
    attendance: Attendance = field(init=False)
    _due: list[tuple[float, Callable[[float], Sequence[AttendEvent]]]] = field(default_factory=list)
    _draws: int = 0

    def __post_init__(self) -> None:
        self.attendance = Attendance(self._plan(), self.parts_changed(self._parts()))

    @property
    def now_s(self) -> float:
        """Monotonic, as the camera has it."""
        return self.camera.time_s

    def start(self) -> None:
        """Begin."""
        self.clock.time_s = self.now_s
        self.hear(self.attendance.start(self.now_s))

    def step(self) -> None:
        """Play one frame."""
        now_s = self.clock.time_s = self.now_s
        look = self.shoot(self) if self.shoot else self.camera.shoot(self.actor.pose(now_s))
        if look is None:
            self.camera.time_s += 1 / self.camera.fps
        else:
            self.hear(self.attendance.see(looked(look), self.camera.index, now_s))
        due, self._due = self._due, []
        for at_s, act in due:
            if at_s <= now_s:
                self.hear(act(now_s))
            else:
                self._due.append((at_s, act))
        self.hear(self.attendance.tick(now_s))

    def play(self, limit_s: float = 240.0) -> Verdict:
        """Play from the start to the verdict."""
        self.start()
        return self.go_on(limit_s)

    def go_on(self, limit_s: float = 240.0) -> Verdict:
        """Play to the verdict."""
        self.play_until(lambda: self.attendance.is_finished, limit_s)
        end = self.events[-1]
        assert isinstance(end, Concluded), "the attendance never ended"
        return end.verdict

    def play_until(self, is_reached: Callable[[], bool], limit_s: float = 240.0) -> None:
        """Play until something is the case."""
        end_s = self.now_s + limit_s
        while not is_reached():
            assert self.now_s < end_s, "it never came to that"
            self.step()

    def play_to(self, kind: PromptKind, count: int = 1) -> None:
        """Play from the start until something was asked for so many times."""
        self.start()
        self.play_until(lambda: sum(one.kind is kind for one in self.prompts) >= count)

    def hear(self, events: Iterable[AttendEvent]) -> None:
        """Take what the attendance says, and prepare what is answered."""
        for event in events:
            self.events.append(event)
            if isinstance(event, Prompted):
                self._answer(event)

    @property
    def prompts(self) -> list[Prompted]:
        """What was asked for."""
        return [event for event in self.events if isinstance(event, Prompted)]

    @property
    def recorded(self) -> list[Recorded]:
        """What was written down."""
        return [event for event in self.events if isinstance(event, Recorded)]

    @property
    def moves(self) -> list[Move]:
        """Every move, in order."""
        return [move for one in self.recorded for move, _ in one.moves]

    @property
    def notices(self) -> list[str]:
        """Codes of what was noticed."""
        return [event.code for event in self.events if isinstance(event, Noticed)]

    @property
    def advice(self) -> list[str | None]:
        """What was advised, in order."""
        return [event.code for event in self.events if isinstance(event, Advised)]

    @property
    def snapshots(self) -> list[Snapshot]:
        """Every picture that was kept."""
        return [picture for one in self.recorded for picture in one.snapshots]

    def outcome(self, check: str) -> CheckOutcome | None:
        """Return what a check came to."""
        last = self.recorded[-1].findings.check(check)
        return None if last is None else last.outcome

    def after_restart(
        self, state: State | None = None, steps: tuple[State, ...] | None = None
    ) -> "Sitting":
        """Return the same participant before a server that knows what was written down alone."""
        last = self.recorded[-1]
        return replace(
            self,
            state=state or self.reached(),
            steps=steps or self.steps,
            findings=last.findings,
            sealed=last.sealed,
            events=[],
            _due=[],
        )

    def reached(self) -> State:
        """Return the state that the moves lead to."""
        path = [State.CREATED, *self.steps, State.REVIEW]
        forward = [move for move in self.moves if move in (Move.BEGIN, Move.STEP_DONE)]
        return path[path.index(self.state) + len(forward)]

    def later(self, delay_s: float, act: Callable[[float], Sequence[AttendEvent]]) -> None:
        """Let the participant do something after a while."""
        self._due.append((self.now_s + delay_s, act))

    def _answer(self, prompt: Prompted) -> None:
        attendance = self.attendance
        if prompt.kind is PromptKind.GIVE_CONSENT:
            version = self.product.consent_version
            self.later(
                0.5,
                lambda now_s: attendance.consent(self.accepts, self.accepts_face, version, now_s),
            )
        elif prompt.kind is PromptKind.SHOW_DOCUMENT and self.shows:
            side = prompt.side or Side.FRONT
            self.later(0.5, lambda now_s: attendance.show(side, PICTURE, self.camera.index, now_s))
        elif prompt.kind is PromptKind.ANSWER_QUESTION:
            question = prompt.question or ""
            answer = self.answers.get(question)
            if answer is not None:
                self.later(1.5, lambda now_s: attendance.answer(question, answer, now_s))
        elif prompt.challenge is not None:
            event = PromptEvent(prompt.number, prompt.challenge, prompt.limit_s or 5.0)
            self.actor.hear([event], self.now_s)

    def _plan(self) -> AttendancePlan:
        return AttendancePlan(
            product=self.product,
            role=Role.CUSTOMER,
            steps=self.steps,
            state=self.state,
            findings=self.findings,
            sealed=self.sealed,
            accessible=self.accessible,
            document_by_camera=self.document_by_camera,
            camera_label=self.camera_label,
        )

    def _parts(self) -> AttendanceParts:
        return AttendanceParts(
            open_liveness=lambda plan: LivenessSession(
                plan, self._draw(), ClipWatch(ScriptedPassive(self.logit), TABLE), POLICY
            ),
            matcher=FaceMatcher(TABLE, MODEL_ID),
            background=self.background,
            clock=self.clock,
            open_forgery=self._open_forgery,
            document=self.desk,
            faces=self.files,
        )

    def _open_forgery(self) -> ScriptedForgery:
        self.forgeries.append(ScriptedForgery(self.forgery))
        return self.forgeries[-1]

    def _draw(self) -> Draw:
        self._draws += 1
        return SecretDraw(f"{self._draws:032x}", b"k" * 16)


def codes(verdict: Verdict) -> list[str]:
    """Return the codes of a verdict's reasons."""
    return [reason.code for reason in verdict.reasons]


def looked(look: ScriptedLook) -> FrameAnalysis:
    """Return a scripted look as what watches take; it has every part that they ask for."""
    return cast(FrameAnalysis, look)


def pose_of(sitting: Sitting) -> Pose:
    """Return what the participant's face does now."""
    return sitting.actor.pose(sitting.now_s)

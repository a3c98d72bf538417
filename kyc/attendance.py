"""One attendance, from its first prompt to its verdict."""

from collections.abc import Callable, Sequence

from kyc.advice import SteadyAdvice
from kyc.case import Position, Verdict, VerdictOutcome
from kyc.conduct.scene import WATCHED_STEPS, Scene
from kyc.ending import Ending
from kyc.events import AttendEvent, Concluded, Noticed, Prompted, Side
from kyc.genuineness import Genuineness
from kyc.ledger import Ledger
from kyc.look_ups import LookUps
from kyc.parts import AttendanceParts
from kyc.plan import AttendancePlan
from kyc.route import Route
from kyc.sound_place import SoundPlace
from kyc.states import Move, State
from kyc.steps.questions import QuestionsStep
from kyc.steps.step import Said, Step
from kyc.words import reason
from media.frame import SoundChunk
from media.image import ImageRGB
from vision.frame_analysis import FrameAnalysis

Events = tuple[AttendEvent, ...]
NOT_NOW, ASKED_FOR_PERSON, STOPPING = "NOT_NOW", "ASKED_FOR_PERSON", "SERVER_STOPPING"
# A verdict is to come within three seconds of the last frame: searches that take longer stay open.
LAST_WAIT_S = 2.0


class Attendance:
    """Leads one participant through the steps; plain calls, one at a time, no thread of its own.

    Times are monotonic seconds; slow work runs in the background and is fetched later.
    A `Recorded` has to be written down before what follows it is said. The verdict is the last
    event and comes once; later calls say nothing.
    """

    def __init__(self, plan: AttendancePlan, parts: AttendanceParts) -> None:
        if not plan.steps:
            raise ValueError("an attendance needs a step")
        self._plan = plan
        self._ledger = Ledger(plan, parts)
        self._scene = Scene(self._ledger)
        self._genuineness = Genuineness(self._ledger)
        self._look_ups = LookUps(self._ledger)
        self._ending = Ending(self._ledger, self._genuineness, self._look_ups)
        self._sound_place = SoundPlace()
        self._advice = SteadyAdvice()
        self._route = Route(
            *(self._ledger, self._scene, self._look_ups, self._ending, self._advice)
        )
        self._paused_s: float | None = None
        self._has_begun = self._is_set_aside = self._is_finished = False

    @property
    def is_finished(self) -> bool:
        """Whether the verdict was given."""
        return self._is_finished

    def start(self, now_s: float) -> Events:
        """Begin, or go on where an earlier attendance stopped."""
        if self._has_begun or self._is_set_aside:
            return ()
        self._has_begun, ledger = True, self._ledger
        ledger.now_s = now_s
        said: Said = []
        if self._plan.state is State.CREATED:
            ledger.step = self._plan.steps[0]
            said.append(ledger.record(moves=((Move.BEGIN, ""),)))
        elif self._plan.state not in ledger.steps:
            return self._repeat_verdict()
        said += self._scene.begin(now_s)
        if ledger.carry.is_done:
            self._route.close(now_s)
        else:
            said += self._route.open(now_s)
        return self._settle(said, now_s)

    def see(self, look: FrameAnalysis, sequence: int, now_s: float) -> Events:
        """Take one frame of the camera. sequence: number of its chunk."""
        return self._do(now_s, lambda step: self._look(step, look, sequence, now_s))

    def hear(self, chunk: SoundChunk, sequence: int, now_s: float) -> Events:
        """Take a piece of sound as it arrived; it is placed among the frames here."""
        return self._do(now_s, lambda step: self._listen(chunk, now_s))

    def show(self, side: Side, image: ImageRGB, sequence: int, now_s: float) -> Events:
        """Take a picture of a document."""
        return self._do(now_s, lambda step: step.show(side, image, sequence, now_s))

    def consent(
        self, accepted: bool, accepted_face: bool, text_version: str, now_s: float
    ) -> Events:
        """Take the answer to the prompt for consent."""
        return self._do(
            now_s, lambda step: step.consent(accepted, accepted_face, text_version, now_s)
        )

    def answer(self, question: str, text: str, now_s: float) -> Events:
        """Take the answer to a question. text: empty says that it was spoken."""
        return self._do(now_s, lambda step: step.answer(question, text, now_s))

    def locate(self, position: Position, now_s: float) -> Events:
        """Take where the client says that it is."""
        return self._do(now_s, lambda step: self._scene.locate(position, now_s))

    def ask_for_person(self, text: str, now_s: float) -> Events:
        """Hand over to a person, for the participant asks for it."""
        return self._do(now_s, lambda step: self._ending.hand_over(ASKED_FOR_PERSON, text.strip()))

    def tick(self, now_s: float) -> Events:
        """Let time pass; about ten times a second."""
        return self._do(now_s, lambda step: self._pass_time(step, now_s))

    def interrupt(self, now_s: float) -> Events:
        """Note that the connection was lost."""
        step = self._route.step
        if not self._is_running or step is None:
            return ()
        self._ledger.now_s, self._paused_s = now_s, now_s
        self._genuineness.break_off()
        said = [*self._scene.pause(now_s), *self._advice.set(None)]
        if self._route.closing_s is None:
            said += step.interrupt(now_s)
        return tuple(said)

    def resume(self, now_s: float) -> Events:
        """Go on, for the client is back."""
        paused_s, self._paused_s = self._paused_s, None
        if paused_s is None or not self._is_running:
            return ()
        self._ledger.now_s = now_s
        return self._settle(self._route.resume(paused_s, now_s), now_s)

    def close(self, now_s: float, code: str) -> Events:
        """Set it aside from outside. code: UPPER_SNAKE, such as `SESSION_ABANDONED`.

        A later attendance goes on from the step that was reached. Who leaves in the middle of a
        liveness session uses up an attempt, and may so come to a verdict; nobody else does.
        """
        if self._is_finished or self._is_set_aside:
            return ()
        self._ledger.now_s, self._paused_s, self._is_set_aside = now_s, None, True
        step = self._route.step
        if step is None:
            return ()
        if self._route.closing_s is not None:
            return self._end(self._ending.complete())
        said = self._scene.pause(now_s)
        self._genuineness.break_off()
        is_counted = step.state is State.LIVENESS and code != STOPPING
        if is_counted and not self._ledger.use_attempt(State.LIVENESS):
            return self._end([*said, *self._ending.lock_out(code)])
        return (*said, self._ledger.record())

    @property
    def _is_running(self) -> bool:
        is_over = self._is_finished or self._is_set_aside
        return self._has_begun and not is_over and self._paused_s is None

    def _do(self, now_s: float, act: Callable[[Step], Sequence[AttendEvent] | None]) -> Events:
        """Let something happen; what is not asked for now is told to be so."""
        step = self._route.step
        if not self._is_running or step is None:
            return ()
        self._ledger.now_s = now_s
        if self._route.closing_s is not None:
            return self._settle([], now_s)
        said = act(step)
        return self._settle([Noticed(NOT_NOW)] if said is None else list(said), now_s)

    def _look(self, step: Step, look: FrameAnalysis, sequence: int, now_s: float) -> Said:
        # Found first: a detector that has too much to do fails before anything else is told.
        look.faces  # noqa: B018
        self._sound_place.see(look.frame)
        said: Said = []
        is_watched = step.state in WATCHED_STEPS
        if is_watched:
            said += self._scene.see(look, sequence, now_s)
        asked = step.see(look, sequence, now_s)
        if any(isinstance(one, Prompted) for one in asked):
            # What stood about the picture must not contradict what is asked for now.
            said += self._advice.set(None)
        said += asked
        if step.ended is None:
            said += self._advice.push(step.advice, look.frame.received_monotonic_s)
        if is_watched and self._ledger.accepts_face:
            self._genuineness.see(look)
        return said

    def _listen(self, chunk: SoundChunk, now_s: float) -> Said:
        placed = self._sound_place.place(chunk)
        self._scene.speech.hear(placed)
        self._genuineness.hear(placed)
        return self._scene.heard(now_s)

    def _pass_time(self, step: Step, now_s: float) -> Said:
        since_s = step.listens_since_s if isinstance(step, QuestionsStep) else None
        said = [*self._scene.tick(now_s, since_s), *step.tick(now_s)]
        self._route.expire(now_s)
        return said

    def _settle(self, said: Said, now_s: float) -> Events:
        """Draw every consequence; return all that is to be said, in order."""
        if _is_end(said):
            return self._end(said)
        critical = self._scene.log.critical
        if critical is not None:
            return self._end([*said, *self._ending.refuse(critical.code)])
        route = self._route
        while route.closing_s is None and route.step is not None and route.step.ended is not None:
            said += route.turn(now_s)
            if _is_end(said):
                return self._end(said)
        found = self._look_ups.fetch()
        said += [self._ledger.record(checks=found)] if found else []
        if route.closing_s is not None:
            is_late = now_s - route.closing_s >= LAST_WAIT_S
            if is_late or not self._look_ups.is_pending:
                return self._end([*said, *self._ending.complete()])
        return (*said, *route.progress())

    def _repeat_verdict(self) -> Events:
        """Say again how it ended: nothing is asked of somebody whose part is over."""
        known = self._ledger.findings.verdict or Verdict(
            VerdictOutcome.INCONCLUSIVE, (reason("ATTENDANCE_CLOSED"),), self._ledger.now
        )
        return self._end([Concluded(known)])

    def _end(self, said: Said) -> Events:
        self._is_finished, self._route.step = True, None
        return tuple(said)


def _is_end(said: Said) -> bool:
    return bool(said) and isinstance(said[-1], Concluded)

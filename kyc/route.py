"""The way through the steps: which attempt is under way, and what follows from its end."""

from dataclasses import replace

from kyc.advice import SteadyAdvice
from kyc.case import Check
from kyc.checks import not_confirmed
from kyc.conduct.scene import WATCHED_STEPS, Scene
from kyc.ending import Ending
from kyc.events import Noticed, Progressed, PromptKind
from kyc.ledger import Ledger
from kyc.look_ups import LookUps
from kyc.states import Move
from kyc.steps.capture import CaptureStep
from kyc.steps.opening import open_step
from kyc.steps.step import Ended, Said, Step, StepEnd

# Progress is told in tenths.
_TENTHS = 10


class Route:
    """Opens steps and turns from one to the next; behind the last one it closes.

    step: the attempt that is under way, None before the first. since_s: from when its time counts.
    closing_s: since when only the verdict is missing, None before.
    """

    def __init__(
        self, ledger: Ledger, scene: Scene, look_ups: LookUps, ending: Ending, advice: SteadyAdvice
    ) -> None:
        self._ledger = ledger
        self._scene = scene
        self._look_ups = look_ups
        self._ending = ending
        self._advice = advice
        self.step: Step | None = None
        self.since_s = 0.0
        self.closing_s: float | None = None
        self._reached_s = 0.0
        self._is_idle = False
        self._told: Progressed | None = None

    def open(self, now_s: float) -> Said:
        """Begin the present step, or try it again."""
        if self.step is None or self.step.state is not self._ledger.step:
            self._reached_s = now_s
        self.step = open_step(self._ledger, self._scene.speech)
        self.since_s = now_s
        said: Said = [*self._advice.set(None), *self.step.begin(now_s)]
        self._is_idle = self.step.ended is not None
        return said

    def close(self, now_s: float) -> None:
        """Go straight to the verdict: every step is done already."""
        self.step = open_step(self._ledger, self._scene.speech)
        self.closing_s = now_s

    def resume(self, paused_s: float, now_s: float) -> Said:
        """Go on after an interruption, which takes no time from a step."""
        self.since_s += now_s - paused_s
        self._told = None
        if self.closing_s is not None or self.step is None or self.step.ended is not None:
            return []
        return self.step.resume(now_s)

    def expire(self, now_s: float) -> None:
        """End an attempt whose time is over."""
        step = self.step
        if step is not None and step.ended is None and now_s - self.since_s > step.limit_s:
            step.expire()

    def turn(self, now_s: float) -> Said:
        """Go on from the end of the attempt."""
        step = self.step
        assert step is not None
        ended = step.ended
        assert ended is not None
        if ended.how is StepEnd.DONE:
            return self._go_on(step, ended, now_s)
        is_last = ended.how is StepEnd.FAILED and not self._ledger.use_attempt(step.state)
        said: Said = [self._ledger.record(checks=ended.checks, snapshots=ended.snapshots)]
        if ended.how is StepEnd.DECLINED:
            return [*said, *self._ending.decline()]
        if ended.how is StepEnd.REFUSED:
            return [*said, *self._ending.refuse(ended.code)]
        said.append(Noticed(ended.code))
        if not is_last:
            return [*said, *self.open(now_s)]
        is_motionless = self._scene.is_motionless(self._reached_s, now_s)
        return [*said, *self._ending.lock_out(ended.code, is_motionless)]

    def progress(self) -> Said:
        """Return how far it is, if that has changed."""
        ledger, step = self._ledger, self.step
        if step is None:
            return []
        share = 1.0 if self.closing_s is not None else int(step.share * _TENTHS) / _TENTHS
        steps, left = ledger.steps, ledger.attempts_left(ledger.step)
        told = Progressed(ledger.step, steps.index(ledger.step), len(steps), share, left)
        if told == self._told:
            return []
        self._told = told
        return [told]

    def _go_on(self, step: Step, ended: Ended, now_s: float) -> Said:
        ledger, checks = self._ledger, (*ended.checks, *self._checks_behind(step))
        behind = ledger.steps[ledger.steps.index(step.state) + 1 :]
        if not behind:
            self.closing_s = now_s
            # The move follows with the verdict; a restart before it finds every step done.
            ledger.carry = replace(ledger.carry, is_done=True)
            said: Said = [ledger.record(checks=checks, snapshots=ended.snapshots)]
            return [*said, *self._advice.set(None), ledger.prompt(PromptKind.WAIT)]
        said = [ledger.record(((Move.STEP_DONE, ""),), checks, ended.snapshots)]
        ledger.step = behind[0]
        return [*said, *self.open(now_s)]

    def _checks_behind(self, step: Step) -> tuple[Check, ...]:
        """Return what a finished step shows beside its own check."""
        if isinstance(step, CaptureStep):
            face = self._ledger.carry.face
            if step.captured is None or face is None:
                return ()
            self._scene.follow(face)
            return self._look_ups.start(step.captured)
        if step.state not in WATCHED_STEPS or self._is_idle:
            return ()
        confirmed_s = self._scene.confirmed_s
        if confirmed_s is not None and confirmed_s > self.since_s:
            return ()
        check = not_confirmed(self._ledger)
        return () if check is None else (check,)

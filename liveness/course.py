"""The course of a session: rest, pause, challenge, again and again, and rest at the end."""

from enum import Enum

from liveness.challenges import ChallengeWatch, WatchState
from liveness.events import Challenge, NoticeEvent, ProgressEvent, PromptEvent, SessionEvent
from liveness.look import FrameLook
from liveness.pause import PauseState, PauseWatch
from liveness.plan import TURNS_AND_NODS
from liveness.relief import is_flat
from liveness.rest import RestWatch
from liveness.rounds import Rounds
from liveness.watch import ClipWatch, Seen
from vision.continuity.holding import Holding
from vision.continuity.motion import FaceMotion
from vision.mesh import FaceMesh

# A face that is away, or a stranger that is there, for shorter is a slip of the detector.
LOST_AFTER_S = 0.5
# A face at rest that is not confirmed yet is compared again after this.
_COMPARE_STEP_S = 0.3
_PROGRESS_STEP = 0.1

Events = list[SessionEvent]


class Phase(Enum):
    """Where a session stands."""

    NEW = "NEW"
    REST = "REST"  # Looks straight ahead, before a challenge or at the end.
    PAUSE = "PAUSE"  # Rests for as long as was drawn.
    CHALLENGE = "CHALLENGE"
    INTERRUPTED = "INTERRUPTED"
    DONE = "DONE"


class Course:
    """Leads from one phase to the next; says what to say.

    ended_by: None while it runs and when everything was passed, else the code of the reason.
    """

    def __init__(self, rounds: Rounds, watch: ClipWatch) -> None:
        self.rounds = rounds
        self.phase = Phase.NEW
        self.ended_by: str | None = None
        self._watch = watch
        self._rest = RestWatch()
        self._pause: PauseWatch | None = None
        self._challenge: ChallengeWatch | None = None
        self._lost, self._strangers = Holding(), Holding()
        self._prompt_count = 0
        self._rest_start_s = self._rest_end_s = self._compared_s = 0.0
        self._told_share = 0.0
        self._rest_mesh: FaceMesh | None = None

    def begin_rest(self, now_s: float) -> Events:
        """Ask the person to look straight ahead; also after every interruption."""
        plan = self.rounds.plan
        self.phase = Phase.REST
        self._rest.clear()
        self._rest_start_s, self._rest_end_s = now_s, now_s + plan.rest_limit_s
        self._told_share = 0.0
        return [self._progress(0.0), self._prompt(Challenge.LOOK_STRAIGHT, plan.rest_limit_s)]

    def obstacle(self, motion: FaceMotion) -> str | None:
        """Return what keeps a face from resting, where it has to; None if nothing does."""
        return self._rest.obstacle(motion) if self.phase is Phase.REST else None

    def push(self, look: FrameLook, seen: Seen, now_s: float) -> Events:
        """Take one frame that follows the one before."""
        broken = self._check_company(seen)
        if broken is not None:
            return [NoticeEvent(broken, seen.frame_index), *self._start_over(now_s)]
        if seen.motion is None:
            return []
        if self.phase is Phase.REST:
            return self._push_rest(look, seen, seen.motion, now_s)
        if self.phase is Phase.PAUSE:
            return self._push_pause(seen, seen.motion, now_s)
        return self._push_challenge(look, seen, seen.motion, now_s)

    def expire(self, time_s: float, now_s: float, advice: str | None) -> Events:
        """Let deadlines pass. time_s: up to which frames were judged or can no longer come."""
        if self.phase in (Phase.REST, Phase.PAUSE) and time_s > self._rest_end_s:
            self.end(self._why_no_rest(now_s, advice))
        elif self._challenge is not None and time_s > self._challenge.deadline_s:
            return self._settle(self._challenge.expire(), now_s)
        return []

    def interrupt(self) -> None:
        """Break off what is under way, as the connection is lost."""
        may_go_on = self._break_off()
        self.phase = Phase.INTERRUPTED
        if not may_go_on:
            self.end("INTERRUPTED_TOO_OFTEN")

    def end(self, code: str) -> None:
        """End it before its time; a challenge that is open then is broken off."""
        if self._challenge is not None:
            self._break_off()
        self.phase, self.ended_by = Phase.DONE, code

    def _push_rest(self, look: FrameLook, seen: Seen, motion: FaceMotion, now_s: float) -> Events:
        rest = self._rest.push(motion)
        if rest is None or seen.advice is not None or not self._is_same_person(look, motion):
            return []
        if self._rest.first is None:
            self._rest.first = rest
        if self.rounds.is_complete:
            self.phase = Phase.DONE
            return []
        pause_s = self.rounds.next_pause_s()
        self._rest_end_s = max(self._rest_end_s, now_s + pause_s + self.rounds.plan.rest_limit_s)
        self._pause = PauseWatch(self.rounds.next_challenge(), rest, now_s + pause_s)
        self.phase = Phase.PAUSE
        return []

    def _push_pause(self, seen: Seen, motion: FaceMotion, now_s: float) -> Events:
        assert self._pause is not None
        pause = self._pause
        rest = self._rest.push(motion)
        state = pause.push(motion, rest)
        if rest is not None:
            self._rest_mesh = seen.mesh
        if state is PauseState.TOO_EARLY:
            return self._fail("CHALLENGE_TOO_EARLY", now_s)
        if state is PauseState.RESTLESS:
            # Nothing was asked yet, so nothing was failed; the next pause is drawn anew.
            self.phase = Phase.REST
        if state is not PauseState.OVER:
            return []
        limit_s = self.rounds.plan.challenge_limit_s
        self._challenge = ChallengeWatch(pause.challenge, pause.rest, now_s, limit_s)
        self._pause, self.phase, self._told_share = None, Phase.CHALLENGE, 0.0
        return [self._prompt(pause.challenge, limit_s)]

    def _push_challenge(
        self, look: FrameLook, seen: Seen, motion: FaceMotion, now_s: float
    ) -> Events:
        assert self._challenge is not None
        state = self._challenge.push(motion)
        if state is WatchState.OPEN:
            return self._tell_share(self._challenge.share)
        if state is WatchState.PASSED and not self._has_depth(seen):
            return self._fail("FACE_FLAT", now_s)
        if state is WatchState.PASSED:
            # The move may have turned the face far from the camera, so only a face that is
            # clearly another's speaks against it here; the rest that follows must confirm it.
            self._watch.look_at_person(look, motion.time_s)
            if self._watch.identity.is_doubtful:
                return self._fail("FACE_NOT_CONFIRMED", now_s)
        return self._settle(state, now_s)

    def _settle(self, state: WatchState, now_s: float) -> Events:
        assert self._challenge is not None
        if state is WatchState.PASSED:
            self.rounds.pass_next(self._challenge.response_s)
            self._challenge = None
            return self.begin_rest(now_s)
        if state is WatchState.MISSED and self._watch.order.is_slow(now_s):
            return [NoticeEvent("TOO_FEW_FRAMES"), *self._start_over(now_s)]
        return self._fail(f"CHALLENGE_{state.value}", now_s)

    def _fail(self, code: str, now_s: float) -> Events:
        self._challenge = self._pause = None
        if self.rounds.fail_next():
            return [NoticeEvent(code), *self.begin_rest(now_s)]
        # Who only missed the moves may not have understood; who made others, or made them
        # before they were asked for, did not answer this session.
        self.end(code if code in ("CHALLENGE_MISSED", "FACE_FLAT") else "CHALLENGE_FAILED")
        return [NoticeEvent(code)]

    def _check_company(self, seen: Seen) -> str | None:
        """Return why what is under way cannot go on; None if it can."""
        lost_s = self._lost.update(not seen.presence.is_face, seen.time_s)
        is_crowd = seen.presence.is_face and not seen.presence.is_alone
        strangers_s = self._strangers.update(is_crowd, seen.time_s)
        if self.phase is Phase.REST:
            if lost_s or strangers_s or seen.is_gap:
                self._rest.clear()
            return None
        if seen.is_gap:
            return "FRAMES_MISSING"
        if lost_s >= LOST_AFTER_S:
            return "FACE_LOST"
        return "SECOND_FACE" if strangers_s >= LOST_AFTER_S else None

    def _is_same_person(self, look: FrameLook, motion: FaceMotion) -> bool:
        """Return whether a look since the rest began confirmed the person, or one does now."""
        identity = self._watch.identity
        self._watch.has_begun = True
        if identity.is_confirmed_since(self._rest_start_s):
            return True
        if motion.time_s - self._compared_s < _COMPARE_STEP_S:
            return False
        self._compared_s = motion.time_s
        self._watch.look_at_person(look, motion.time_s)
        return identity.is_confirmed_since(self._rest_start_s)

    def _has_depth(self, seen: Seen) -> bool:
        """Return whether a head that turned or nodded showed that it is no flat picture."""
        assert self._challenge is not None
        if self._challenge.challenge not in TURNS_AND_NODS or self._rest_mesh is None:
            return True
        return seen.mesh is not None and not is_flat(self._rest_mesh, seen.mesh)

    def _start_over(self, now_s: float) -> Events:
        if self._break_off():
            return self.begin_rest(now_s)
        self.end("INTERRUPTED_TOO_OFTEN")
        return []

    def _break_off(self) -> bool:
        was_asked = self._challenge is not None
        self._challenge = self._pause = None
        self._rest.clear()
        return self.rounds.break_off(was_asked)

    def _why_no_rest(self, now_s: float, advice: str | None) -> str:
        if self._watch.face_count == 0 and advice in (None, "SHOW_FACE"):
            return "NO_FACE"
        if self._watch.order.is_slow(now_s):
            return "TOO_FEW_FRAMES"
        return advice or "FACE_NOT_CONFIRMED"

    def _prompt(self, challenge: Challenge, limit_s: float) -> PromptEvent:
        self._prompt_count += 1
        return PromptEvent(self._prompt_count, challenge, limit_s)

    def _progress(self, share: float) -> ProgressEvent:
        return ProgressEvent(self.rounds.passed_count, self.rounds.wanted_count, share)

    def _tell_share(self, share: float) -> Events:
        if abs(share - self._told_share) < _PROGRESS_STEP:
            return []
        self._told_share = share
        return [self._progress(share)]

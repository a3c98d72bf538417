"""Whether a face did what it was asked to, when it was asked to."""

from dataclasses import dataclass, field
from enum import Enum

from liveness.events import Challenge
from liveness.moves import AT_REST, FAR_ENOUGH, MOVES, SET_OUT, extent
from vision.continuity.holding import Holding
from vision.continuity.motion import FaceMotion

# Nobody answers a light or a word sooner: trained sprinters need more than 0.1 s, and what is
# faster counts as a false start (World Athletics, rule 16.6); choosing a move takes longer.
MIN_RESPONSE_S = 0.15
_MIN_HOLD_FRAMES = 2


class WatchState(Enum):
    """Where a challenge stands."""

    OPEN = "OPEN"
    PASSED = "PASSED"
    MISSED = "MISSED"
    WRONG_MOVE = "WRONG_MOVE"
    TOO_EARLY = "TOO_EARLY"


@dataclass(slots=True)
class ChallengeWatch:
    """Follows one face through one challenge.

    rest: how the face rests. prompt_s, limit_s: when it was asked, and how long it has.
    The move counts if the face is seen at rest after the prompt, sets out no sooner than a
    person can, goes far enough and stays there. A move that was under way before fails it, as
    does another move instead.
    """

    challenge: Challenge
    rest: FaceMotion
    prompt_s: float
    limit_s: float
    state: WatchState = WatchState.OPEN
    share: float = 0.0
    response_s: float | None = None
    _is_armed: bool = False
    _is_reached: bool = False
    _onset_s: float | None = None
    _own: Holding = field(default_factory=Holding)
    _rivals: dict[Challenge, Holding] = field(default_factory=dict)

    @property
    def deadline_s(self) -> float:
        """When the time for the move is over."""
        return self.prompt_s + self.limit_s

    def push(self, now: FaceMotion) -> WatchState:
        """Take one frame and return where the challenge stands."""
        if self.state is not WatchState.OPEN or now.time_s < self.prompt_s:
            return self.state
        if now.time_s > self.deadline_s:
            return self.expire()
        if self._is_rival_made(now):
            self.state = WatchState.WRONG_MOVE
            return self.state
        return self._follow(now)

    def expire(self) -> WatchState:
        """End it because its time is over."""
        if self.state is WatchState.OPEN:
            self.state = WatchState.MISSED
        return self.state

    def _is_rival_made(self, now: FaceMotion) -> bool:
        for rival, limit in MOVES[self.challenge].rivals.items():
            holding = self._rivals.setdefault(rival, Holding())
            held_s = holding.update(extent(rival, now, self.rest) >= limit, now.time_s)
            if held_s >= MOVES[rival].hold_s and holding.count >= _MIN_HOLD_FRAMES:
                return True
        return False

    def _follow(self, now: FaceMotion) -> WatchState:
        how_far = extent(self.challenge, now, self.rest)
        held_s = self._own.update(how_far >= FAR_ENOUGH, now.time_s)
        move = MOVES[self.challenge]
        is_held = held_s >= move.hold_s and self._own.count >= _MIN_HOLD_FRAMES
        self._set_out(how_far, now.time_s)
        if not self._is_armed:
            if is_held:
                self.state = WatchState.TOO_EARLY
            return self.state
        self._is_reached = self._is_reached or is_held
        if self._is_reached and (not move.returns or how_far < SET_OUT):
            self.state = WatchState.PASSED
            self.response_s = (self._onset_s or now.time_s) - self.prompt_s
        self.share = self._share(how_far, held_s, move.hold_s)
        return self.state

    def _set_out(self, how_far: float, time_s: float) -> None:
        """Note when the face leaves its rest; one that leaves too soon must come back first."""
        if how_far < AT_REST:
            if not self._is_reached:
                self._onset_s = None
            self._is_armed = True
        elif how_far >= SET_OUT and self._is_armed and self._onset_s is None:
            self._onset_s = time_s
            self._is_armed = time_s - self.prompt_s >= MIN_RESPONSE_S

    def _share(self, how_far: float, held_s: float, hold_s: float) -> float:
        if self.state is WatchState.PASSED:
            return 1.0
        if self._is_reached:
            return 0.9
        gone = min(max(how_far, 0.0), FAR_ENOUGH)
        return 0.6 * gone + 0.3 * min(held_s / hold_s, 1.0)

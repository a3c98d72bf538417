"""The wait before a prompt, as long as was drawn: a move that comes in it comes too early."""

from dataclasses import dataclass, field
from enum import Enum

from liveness.events import Challenge
from liveness.moves import AT_REST, FAR_ENOUGH, MOVES, extent
from vision.continuity.holding import Holding
from vision.continuity.motion import FaceMotion

# A face that leaves its rest for longer has to be asked to rest again.
MAX_RESTLESS_S = 1.5


class PauseState(Enum):
    """Where a pause stands."""

    OPEN = "OPEN"
    OVER = "OVER"
    RESTLESS = "RESTLESS"
    TOO_EARLY = "TOO_EARLY"


@dataclass(slots=True)
class PauseWatch:
    """Waits with the drawn challenge up its sleeve.

    challenge: what will be asked. rest: how the face rests, kept fresh. end_s: when it is asked.
    """

    challenge: Challenge
    rest: FaceMotion
    end_s: float
    _early: Holding = field(default_factory=Holding)
    _restless: Holding = field(default_factory=Holding)

    def push(self, now: FaceMotion, rest: FaceMotion | None) -> PauseState:
        """Take one frame. rest: how the face rests now; None while it does not."""
        how_far = extent(self.challenge, now, self.rest)
        held_s = self._early.update(how_far >= FAR_ENOUGH, now.time_s)
        if held_s >= MOVES[self.challenge].hold_s and self._early.count > 1:
            return PauseState.TOO_EARLY
        if self._restless.update(rest is None, now.time_s) > MAX_RESTLESS_S:
            return PauseState.RESTLESS
        if rest is None:
            return PauseState.OPEN
        self.rest = rest
        is_over = now.time_s >= self.end_s and extent(self.challenge, now, rest) < AT_REST
        return PauseState.OVER if is_over else PauseState.OPEN

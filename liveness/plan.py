"""What a session asks for, and its limits."""

from dataclasses import dataclass

from base.errors import InvalidArgumentError
from liveness.events import Challenge

MIN_CHALLENGES, MAX_CHALLENGES = 1, 6
MAX_MOVE_S = 30.0
TURNS_AND_NODS = (
    Challenge.TURN_LEFT,
    Challenge.TURN_RIGHT,
    Challenge.LOOK_UP,
    Challenge.LOOK_DOWN,
)
HEAD_MOVES = (*TURNS_AND_NODS, Challenge.COME_CLOSER)
FACE_MOVES = (Challenge.BLINK, Challenge.OPEN_MOUTH, Challenge.SMILE)


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """How a session is run.

    challenge_count: how many must be passed, 1 to 6. accessible: only moves of eyes and mouth,
    with more time. retry_count: failed challenges that are drawn anew, in the whole session.
    redraw_count: broken-off ones that are. move_limit_s: time for one challenge; None for 5 s,
    or 12 s where it is accessible. Raises InvalidArgumentError.
    """

    challenge_count: int = 3
    accessible: bool = False
    retry_count: int = 2
    redraw_count: int = 3
    move_limit_s: float | None = None

    def __post_init__(self) -> None:
        if not MIN_CHALLENGES <= self.challenge_count <= MAX_CHALLENGES:
            raise InvalidArgumentError(
                f"a session asks for {MIN_CHALLENGES} to {MAX_CHALLENGES} challenges, "
                f"got {self.challenge_count}",
                field="challenge_count",
            )
        if min(self.retry_count, self.redraw_count) < 0:
            raise InvalidArgumentError("counts must not be negative", field="retry_count")
        if self.move_limit_s is not None and not 1 <= self.move_limit_s <= MAX_MOVE_S:
            raise InvalidArgumentError(
                f"a challenge takes 1 to {MAX_MOVE_S:g} seconds, got {self.move_limit_s:g}",
                field="move_limit_s",
            )

    @property
    def choices(self) -> tuple[Challenge, ...]:
        """What is drawn from."""
        return FACE_MOVES if self.accessible else (*FACE_MOVES, *HEAD_MOVES)

    @property
    def challenge_limit_s(self) -> float:
        """Time for one challenge."""
        if self.move_limit_s is not None:
            return self.move_limit_s
        return 12.0 if self.accessible else 5.0

    @property
    def rest_limit_s(self) -> float:
        """Time to look straight before each challenge."""
        return 30.0 if self.accessible else 15.0

    @property
    def session_limit_s(self) -> float:
        """Time for everything."""
        return (30.0 if self.accessible else 20.0) * (1 + self.challenge_count)

"""How far a face has gone with each move, measured from how it rests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from liveness.events import Challenge
from vision.continuity.motion import FaceMotion

# Fractions of a whole move: below the first a face is at rest, from the second on it has set out.
AT_REST, SET_OUT, FAR_ENOUGH = 0.35, 0.5, 1.0

# A neck turns 60 to 80 degrees to each side and nods some 50 up or down, less than half of it
# in old age (Youdas et al., "Normal range of motion of the cervical spine", 1992), while heads
# of people who sit and speak into a camera sway by a few degrees: a quarter of the range is
# easy for nearly everybody and does not happen by itself.
TURN_DEG, NOD_DEG = 15.0, 10.0
# Lips apart by a third of the mouth's width more than at rest: wider than in calm speech.
MOUTH_RISE = 0.35
SMILE_RISE = 0.4
# Broad smiles of the development clips reach 0.75 to 0.88, so who smiles already has less to
# rise.
SMILE_TOP, MIN_SMILE_RISE = 0.8, 0.25
# Eyes that close on purpose lose nearly all of their opening; lids that look down, about half.
EYE_FALL = 0.6
# A face that is a quarter larger has come from the distance to four fifths of it.
CLOSER_RISE = 0.25


@dataclass(frozen=True, slots=True)
class Move:
    """One move. extent: 1 or more where the face has gone far enough. hold_s: how long it must.

    returns: whether the face has to come back within the challenge's time.
    rivals: moves that fail the challenge if they are made instead, with the extent that does.
    """

    extent: Callable[[FaceMotion, FaceMotion], float]
    hold_s: float
    rivals: Mapping[Challenge, float]
    returns: bool = False


def _turn(sign: float) -> Callable[[FaceMotion, FaceMotion], float]:
    return lambda now, rest: sign * (now.yaw_deg - rest.yaw_deg) / TURN_DEG


def _nod(sign: float) -> Callable[[FaceMotion, FaceMotion], float]:
    return lambda now, rest: sign * (now.pitch_deg - rest.pitch_deg) / NOD_DEG


def _open_mouth(now: FaceMotion, rest: FaceMotion) -> float:
    return (now.mouth_opening - rest.mouth_opening) / MOUTH_RISE


def _smile(now: FaceMotion, rest: FaceMotion) -> float:
    rise = min(SMILE_RISE, max(MIN_SMILE_RISE, SMILE_TOP - rest.smile))
    return (now.smile - rest.smile) / rise


def _close_eyes(now: FaceMotion, rest: FaceMotion) -> float:
    if rest.eye_opening <= 0:
        return 0.0
    return (1 - now.eye_opening / rest.eye_opening) / EYE_FALL


def _come_closer(now: FaceMotion, rest: FaceMotion) -> float:
    return (now.size_px / rest.size_px - 1) / CLOSER_RISE if rest.size_px > 0 else 0.0


_C = Challenge
# The opposite of a move fails it as soon as it is one; others only where they are unmistakable,
# since a head that turns also nods a little. Blinks and smiles happen unasked and fail nothing.
_CLEAR = 1.5
_HEAD = {_C.TURN_LEFT: _CLEAR, _C.TURN_RIGHT: _CLEAR, _C.LOOK_UP: _CLEAR, _C.LOOK_DOWN: _CLEAR}
_TURNS = {_C.TURN_LEFT: _CLEAR, _C.TURN_RIGHT: _CLEAR}

MOVES: Mapping[Challenge, Move] = {
    # Longer than blinks that come by themselves: none in the development clips keeps the eyes
    # closed for more than 0.2 s (tests/liveness/test_blinks_shared.py).
    _C.BLINK: Move(_close_eyes, 0.3, {**_HEAD, _C.OPEN_MOUTH: _CLEAR}, returns=True),
    _C.OPEN_MOUTH: Move(_open_mouth, 0.3, {**_HEAD, _C.COME_CLOSER: 1.0}),
    _C.SMILE: Move(_smile, 0.3, {**_HEAD, _C.COME_CLOSER: 1.0}),
    _C.TURN_LEFT: Move(_turn(1.0), 0.2, {_C.TURN_RIGHT: 1.0, _C.OPEN_MOUTH: _CLEAR}),
    _C.TURN_RIGHT: Move(_turn(-1.0), 0.2, {_C.TURN_LEFT: 1.0, _C.OPEN_MOUTH: _CLEAR}),
    _C.LOOK_UP: Move(_nod(1.0), 0.2, {_C.LOOK_DOWN: 1.0, **_TURNS}),
    _C.LOOK_DOWN: Move(_nod(-1.0), 0.2, {_C.LOOK_UP: 1.0, **_TURNS}),
    # Leaning in tilts the head against a camera that stands lower or higher.
    _C.COME_CLOSER: Move(_come_closer, 0.3, {**_TURNS, _C.OPEN_MOUTH: _CLEAR}),
}


def extent(challenge: Challenge, now: FaceMotion, rest: FaceMotion) -> float:
    """Return how far a face has gone with a move; 1 is far enough, 0 is at rest."""
    return MOVES[challenge].extent(now, rest)

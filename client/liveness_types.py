"""What the client's liveness calls take and give."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from client.types import Face, Model, Reason


class LivenessOutcome(Enum):
    """Whether a living person was in front of the camera."""

    LIVE = "LIVE"
    SPOOF = "SPOOF"
    INCONCLUSIVE = "INCONCLUSIVE"


class Language(Enum):
    """The languages of prompts and advice."""

    ENGLISH = "ENGLISH"
    CHINESE = "CHINESE"


class Challenge(Enum):
    """What the person is asked to do; left and right are the person's own."""

    LOOK_STRAIGHT = "LOOK_STRAIGHT"
    BLINK = "BLINK"
    OPEN_MOUTH = "OPEN_MOUTH"
    SMILE = "SMILE"
    TURN_LEFT = "TURN_LEFT"
    TURN_RIGHT = "TURN_RIGHT"
    LOOK_UP = "LOOK_UP"
    LOOK_DOWN = "LOOK_DOWN"
    COME_CLOSER = "COME_CLOSER"
    UNKNOWN = "UNKNOWN"  # Newer than this client; the prompt's words say what it is.


class ChallengeState(Enum):
    """How a challenge ended."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"


class Codec(Enum):
    """How a picture is encoded."""

    JPEG = "JPEG"
    PNG = "PNG"


@dataclass(frozen=True, slots=True)
class Signal:
    """One measurement behind a decision; None where nothing was measured or calibrated."""

    name: str
    score: float | None
    llr: float | None


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """The error rates that were aimed at, and the data behind them."""

    max_apcer: float
    max_bpcer: float
    data: str


@dataclass(frozen=True, slots=True)
class LivenessDecision:
    """A decision with its reasons, the weightiest first. live_score: in [0, 1], higher is more."""

    outcome: LivenessOutcome
    reasons: tuple[Reason, ...]
    signals: tuple[Signal, ...]
    live_score: float | None
    operating_point: OperatingPoint
    models: tuple[Model, ...]


@dataclass(frozen=True, slots=True)
class LivenessCheck:
    """The decision about one picture, and the face that it is about."""

    decision: LivenessDecision
    face: Face


@dataclass(frozen=True, slots=True)
class Opened:
    """The session is open, or open again after a lost connection (`is_return`)."""

    session: str
    nonce: str
    expires_at: datetime
    max_fps: float
    max_chunk_bytes: int
    is_return: bool


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the person is to do now; replaces the prompt before it."""

    number: int
    challenge: Challenge
    text: str
    time_limit_s: float


@dataclass(frozen=True, slots=True)
class Advice:
    """What would make the picture better; both empty when it is good again."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the session is. share: of the present challenge, in [0, 1]."""

    passed_count: int
    challenge_count: int
    share: float


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the verdict may mention. sequence: the picture's number, 0 for none."""

    code: str
    text: str
    sequence: int


@dataclass(frozen=True, slots=True)
class ChallengeResult:
    """How one challenge went. response_s: None unless it was passed."""

    challenge: Challenge
    state: ChallengeState
    response_s: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of a session, always the last event."""

    decision: LivenessDecision
    challenges: tuple[ChallengeResult, ...]
    frame_count: int


Event = Opened | Prompt | Advice | Progress | Notice | Verdict

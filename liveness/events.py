"""What a session says to whoever runs it."""

from dataclasses import dataclass
from enum import Enum

from liveness.outcome import LivenessResult


class Challenge(Enum):
    """What the person is asked to do. Left and right are the person's own."""

    LOOK_STRAIGHT = "LOOK_STRAIGHT"
    BLINK = "BLINK"
    OPEN_MOUTH = "OPEN_MOUTH"
    SMILE = "SMILE"
    TURN_LEFT = "TURN_LEFT"
    TURN_RIGHT = "TURN_RIGHT"
    LOOK_UP = "LOOK_UP"
    LOOK_DOWN = "LOOK_DOWN"
    COME_CLOSER = "COME_CLOSER"


class ChallengeState(Enum):
    """How a challenge ended."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"


@dataclass(frozen=True, slots=True)
class PromptEvent:
    """The person is to do something now. number: from 1. A move outside of the limit fails."""

    number: int
    challenge: Challenge
    time_limit_s: float


@dataclass(frozen=True, slots=True)
class AdviceEvent:
    """What would make the picture better; None when it is good again. code: UPPER_SNAKE."""

    code: str | None


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """How far the session is. share: of the present challenge, in [0, 1]."""

    passed_count: int
    challenge_count: int
    share: float


@dataclass(frozen=True, slots=True)
class NoticeEvent:
    """Something that the verdict may mention. code: UPPER_SNAKE. frame_index: where, if at one."""

    code: str
    frame_index: int | None = None


@dataclass(frozen=True, slots=True)
class ChallengeRecord:
    """How one challenge went. response_s: from prompt to move; None unless it was passed."""

    challenge: Challenge
    state: ChallengeState
    response_s: float | None = None


@dataclass(frozen=True, slots=True)
class VerdictEvent:
    """The end, always the last event. frame_count: pictures that were looked at."""

    result: LivenessResult
    challenges: tuple[ChallengeRecord, ...]
    frame_count: int


SessionEvent = PromptEvent | AdviceEvent | ProgressEvent | NoticeEvent | VerdictEvent

"""What an attendance of an interview takes and gives."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from client.liveness_types import Advice, Challenge, Codec, Language, Notice, Signal
from client.types import Reason

__all__ = [
    "Advice",
    "AttendEvent",
    "AttendOptions",
    "Attended",
    "Challenge",
    "CheckOutcome",
    "Codec",
    "DocumentSide",
    "InterviewCheck",
    "InterviewOutcome",
    "InterviewProgress",
    "InterviewPrompt",
    "InterviewState",
    "InterviewVerdict",
    "Language",
    "Notice",
    "PromptKind",
]


class InterviewState(Enum):
    """Where a participant, or the whole case, stands."""

    CREATED = "CREATED"
    CONSENT = "CONSENT"
    DOCUMENT = "DOCUMENT"
    CAPTURE = "CAPTURE"
    LIVENESS = "LIVENESS"
    QUESTIONS = "QUESTIONS"
    REVIEW = "REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    UNKNOWN = "UNKNOWN"  # Newer than this client.


class PromptKind(Enum):
    """What a participant is asked for, and with what it is answered."""

    GIVE_CONSENT = "GIVE_CONSENT"  # `consent`.
    SHOW_DOCUMENT = "SHOW_DOCUMENT"  # `show_document`.
    FACE_CAMERA = "FACE_CAMERA"
    DO_CHALLENGE = "DO_CHALLENGE"
    ANSWER_QUESTION = "ANSWER_QUESTION"  # `answer`.
    WAIT = "WAIT"
    UNKNOWN = "UNKNOWN"  # Newer than this client; the prompt's words say what it is.


class DocumentSide(Enum):
    """A side of a document."""

    FRONT = "FRONT"
    BACK = "BACK"


class CheckOutcome(Enum):
    """What a check came to."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INCONCLUSIVE = "INCONCLUSIVE"


class InterviewOutcome(Enum):
    """How an attendance ended."""

    PASSED = "PASSED"
    REFUSED = "REFUSED"
    INCONCLUSIVE = "INCONCLUSIVE"


@dataclass(frozen=True, slots=True)
class AttendOptions:
    """How somebody attends.

    attend_token, resume_token: one of them is required; neither appears in `repr`. camera: a
    branch's, which then takes the pictures. document_by_camera: documents are held up to it.
    """

    attend_token: str = ""
    resume_token: str = ""
    language: Language = Language.ENGLISH
    camera: str = ""
    document_by_camera: bool = False
    accessible: bool = False
    camera_label: str = ""
    request_id: str = ""

    def __repr__(self) -> str:
        return f"AttendOptions({self.language.value}, camera={self.camera!r}, tokens=<hidden>)"


@dataclass(frozen=True, slots=True)
class Attended:
    """The attendance is open, or open again after a lost connection (`is_return`)."""

    participant: str
    expires_at: datetime
    max_fps: float
    max_chunk_bytes: int
    steps: tuple[InterviewState, ...]
    nonce: str
    wants_position: bool
    is_return: bool


@dataclass(frozen=True, slots=True)
class InterviewPrompt:
    """What is to be done now; replaces the prompt before it. time_limit_s: None for none.

    side: only with SHOW_DOCUMENT. text_version: only with GIVE_CONSENT. question, is_spoken,
    choices: only with ANSWER_QUESTION.
    """

    number: int
    kind: PromptKind
    text: str
    time_limit_s: float | None = None
    challenge: Challenge | None = None
    side: DocumentSide | None = None
    text_version: str = ""
    question: str = ""
    is_spoken: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InterviewProgress:
    """How far the participant is. share: of the present step, in [0, 1]."""

    state: InterviewState
    done_count: int
    step_count: int
    share: float
    attempts_left: int


@dataclass(frozen=True, slots=True)
class InterviewCheck:
    """One check of a participant. sequence: the chunk that decided, 0 for none."""

    name: str
    outcome: CheckOutcome
    reasons: tuple[Reason, ...]
    signals: tuple[Signal, ...]
    operating_point: str
    model_ids: tuple[str, ...]
    decided_at: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class InterviewVerdict:
    """The end of an attendance, always the last event."""

    outcome: InterviewOutcome
    reasons: tuple[Reason, ...]
    state: InterviewState
    checks: tuple[InterviewCheck, ...]
    given_at: datetime


AttendEvent = Attended | InterviewPrompt | Advice | InterviewProgress | Notice | InterviewVerdict

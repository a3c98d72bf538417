"""What an attendance says to whoever carries it."""

from dataclasses import dataclass
from enum import Enum

from kyc.case import Check, ConductEvent, Findings, Verdict
from kyc.states import Move, State
from liveness.events import Challenge


class PromptKind(Enum):
    """What a participant is asked for."""

    GIVE_CONSENT = "GIVE_CONSENT"
    SHOW_DOCUMENT = "SHOW_DOCUMENT"
    FACE_CAMERA = "FACE_CAMERA"
    DO_CHALLENGE = "DO_CHALLENGE"
    ANSWER_QUESTION = "ANSWER_QUESTION"
    WAIT = "WAIT"


class Side(Enum):
    """A side of a document."""

    FRONT = "FRONT"
    BACK = "BACK"


@dataclass(frozen=True, slots=True)
class Prompted:
    """The participant is to do something now. number: from 1. question: id of the policy's."""

    number: int
    kind: PromptKind
    limit_s: float | None = None
    challenge: Challenge | None = None
    side: Side | None = None
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Advised:
    """What would make the picture better; None when it is good again."""

    code: str | None


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far the participant is. share: of the present step, in [0, 1]."""

    state: State
    done_count: int
    step_count: int
    share: float
    attempts_left: int


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something was noticed. Without `event` it is for the participant alone and not kept."""

    code: str
    sequence: int = 0
    event: ConductEvent | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A picture that is to be kept. name: `event-3`, `face`, `document_front`, `portrait`.

    jpeg: the encoded picture.
    """

    name: str
    jpeg: bytes

    def __repr__(self) -> str:
        return f"Snapshot({self.name}, jpeg=<hidden>)"


@dataclass(frozen=True, slots=True)
class Recorded:
    """Something that has to be written down before anything after it is said.

    moves: to make, in order. findings: all that is known now. sealed: what only the attendance
    understands, to go on from (templates among it); kept sealed.
    """

    findings: Findings
    moves: tuple[tuple[Move, str], ...] = ()
    checks: tuple[Check, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    sealed: bytes = b""

    def __repr__(self) -> str:
        return f"Recorded({self.moves}, {len(self.checks)} checks, sealed=<hidden>)"


@dataclass(frozen=True, slots=True)
class Concluded:
    """The end, always the last event."""

    verdict: Verdict


AttendEvent = Prompted | Advised | Progressed | Noticed | Recorded | Concluded

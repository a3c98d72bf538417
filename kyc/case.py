"""A case and what was found about it; plain values, changed by making new ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from decision.outcome import Reason
from decision.signal import Signal
from kyc.states import FINAL, Move, Role, State


class CheckOutcome(Enum):
    """What a check came to."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INCONCLUSIVE = "INCONCLUSIVE"


class Severity(Enum):
    """How serious something is, by policy."""

    NOTE = "NOTE"  # Kept, and nothing follows from it.
    WARNING = "WARNING"  # A person has to look at it.
    CRITICAL = "CRITICAL"  # Refuses.


class VerdictOutcome(Enum):
    """How an attendance ended."""

    PASSED = "PASSED"
    REFUSED = "REFUSED"
    INCONCLUSIVE = "INCONCLUSIVE"


class CheckName:
    """Names of checks, as callers read them."""

    DOCUMENT = "document"
    FACE_MATCH = "face_match"
    LIVENESS = "liveness"
    DEEPFAKE = "deepfake"
    WATCHLIST = "watchlist"
    PAST_CASES = "past_cases"
    OTHER_PARTICIPANTS = "other_participants"
    CONDUCT = "conduct"
    POSITION = "position"
    AUTHORITY = "authority"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one participant. sequence: number of the chunk that decided, 0 for none."""

    name: str
    outcome: CheckOutcome
    reasons: tuple[Reason, ...]
    decided_at: datetime
    signals: tuple[Signal, ...] = ()
    operating_point: str = ""
    model_ids: tuple[str, ...] = ()
    sequence: int = 0

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError(f"the check {self.name} needs a reason")


@dataclass(frozen=True, slots=True)
class ConductEvent:
    """Something that happened in picture or sound. number: within the participant, from 1.

    ended_at: None for a moment, or while it lasts. sequence: the chunk at which it was noticed.
    """

    number: int
    code: str
    severity: Severity
    text: str
    started_at: datetime
    ended_at: datetime | None = None
    sequence: int = 0
    has_snapshot: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to, and to which text."""

    text_version: str
    text: str
    accepted: bool
    accepted_face: bool
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and what came back. voice_at_prompt: None where it was not measured."""

    question: str
    text: str
    answer: str = field(repr=False)
    asked_at: datetime
    answered_at: datetime | None
    voice_at_prompt: bool | None


@dataclass(frozen=True, slots=True)
class Position:
    """Where a client says that it is. accuracy_m: radius, 68 % confidence."""

    latitude_deg: float = field(repr=False)
    longitude_deg: float = field(repr=False)
    accuracy_m: float
    measured_at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class DocumentRecord:
    """What the document step came to, as it is kept sealed. fields: name to value."""

    kind: str
    fields: Mapping[str, str]
    confidences: Mapping[str, float]
    checks: tuple[tuple[str, bool | None, str], ...]

    def __repr__(self) -> str:
        return f"DocumentRecord({self.kind}, {len(self.fields)} fields, values=<hidden>)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an attendance ended."""

    outcome: VerdictOutcome
    reasons: tuple[Reason, ...]
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Findings:
    """All that is known of one participant; what an attendance goes on from after a restart."""

    checks: tuple[Check, ...] = ()
    events: tuple[ConductEvent, ...] = ()
    consents: tuple[Consent, ...] = ()
    answers: tuple[Answer, ...] = ()
    position: Position | None = None
    document: DocumentRecord | None = None
    verdict: Verdict | None = None
    attempts: Mapping[State, int] = field(default_factory=dict)

    def check(self, name: str) -> Check | None:
        """Return the last check of a name."""
        return next((one for one in reversed(self.checks) if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Participant:
    """One person of a case. steps: what the policy leads this role through, in order."""

    id: str
    role: Role
    display_name: str = field(repr=False)
    steps: tuple[State, ...]
    state: State = State.CREATED


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer decided. round: the case's round of reviews, from 1."""

    reviewer: str
    approved: bool
    reason: str = field(repr=False)
    reviewed_at: datetime
    round: int = 1


@dataclass(frozen=True, slots=True)
class Transition:
    """One move. participant: None for the case. number: within the case, from 1."""

    number: int
    participant: str | None
    from_state: State
    to_state: State
    move: Move
    reason: str
    actor: str
    moved_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Note:
    """What somebody wrote about the case: why it was handed over, held or let go of.

    kind: the move or deed that it came with, such as `HAND_OVER` or `HOLD`.
    """

    kind: str
    text: str
    actor: str
    written_at: datetime

    def __repr__(self) -> str:
        return f"Note({self.kind}, {self.actor}, text=<hidden>)"


@dataclass(frozen=True, slots=True)
class Interview:
    """One case.

    reason: why a person has to decide, UPPER_SNAKE, empty if nobody has to.
    review_round: how often it came to review; reviews of an earlier round count no more.
    transition_count: number of the last transition.
    """

    id: str
    tenant: str
    product: str
    external_id: str = field(repr=False)
    policy_version: str
    created_at: datetime
    expires_at: datetime
    participants: tuple[Participant, ...]
    state: State = State.CREATED
    reason: str = ""
    reviews: tuple[Review, ...] = ()
    is_held: bool = False
    closed_at: datetime | None = None
    review_round: int = 0
    transition_count: int = 0
    notes: tuple[Note, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Whether it is approved, rejected or expired."""
        return self.state in FINAL

    @property
    def reviews_now(self) -> tuple[Review, ...]:
        """The reviews of this round."""
        return tuple(one for one in self.reviews if one.round == self.review_round)

    def participant(self, participant_id: str) -> Participant | None:
        """Return one of the participants."""
        return next((one for one in self.participants if one.id == participant_id), None)

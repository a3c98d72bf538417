"""What calls about cases of interviews take and give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from client.attend_types import InterviewCheck, InterviewState, InterviewVerdict

__all__ = [
    "ErasedStore",
    "Interview",
    "InterviewAccess",
    "InterviewParticipant",
    "InterviewReceipt",
    "InterviewReview",
    "NewInterview",
    "NewParticipant",
    "ParticipantRole",
]


class ParticipantRole(Enum):
    """What somebody is to the case."""

    CUSTOMER = "CUSTOMER"
    SPOUSE = "SPOUSE"
    GUARANTOR = "GUARANTOR"
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    AGENT = "AGENT"
    UNKNOWN = "UNKNOWN"  # Newer than this client.


@dataclass(frozen=True, slots=True)
class NewParticipant:
    """Who is to take part."""

    role: ParticipantRole
    display_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class InterviewAccess:
    """A participant's way in. Both are empty for somebody who has come already.

    page_path: of the page on the server's HTTP port.
    """

    participant: str
    attend_token: str = field(repr=False)
    page_path: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class InterviewParticipant:
    """One person of a case.

    steps: what the policy leads the role through. verdict: None while it has not ended.
    """

    name: str
    role: ParticipantRole
    state: InterviewState
    steps: tuple[InterviewState, ...]
    display_name: str = field(repr=False)
    is_attending: bool
    attempt_count: int
    checks: tuple[InterviewCheck, ...]
    verdict: InterviewVerdict | None
    pictures: tuple[str, ...]
    recorded_count: int


@dataclass(frozen=True, slots=True)
class InterviewReview:
    """What a reviewer decided."""

    reviewer: str
    approved: bool
    reason: str = field(repr=False)
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class Interview:
    """One case. hand_over_reason: why a person has to decide, empty if nobody has to.

    details: everything, JSON with the names of the protos: transitions, events, consents,
    questions, position, document.
    """

    name: str
    product: str
    external_id: str = field(repr=False)
    state: InterviewState
    participants: tuple[InterviewParticipant, ...]
    reviews: tuple[InterviewReview, ...]
    reviewer_count: int
    policy_version: str
    created_at: datetime
    expires_at: datetime
    purges_at: datetime | None
    is_held: bool
    hand_over_reason: str
    details: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewInterview:
    """A case that was opened, and the ways in, in the order of its participants."""

    interview: Interview
    accesses: tuple[InterviewAccess, ...]


@dataclass(frozen=True, slots=True)
class ErasedStore:
    """What one store held."""

    store: str
    erased_count: int


@dataclass(frozen=True, slots=True)
class InterviewReceipt:
    """Says that a case is gone."""

    name: str
    erased_at: datetime
    stores: tuple[ErasedStore, ...]

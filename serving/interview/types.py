"""What the interview service takes and gives."""

from dataclasses import dataclass, field
from datetime import datetime

from base.ids import InterviewName
from kyc.case import Findings, Interview, Participant, Transition
from kyc.policy import Product
from kyc.states import Role, State
from serving.crypto.key import Key


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is to take part. display_name: to show, empty for none."""

    role: Role
    display_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """A participant's way in. attend_token: empty for somebody who has come already."""

    participant: str
    attend_token: str = field(repr=False)

    @property
    def page_path(self) -> str:
        """Path of the page on the server, empty without a token."""
        return f"/interview/{self.attend_token}" if self.attend_token else ""


@dataclass(frozen=True, slots=True)
class ParticipantView:
    """One person as callers see it.

    findings: None in listings. pictures: names that may be asked for. recorded_count: chunks.
    """

    participant: Participant
    findings: Findings | None = None
    pictures: tuple[str, ...] = ()
    recorded_count: int = 0
    is_attending: bool = False


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case as callers see it. purges_at: None while it is open."""

    name: InterviewName
    interview: Interview
    product: Product
    participants: tuple[ParticipantView, ...]
    transitions: tuple[Transition, ...]
    purges_at: datetime | None

    def participant(self, participant_id: str) -> ParticipantView | None:
        """Return one of the participants."""
        found = (one for one in self.participants if one.participant.id == participant_id)
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Opened:
    """A case and the ways in, in the order of the participants."""

    case: CaseView
    accesses: tuple[Access, ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases, newest first. next_page_token: empty after the last."""

    cases: tuple[CaseView, ...]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody with an attend token may know before attending."""

    name: InterviewName
    participant: str
    state: State
    product: str
    role: Role
    display_name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One attendance that may begin or go on.

    product: as it was when the case was opened. steps: of the participant. sealed: what the
    attendance kept for itself. key: the case's data key, for recordings and pictures.
    resume_token: new; the one before stays good until this one was used.
    """

    tenant: str
    name: InterviewName
    participant: str
    role: Role
    product: Product
    steps: tuple[State, ...]
    state: State
    findings: Findings = field(repr=False)
    sealed: bytes = field(repr=False)
    key: Key
    expires_at: datetime
    resume_token: str = field(repr=False)
    request_id: str

    @property
    def resource(self) -> str:
        """The participant's resource name."""
        return self.name.participant(self.participant)

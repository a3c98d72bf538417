"""What the client gives of lobbies; what is personal stays out of `repr`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class Action(Enum):
    """What is done with an alert."""

    ACKNOWLEDGE = "ACKNOWLEDGE"
    TAKE_OVER = "TAKE_OVER"
    HAND_OVER = "HAND_OVER"
    NOTE = "NOTE"
    CLOSE = "CLOSE"


@dataclass(frozen=True, slots=True)
class Appointment:
    """An appointment of a customer."""

    start_at: datetime
    subject: str = field(repr=False)
    with_whom: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Customer:
    """What the bank's directory knows."""

    id: str
    display_name: str = field(repr=False)
    tier: str
    language: str
    relationship_manager: str = field(repr=False)
    appointments: tuple[Appointment, ...] = field(repr=False)
    needs: tuple[str, ...] = field(repr=False)
    offers: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class LobbyVisit:
    """One stay. identity: `KNOWN`, `UNSURE`, `STRANGER` or `UNSEEN`. subject: empty if unknown.

    reason: why the customer is missing, or why it is not known who it is; empty for nothing.
    """

    name: str
    identity: str
    subject: str
    is_watchlisted: bool
    customer: Customer | None
    reason: str
    arrived_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    camera: str
    zone: str
    zone_name: str
    has_photo: bool
    revision: int
    merged_into: str


@dataclass(frozen=True, slots=True)
class AlertStep:
    """One thing that was done with an alert. actor: empty for the system."""

    at: datetime
    state: str
    actor: str
    note: str = field(repr=False)
    assignee: str


@dataclass(frozen=True, slots=True)
class LobbyAlert:
    """Something that staff were told; kinds, severities and states as in the contract."""

    name: str
    kind: str
    severity: str
    state: str
    rule: str
    reason: str
    text: str
    facts: Mapping[str, str]
    visit: str
    camera: str
    zone: str
    roles: tuple[str, ...]
    raised_at: datetime
    escalate_at: datetime | None
    escalation_count: int
    assignee: str
    steps: tuple[AlertStep, ...]
    revision: int
    face_at: datetime | None


@dataclass(frozen=True, slots=True)
class LobbyCamera:
    """How a camera is. state: `UP`, `DOWN`, `STALLED` or `COVERED`."""

    camera: str
    display_name: str
    state: str
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ZoneCounts:
    """One zone now. longest_stay_s, mean_stay_s: None without anybody to take them of."""

    camera: str
    zone: str
    display_name: str
    kind: str
    person_count: int
    longest_stay_s: float | None
    mean_stay_s: float | None


@dataclass(frozen=True, slots=True)
class LobbyCounts:
    """Counts of a branch now, and of today. counted_at: None if nothing was counted."""

    zones: tuple[ZoneCounts, ...]
    in_count: int
    out_count: int
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class HourCounts:
    """Who came and went in one hour. coverage: share of it that was counted."""

    start_at: datetime
    in_count: int
    out_count: int
    coverage: float


@dataclass(frozen=True, slots=True)
class LobbyFlow:
    """Counts now and by the hour."""

    now: LobbyCounts
    hours: tuple[HourCounts, ...]


@dataclass(frozen=True, slots=True)
class Hello:
    """The beginning of a stream. is_incomplete: ask for the whole state again."""

    last_id: int
    is_incomplete: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that does not work, or does again."""

    code: str
    text: str
    is_over: bool


Payload = Hello | LobbyVisit | LobbyAlert | LobbyCamera | LobbyCounts | Trouble


@dataclass(frozen=True, slots=True)
class LobbyEvent:
    """Something that happened. id: 0 for what is not kept. payload: None for what is newer."""

    id: int
    at: datetime
    payload: Payload | None

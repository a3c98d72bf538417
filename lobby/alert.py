"""Something that staff were told, and what they did with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum

from decision.outcome import Reason
from lobby.seen import CameraRef


class AlertKind(Enum):
    """Why staff are told."""

    ARRIVAL = "arrival"
    APPOINTMENT = "appointment"
    WATCHLIST = "watchlist"
    LONG_WAIT = "long_wait"
    QUEUE_LENGTH = "queue_length"
    CROWD = "crowd"
    LONG_DWELL = "long_dwell"
    CAMERA = "camera"


class Severity(IntEnum):
    """How urgent it is."""

    INFO = 1
    NOTICE = 2
    URGENT = 3


class AlertState(Enum):
    """Where an alert stands."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    TAKEN_OVER = "taken_over"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"
    LAPSED = "lapsed"


class AlertAction(Enum):
    """What staff do with an alert."""

    ACKNOWLEDGE = "acknowledge"
    TAKE_OVER = "take_over"
    HAND_OVER = "hand_over"
    NOTE = "note"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class AlertStep:
    """One thing done. actor: id of sign-in, empty for the system."""

    at: datetime
    state: AlertState
    actor: str = ""
    note: str = field(default="", repr=False)
    assignee: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert; a new value for each change.

    subject_key: what it is about, so that the same thing is not told twice: a visit id, a
    `{device}/{camera}` or a `{device}/{camera}/{zone}`. facts: values of the reason's sentence.
    roles: whom it is for, empty for everybody. face_at: as in the visit.
    """

    id: str
    rule: str
    kind: AlertKind
    severity: Severity
    reason: Reason
    facts: Mapping[str, str]
    subject_key: str
    raised_at: datetime
    visit: str | None = None
    camera: CameraRef | None = None
    zone: str = ""
    roles: tuple[str, ...] = ()
    state: AlertState = AlertState.RAISED
    escalate_at: datetime | None = None
    escalation_count: int = 0
    assignee: str = ""
    steps: tuple[AlertStep, ...] = ()
    face_at: datetime | None = None
    revision: int = 1

    @property
    def audience(self) -> tuple[str, ...]:
        """Whom it is for: its roles and whoever has it; empty for everybody."""
        return (*self.roles, self.assignee) if self.roles and self.assignee else self.roles

    @property
    def is_open(self) -> bool:
        """Whether somebody may still do something about it."""
        return self.state not in {AlertState.CLOSED, AlertState.LAPSED}

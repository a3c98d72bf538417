"""What the audit log takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

Details = Mapping[str, str | int | float | bool | None]


class Outcome(Enum):
    """How the action that a line records ended."""

    OK = "ok"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """What is to be recorded; ids and numbers only, never names or biometrics.

    actor: id of who asked.
    action: such as `gallery.create`.
    resource: resource name of what it was done to.
    """

    actor: str
    tenant: str
    action: str
    resource: str
    outcome: Outcome
    details: Details


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of a writer's chain; `hash` covers everything before it and `previous_hash`."""

    writer: str
    sequence: int
    time: datetime
    event: AuditEvent
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """The first place at which a chain does not add up."""

    writer: str
    sequence: int
    problem: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a walk over every chain found.

    line_count: lines read.
    writers: last good sequence number by writer.
    """

    line_count: int
    writers: Mapping[str, int]
    anchor_count: int
    first_broken: BrokenLine | None

    @property
    def is_intact(self) -> bool:
        """Whether every line, anchor and head adds up."""
        return self.first_broken is None

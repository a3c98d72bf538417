"""What tablets are told: events that are made once for everybody who listens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """One event of a branch on its way to pages and clients.

    id: number of the event, 0 for one that is not kept. kind: of its payload, such as `visit`.
    duties: whom it is for, empty for everybody. face_at: capture time of the first frame with a
    usable face, where this is the first word of a visit or an alert; None for everything else.
    message: as gRPC sends it. text: the same as JSON.
    """

    id: int
    kind: str
    at: datetime
    message: Any = field(repr=False)
    text: str = field(repr=False)
    duties: tuple[str, ...] = ()
    face_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hello:
    """Where a listener stands. is_incomplete: it must ask for the whole state again."""

    last_id: int
    is_incomplete: bool = False


class EventSource(Protocol):
    """What the hub asks the lobby. Blocking; called from a few threads."""

    def has_branch(self, tenant: str, branch: str) -> bool:
        """Return whether there is such a branch."""
        ...

    def last_event_id(self, tenant: str, branch: str) -> int:
        """Return the number of the newest event, 0 before the first."""
        ...

    def keeps_after(self, tenant: str, branch: str, event_id: int) -> bool:
        """Return whether every event behind `event_id` is still kept."""
        ...

    def events_after(self, tenant: str, branch: str, after_id: int, limit: int) -> Sequence[Told]:
        """Return the first `limit` events behind `after_id`, in order, with their newest state.

        Numbers count up by one in each branch. Of several events of one thing the last of them
        alone is returned.
        """
        ...

    def standing(self, tenant: str, branch: str) -> Sequence[Told]:
        """Return how each camera is and what does not work, for somebody who has just come.

        Numbered 0: what is told of them later is an event like any other.
        """
        ...

    def flow(self, tenant: str, branch: str) -> Told | None:
        """Return the counts of now, None where nothing was counted. `at`: when they were made."""
        ...

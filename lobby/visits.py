"""Sightings become visits: one for each person and stay, across the cameras of a branch."""

from collections.abc import Callable, Iterable
from datetime import datetime

from base.ids import SubjectName, new_id
from lobby.seen import Seen
from lobby.visit import Visit, VisitChange
from lobby.visit_limits import StrangerMatch, VisitLimits


def new_visit_id() -> str:
    """Return an id that nobody can guess."""
    return new_id("visit")


class VisitBook:
    """The visits of one branch; not to be shared between threads.

    strangers: when two unknown faces are one person; None never takes them for one.
    """

    def __init__(
        self,
        limits: VisitLimits,
        strangers: StrangerMatch | None,
        new_id: Callable[[], str] = new_visit_id,
    ) -> None:
        self._limits = limits
        self._strangers = strangers
        self._new_id = new_id

    def see(self, seen: Seen) -> tuple[VisitChange, ...]:
        """Take what a camera told; return every visit that changed, losers of a merge first.

        Empty for somebody whose face nobody has looked at yet.
        """
        raise NotImplementedError

    def tick(self, now: datetime) -> tuple[VisitChange, ...]:
        """End what is over and forget what is old."""
        raise NotImplementedError

    def restore(self, visits: Iterable[Visit]) -> None:
        """Begin again with stored visits: open ones, and those that ended within `rejoin_s`.

        Strangers come back without embeddings, which were in memory alone.
        """
        raise NotImplementedError

    def forget(self, subject: SubjectName) -> tuple[VisitChange, ...]:
        """Make a stranger of a subject who was erased."""
        raise NotImplementedError

    def visit(self, visit_id: str) -> Visit | None:
        """Return a visit that is open or ended lately."""
        raise NotImplementedError

    def open_visits(self) -> tuple[Visit, ...]:
        """Return those that last, earliest arrival first."""
        raise NotImplementedError

    @property
    def stranger_embedding_count(self) -> int:
        """How many embeddings are in memory."""
        raise NotImplementedError

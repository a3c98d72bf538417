"""A lobby that a test scripts: its events, its branches and its failures."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from serving.lobby.told import Told

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class ScriptedLobby:
    """Keeps events of branches by number; counts what it is asked."""

    def __init__(self, *branches: tuple[str, str]) -> None:
        self._events: dict[tuple[str, str], list[Told]] = {key: [] for key in branches}
        self._lock = threading.Lock()
        self.kept_from = 0
        self.flow_now: Told | None = None
        self.stands: list[Told] = []
        self.failure: Exception | None = None
        self.asked: list[tuple[str, int]] = []

    def tell(
        self, tenant: str, branch: str, kind: str = "alert", duties: tuple[str, ...] = ()
    ) -> Told:
        """Let something happen in a branch."""
        with self._lock:
            events = self._events[tenant, branch]
            number = len(events) + 1
            told = Told(number, kind, NOW, None, f'{{"id":"{number}"}}', duties)
            events.append(told)
        return told

    def has_branch(self, tenant: str, branch: str) -> bool:
        return (tenant, branch) in self._events

    def last_event_id(self, tenant: str, branch: str) -> int:
        with self._lock:
            events = self._events[tenant, branch]
            return events[-1].id if events else 0

    def keeps_after(self, tenant: str, branch: str, event_id: int) -> bool:
        return event_id >= self.kept_from

    def events_after(self, tenant: str, branch: str, after_id: int, limit: int) -> Sequence[Told]:
        if self.failure is not None:
            raise self.failure
        with self._lock:
            self.asked.append((branch, after_id))
            return [one for one in self._events[tenant, branch] if one.id > after_id][:limit]

    def standing(self, tenant: str, branch: str) -> Sequence[Told]:
        return self.stands

    def flow(self, tenant: str, branch: str) -> Told | None:
        return self.flow_now

"""Advice that does not flicker."""

from liveness.events import AdviceEvent

# Nobody reads what changes faster.
SETTLE_S = 0.5


class AdviceGate:
    """Passes advice on once it has stood for half a second, and only when it changes."""

    def __init__(self) -> None:
        self._shown: str | None = None
        self._wanted: str | None = None
        self._wanted_s = 0.0

    @property
    def shown(self) -> str | None:
        """The advice that stands now."""
        return self._shown

    def push(self, code: str | None, time_s: float) -> tuple[AdviceEvent, ...]:
        """Take what one frame asks for; return what to say, if anything."""
        if code != self._wanted:
            self._wanted, self._wanted_s = code, time_s
        if code == self._shown or time_s - self._wanted_s < SETTLE_S:
            return ()
        self._shown = code
        return (AdviceEvent(code),)

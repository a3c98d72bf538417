"""One advice at a time, soon and without flicker."""

from kyc.events import Advised

# Two frames of 15 a second: what one frame alone asks for is noise.
ONSET_S = 0.06
# Nobody reads what changes faster.
SETTLE_S = 0.6


class SteadyAdvice:
    """Passes advice on: at once where nothing was wrong, later where it only changes."""

    def __init__(self) -> None:
        self._shown: str | None = None
        self._wanted: str | None = None
        self._wanted_s = 0.0

    @property
    def shown(self) -> str | None:
        """The advice that stands now."""
        return self._shown

    def push(self, code: str | None, time_s: float) -> tuple[Advised, ...]:
        """Take what one frame asks for; return what to say, if anything."""
        if code != self._wanted:
            self._wanted, self._wanted_s = code, time_s
        wait_s = ONSET_S if self._shown is None else SETTLE_S
        if code == self._shown or time_s - self._wanted_s < wait_s:
            return ()
        return self.set(code)

    def set(self, code: str | None) -> tuple[Advised, ...]:
        """Take advice that somebody else has weighed; return what to say, if anything."""
        if code == self._shown:
            return ()
        self._shown = self._wanted = code
        return (Advised(code),)

"""Pictures or sound that should come and do not."""

from kyc.conduct.episode import Edge, Episode

PICTURES, SOUND = "PICTURES_MISSING", "SOUND_MISSING"
# Networks stall for a second or two.
PICTURES_AFTER_S, SOUND_AFTER_S = 4.0, 4.0


class Missing:
    """Counts the time since something last came. after_s: how long it may be away."""

    def __init__(self, code: str, after_s: float) -> None:
        self.code = code
        self._after_s = after_s
        self._last_s: float | None = None
        self._episode = Episode(0.0, 0.0)

    def came(self, time_s: float) -> Edge | None:
        """Note that it came."""
        self._last_s = time_s
        return self._episode.push(False, time_s)

    def wait(self, since_s: float, now_s: float) -> Edge | None:
        """Return that it is missing, if it should have come since then."""
        last_s = since_s if self._last_s is None else max(self._last_s, since_s)
        if now_s - last_s < self._after_s:
            return None
        edge = self._episode.push(True, now_s)
        return None if edge is None else Edge(True, last_s)

    def stop(self, time_s: float) -> Edge | None:
        """Break off: nothing is waited for."""
        return self._episode.stop(time_s)

"""When a piece of sound began, on the clock of the pictures beside it."""

from dataclasses import replace

from media.frame import Frame, SoundChunk
from media.timeline import LeastOfLate

# Sound that claims to have waited longer than this is placed by its arrival.
MAX_WAIT_S = 2.0


class SoundPlace:
    """Places sound by the sender's clock, seen from the pictures that waited least.

    Sound is sent when it is whole, and on its way it waits longer or shorter than pictures do.
    """

    def __init__(self) -> None:
        self._late = LeastOfLate()
        self._delay_s: float | None = None

    def see(self, frame: Frame) -> None:
        """Take when a picture was made and when it came."""
        if frame.pts_s is not None:
            at_s = frame.received_monotonic_s
            self._delay_s = self._late.heed(at_s - frame.pts_s, at_s)

    def place(self, chunk: SoundChunk) -> SoundChunk:
        """Return the sound with the time at which its first sample would have come."""
        came_s = chunk.received_monotonic_s
        begun_s = came_s - chunk.duration_s
        if chunk.pts_s is not None and self._delay_s is not None:
            said_s = chunk.pts_s + self._delay_s
            begun_s = said_s if 0 <= came_s - said_s <= MAX_WAIT_S else begun_s
        return replace(chunk, received_monotonic_s=begun_s)

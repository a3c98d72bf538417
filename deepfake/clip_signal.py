"""What every signal over a clip offers: it takes frames and sound as they come and then speaks."""

from dataclasses import dataclass
from typing import Protocol

from decision.signal import Signal
from deepfake.outcome import Moment
from media.frame import SoundChunk
from vision.frame_analysis import FrameAnalysis


@dataclass(frozen=True, slots=True)
class Heard:
    """What a signal says at the end of a clip. signals: measured, or not with a score of None."""

    signals: tuple[Signal, ...] = ()
    moments: tuple[Moment, ...] = ()


class ClipSignal(Protocol):
    """One signal following one clip; not thread-safe, and of bounded memory.

    Times of moments are seconds from the first frame.
    """

    def look(self, analysis: FrameAnalysis, time_s: float) -> tuple[Moment, ...]:
        """Take one frame; return what has become certain with it.

        time_s: seconds from the clip's first frame.
        """
        ...

    def hear(self, chunk: SoundChunk, time_s: float) -> tuple[Moment, ...]:
        """Take a piece of sound; times are those of the frames."""
        ...

    def conclude(self) -> Heard:
        """Return everything that is known; `look` and `hear` are not called afterwards."""
        ...


class SightOnly:
    """Half of a signal that does not listen."""

    def hear(self, chunk: SoundChunk, time_s: float) -> tuple[Moment, ...]:
        """Take sound, which says nothing here."""
        return ()

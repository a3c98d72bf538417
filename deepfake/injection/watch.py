"""Everything that speaks for injected media, as one signal of a clip."""

from decision.findings import Finding
from decision.rates import ErrorRateTable
from deepfake.clip_signal import Heard
from deepfake.outcome import Moment
from media.frame import SoundChunk
from vision.continuity.glance import Glance
from vision.continuity.repeats import LoopWatch
from vision.frame_analysis import FrameAnalysis

REPETITION = "repetition"


class InjectionWatch:
    """Follows one clip for what no camera gives; not thread-safe, of bounded memory.

    is_live: whether frames came as they were taken; a file's times of arrival are made up.
    table: error rates of face comparison; None where the embedder was not measured.
    """

    def __init__(self, is_live: bool, table: ErrorRateTable | None = None) -> None:
        self._is_live = is_live
        self._table = table
        self._loop = LoopWatch()

    def look(self, analysis: FrameAnalysis, time_s: float) -> tuple[Moment, ...]:
        """Take one frame; return what has become certain with it."""
        found = self._loop.push(Glance(analysis.grid), time_s, analysis.frame.index)
        return () if found is None else (_moment(found, REPETITION, time_s),)

    def hear(self, chunk: SoundChunk, time_s: float) -> tuple[Moment, ...]:
        """Take sound, which says nothing here."""
        return ()

    def conclude(self) -> Heard:
        """Return what was measured."""
        return Heard()


def _moment(found: Finding, signal: str, time_s: float) -> Moment:
    return Moment(found.code, found.weight, signal, time_s)

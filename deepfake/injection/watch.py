"""Everything that speaks for injected media, as one part of a clip's evidence."""

from decision.findings import Weight
from decision.rates import ErrorRateTable
from deepfake.clip_signal import Heard, SightOnly
from deepfake.injection.course import SPLICED, CourseWatch
from deepfake.injection.encodings import Change, EncodingWatch
from deepfake.injection.repetition import RepetitionWatch
from deepfake.injection.timing import TimingWatch
from deepfake.outcome import Moment
from vision.continuity.cuts import CUT, SCENE
from vision.frame_analysis import FrameAnalysis

# What says that the picture became another one.
_BREAKS = {CUT, SCENE, SPLICED}


class InjectionWatch(SightOnly):
    """Follows one clip for what no camera gives; not thread-safe, of bounded memory.

    is_live: whether frames came as they were taken; a file's times of arrival are made up.
    table: error rates of face comparison; None where the embedder was not measured.
    """

    def __init__(self, is_live: bool, table: ErrorRateTable | None = None) -> None:
        self._repetition = RepetitionWatch()
        self._course = CourseWatch(table)
        self._timing = TimingWatch(is_live)
        self._encoding = EncodingWatch()

    def look(self, analysis: FrameAnalysis, time_s: float) -> tuple[Moment, ...]:
        """Take one frame; return what was noticed with it."""
        moments = self._timing.look(analysis.frame, time_s)
        change, changed = self._encoding.push(analysis.frame.encoding, time_s)
        if change is Change.TURNED:
            self._course.restart()
        moments += changed
        moments += self._repetition.look(analysis, time_s)
        course = self._course.look(analysis, time_s)
        for moment in course:
            if moment.code in _BREAKS and moment.weight is not Weight.NOTE:
                moments += self._encoding.push_break(moment.start_s)
        return (*moments, *course)

    def conclude(self) -> Heard:
        """Return what was measured."""
        return Heard((self._repetition.signal(), self._encoding.signal()))

"""Who judges the kit's streams: the injection watch alone, or a whole clip's judge."""

from collections.abc import Callable, Iterable
from typing import Protocol

from decision.findings import Weight
from deepfake.assembly import Forgery
from deepfake.clip_plan import ClipPlan
from deepfake.injection.watch import InjectionWatch
from deepfake.moments import Moments
from deepfake.outcome import Moment
from media.frame import Frame
from vision.assembly import StreamVision


class StreamJudge(Protocol):
    """Follows one stream."""

    def look(self, frame: Frame) -> bool:
        """Take the next frame; return whether it is refused already."""
        ...

    def conclude(self) -> tuple[Moment, ...]:
        """Return what was noticed, in order of time."""
        ...


OpenJudge = Callable[[], StreamJudge]


class WatchJudge:
    """Judges by what `InjectionWatch` notices, and by nothing else."""

    def __init__(self, vision: StreamVision) -> None:
        self._analyzer = vision.open_analyzer()
        self._watch = InjectionWatch(True, vision.pipeline.matcher.table)
        self._moments = Moments()
        self._first_s: float | None = None

    def look(self, frame: Frame) -> bool:
        """Take the next frame; return whether it is refused already."""
        arrived_s = frame.received_monotonic_s
        self._first_s = arrived_s if self._first_s is None else self._first_s
        analysis = self._analyzer.look(frame)
        self._add(self._watch.look(analysis, arrived_s - self._first_s))
        return self._moments.has(Weight.BREAKS)

    def conclude(self) -> tuple[Moment, ...]:
        """Return what was noticed, in order of time."""
        self._add(self._watch.conclude().moments)
        self._analyzer.close()
        return self._moments.in_order()

    def _add(self, moments: Iterable[Moment]) -> None:
        for moment in moments:
            self._moments.add(moment)


class ForgeryJudge:
    """Judges as a caller's clip is judged; what the look of the face says counts as well."""

    def __init__(self, forgery: Forgery, vision: StreamVision) -> None:
        self._analyzer = vision.open_analyzer()
        self._judge = forgery.open_clip(ClipPlan(is_live=True))

    def look(self, frame: Frame) -> bool:
        """Take the next frame; return whether it is refused already."""
        self._judge.look(self._analyzer.look(frame))
        return self._judge.is_certain

    def conclude(self) -> tuple[Moment, ...]:
        """Return what was noticed, in order of time."""
        self._analyzer.close()
        return self._judge.conclude().moments

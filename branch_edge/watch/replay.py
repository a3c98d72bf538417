"""A clip as if a camera showed it: for checking counts against those that somebody made by hand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from branch_edge.news import FlowNews
from branch_edge.watch.camera_watch import SLICE_S, CameraWatch, WatchNews
from branch_edge.watch.stays import Stay
from branch_edge.watch.views import Eyes
from media.frame import Frame
from vision.scene import CameraScene

_BEGUN_AT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Replay:
    """What a whole clip told. stays: by second of the clip, in the order in which they began."""

    news: tuple[WatchNews, ...]
    stays: tuple[Stay, ...]
    frame_count: int

    @property
    def spans(self) -> tuple[FlowNews, ...]:
        """The counts alone."""
        return tuple(news for news in self.news if isinstance(news, FlowNews))


def replay(
    scene: CameraScene, eyes: Eyes, frames: Iterable[Frame], slice_s: float = SLICE_S
) -> Replay:
    """Watch a clip from its first second to its last. frames: as `media.clips` reads them."""
    stays: list[Stay] = []
    news: list[WatchNews] = []
    watch = CameraWatch(scene, eyes, slice_s, on_stay=stays.append)
    count = 0
    for frame in _timed(frames):
        news += watch.look(frame)
        count += 1
    news += watch.end()
    begun_s = _BEGUN_AT.timestamp()
    told = sorted((replace(s, enter_s=s.enter_s - begun_s) for s in stays), key=_by_enter)
    return Replay(tuple(news), tuple(told), count)


def _timed(frames: Iterable[Frame]) -> Iterator[Frame]:
    """Yield the frames with capture times that begin where clips do, at nought."""
    for frame in frames:
        at = _BEGUN_AT + timedelta(seconds=frame.received_monotonic_s)
        yield replace(frame, capture_time=at)


def _by_enter(stay: Stay) -> float:
    return stay.enter_s

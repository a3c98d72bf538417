"""How the cameras of one branch are: what they told, and whether their boxes are there."""

from collections.abc import Iterable
from datetime import datetime

from lobby.flow import CameraCondition, CameraNews
from lobby.seen import CameraRef

BOX_OFFLINE = "BOX_OFFLINE"


class CameraBoard:
    """The cameras of one branch; not to be shared between threads."""

    def __init__(self) -> None:
        self._told: dict[CameraRef, CameraNews] = {}
        # When each camera's box came, or went.
        self._online: dict[CameraRef, datetime] = {}
        self._offline: dict[CameraRef, datetime] = {}

    def restore(self, told: Iterable[CameraNews], now: datetime) -> None:
        """Begin again with what was told last; a box that is not there is offline since now."""
        for news in told:
            self._told.setdefault(news.camera, news)
            if news.camera not in self._online:
                self._offline.setdefault(news.camera, now)

    def tell(self, news: CameraNews) -> CameraNews | None:
        """Take what a camera told; return how it is, None if that did not change."""
        before = self.state_of(news.camera)
        self._told[news.camera] = news
        return self._changed(news.camera, before)

    def come(self, camera: CameraRef, at: datetime) -> CameraNews | None:
        """Note that a camera's box is there; return how it is, None if that did not change."""
        before = self.state_of(camera)
        self._offline.pop(camera, None)
        self._online[camera] = at
        return self._changed(camera, before)

    def go(self, camera: CameraRef, at: datetime) -> CameraNews | None:
        """Note that a camera's box has gone; return how it is, None if that did not change."""
        before = self.state_of(camera)
        self._online.pop(camera, None)
        self._offline.setdefault(camera, at)
        return self._changed(camera, before)

    def state_of(self, camera: CameraRef) -> CameraNews | None:
        """Return how a camera is, None for one of which nothing is known."""
        gone_at = self._offline.get(camera)
        if gone_at is not None:
            return CameraNews(camera, CameraCondition.DOWN, gone_at, BOX_OFFLINE)
        told = self._told.get(camera)
        if told is not None:
            return told
        came_at = self._online.get(camera)
        return None if came_at is None else CameraNews(camera, CameraCondition.UP, came_at)

    def states(self) -> tuple[CameraNews, ...]:
        """Return how every camera is, by camera."""
        cameras = sorted({*self._told, *self._online, *self._offline}, key=str)
        return tuple(state for camera in cameras if (state := self.state_of(camera)) is not None)

    def _changed(self, camera: CameraRef, before: CameraNews | None) -> CameraNews | None:
        after = self.state_of(camera)
        if before is not None and after is not None:
            same = (before.condition, before.reason) == (after.condition, after.reason)
            return None if same else after
        return after

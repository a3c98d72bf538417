"""How a camera is, told once for each change and logged once each way."""

import threading
from collections.abc import Callable

from structlog.typing import FilteringBoundLogger

from base.clock import Clock
from base.errors import CameraStalledError, SmartBranchError
from branch_edge.news import CameraNews, CameraState
from decision.outcome import Reason

STARTING = Reason("CAMERA_STARTING", "the camera has not sent a picture yet")
_AWAY = frozenset({CameraState.DOWN, CameraState.STALLED})


class Condition:
    """What one camera is doing; any thread may set or read it.

    tell: is called with every change, from the thread that sets it.
    """

    def __init__(
        self, name: str, clock: Clock, log: FilteringBoundLogger, tell: Callable[[CameraNews], None]
    ) -> None:
        self._name = name
        self._clock = clock
        self._log = log
        self._tell = tell
        self._changing = threading.Lock()
        # Not told: a camera that is just being opened has not gone away.
        self.news = CameraNews(CameraState.DOWN, clock.now(), STARTING.code, STARTING.text)

    def fail(self, error: SmartBranchError) -> None:
        """Note that no frames come, and why."""
        is_stalled = isinstance(error, CameraStalledError)
        state = CameraState.STALLED if is_stalled else CameraState.DOWN
        self._become(state, Reason(error.reason, error.message), self.news.size_wh)

    def see(self, cover: Reason | None, size_wh: tuple[int, int], remark: Reason | None) -> None:
        """Note that frames come. cover: what keeps them from showing anything. remark: else."""
        if cover is not None:
            self._become(CameraState.COVERED, cover, size_wh)
        else:
            self._become(CameraState.UP, remark, size_wh)

    def _become(
        self, state: CameraState, reason: Reason | None, size_wh: tuple[int, int] | None
    ) -> None:
        with self._changing:
            self._change(state, reason, size_wh)

    def _change(
        self, state: CameraState, reason: Reason | None, size_wh: tuple[int, int] | None
    ) -> None:
        before = self.news
        code, text = ("", "") if reason is None else (reason.code, reason.text)
        if (state, code, size_wh) == (before.state, before.reason, before.size_wh):
            return
        since = before.since if state is before.state else self._clock.now()
        self.news = CameraNews(state, since, code, text, size_wh)
        self._write(before)
        self._tell(self.news)

    def _write(self, before: CameraNews) -> None:
        now = self.news
        was_told = before.reason != STARTING.code
        if now.state in _AWAY:
            if before.state not in _AWAY or not was_told:
                self._log.warning(
                    "camera unavailable", camera=self._name, reason=now.reason, text=now.text
                )
            return
        if before.state in _AWAY:
            say = self._log.warning if was_told else self._log.info
            say("camera back" if was_told else "camera there", camera=self._name)
        if (now.state, now.reason) != (before.state, before.reason) and now.reason:
            self._log.warning("camera remark", camera=self._name, reason=now.reason, text=now.text)

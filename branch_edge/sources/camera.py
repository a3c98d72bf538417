"""One camera: a thread that reads and samples, and an event loop that receives."""

import asyncio
import random
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Protocol

from structlog.typing import FilteringBoundLogger

from base.clock import Clock
from base.errors import (
    CameraRefusedError,
    CameraStalledError,
    CameraUnavailableError,
    SmartBranchError,
    SourceEndedError,
    UnsupportedSourceError,
)
from branch_edge.mailbox import LatestFrame, closed
from branch_edge.news import CameraNews
from branch_edge.sampling import FrameSampler
from branch_edge.sources.condition import Condition
from branch_edge.sources.reader import Arrival, Reader
from branch_edge.sources.settings import RetrySettings, SourceSettings
from branch_edge.sources.view import ViewWatch
from decision.outcome import Reason
from media.frame import Frame

# Trying again quickly does not help; a person has to do something.
_SLOW = (CameraRefusedError, UnsupportedSourceError)
_CLOSE_S = 2.0


class Source(Protocol):
    """What gives frames."""

    async def recv(self) -> Frame:
        """Return the newest frame, when there is one. Ends with one exception."""
        ...

    async def close(self) -> None:
        """Stop; `recv` raises SourceEndedError from now on."""
        ...


class Backoff:
    """How long to wait before a camera is tried again."""

    def __init__(self, settings: RetrySettings, rng: random.Random) -> None:
        self._settings = settings
        self._rng = rng
        self._failures = 0

    def reset(self) -> None:
        """Begin anew: the camera was there for a while."""
        self._failures = 0

    def wait_s(self, error: SmartBranchError) -> float:
        """Return the next wait."""
        settings = self._settings
        longest_s = min(settings.most_s, settings.first_s * 2.0 ** min(self._failures, 32))
        self._failures += 1
        if isinstance(error, _SLOW):
            longest_s = settings.slow_s
        return longest_s * self._rng.uniform(0.5, 1.0)  # So that cameras do not come back at once.


class CameraSource:
    """Reads one camera until it is closed, or a file until it ends.

    Call `start` on the event loop that will receive. on_news: is called on that loop with every
    change of what the camera is doing.
    """

    def __init__(
        self,
        name: str,
        reader: Reader,
        settings: SourceSettings,
        sampler: FrameSampler,
        clock: Clock,
        log: FilteringBoundLogger,
        on_news: Callable[[CameraNews], None],
    ) -> None:
        self._reader = reader
        self._settings = settings
        self._clock = clock
        self._log = log.bind(camera=name)
        self._on_news = on_news
        self._loop: asyncio.AbstractEventLoop | None = None
        self._mailbox = LatestFrame()
        self._stop = threading.Event()
        self._view = ViewWatch()
        self._backoff = Backoff(settings.retry, random.Random())
        self._condition = Condition(name, clock, log, self._tell)
        self._thread = threading.Thread(target=self._run, name=f"camera {name}", daemon=True)
        self._reading_since_s: float | None = None  # None while it is not read.
        self.sampler = sampler
        self.decoded_count = 0
        self.taken_count = 0

    @property
    def news(self) -> CameraNews:
        """What the camera is doing now."""
        return self._condition.news

    @property
    def dropped_count(self) -> int:
        """Frames that were taken and replaced by newer ones before anybody received them."""
        return self._mailbox.dropped_count

    def start(self) -> None:
        """Begin to read."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def recv(self) -> Frame:
        """Return the newest frame, when there is one.

        Raises SourceEndedError after close and after a file's last frame, and what is wrong with
        a file or folder. A camera that is away is waited for.
        """
        while True:
            try:
                async with asyncio.timeout(self._settings.stall_after_s):
                    return await self._mailbox.get()
            except TimeoutError:
                self._suspect()

    async def close(self) -> None:
        """Stop. A thread that waits for a silent camera ends by itself when its limit is over."""
        self._stop.set()
        self._mailbox.end(closed(), keeps_last=False)
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, _CLOSE_S)

    def _suspect(self) -> None:
        """Tell of a thread that its driver does not let go, which network cameras never do."""
        limit_s = self._settings.open_timeout_s + 2 * self._settings.stall_after_s
        since_s = self._reading_since_s
        if since_s is not None and self._clock.monotonic() - since_s > limit_s:
            text = f"the camera's driver has not answered for {limit_s:g} s; plug it in anew"
            self._condition.fail(CameraStalledError(text))

    def _run(self) -> None:
        while not self._stop.is_set():
            error = self._read()
            if self._stop.is_set():
                return
            if error is not None:
                self._condition.fail(error)
            if error is None or not self._reader.is_live:
                self._mailbox.end(error or SourceEndedError("the source has no more frames"))
                return
            self._stop.wait(self._backoff.wait_s(error))

    def _read(self) -> SmartBranchError | None:
        """Read until it ends or breaks; return what broke."""
        since_s = self._reading_since_s = self._clock.monotonic()
        try:
            with closing(self._reader.arrivals(self._stop)) as arrivals:
                for arrival in arrivals:
                    self._reading_since_s = self._clock.monotonic()
                    self._take(arrival)
                    if arrival.at_s - since_s > self._settings.stall_after_s:
                        self._backoff.reset()
        except SmartBranchError as error:
            return error
        except Exception:
            self._log.exception("camera thread failed")
            return CameraUnavailableError("reading the camera failed; see the log")
        finally:
            self._reading_since_s = None
        return None

    def _take(self, arrival: Arrival) -> None:
        self.decoded_count += 1
        raw = arrival.frame
        is_taken = self.sampler.takes(raw, arrival.at_s)
        if self.sampler.small is not None:
            self._view.see(raw.luma(), self.sampler.small, arrival.at_s)
            self._condition.see(self._view.cover, raw.size_wh, self._clock_remark(arrival))
        if not is_taken:
            return
        frame = Frame(
            image=raw.image(),
            index=self.taken_count,
            pts_s=raw.pts_s,
            capture_time=arrival.capture_time,
            received_monotonic_s=arrival.at_s,
            encoding=raw.encoding,
        )
        self.taken_count += 1
        if self._reader.is_live or self._settings.is_paced:
            self._mailbox.put(frame)
        else:
            self._mailbox.put_when_free(frame)

    def _clock_remark(self, arrival: Arrival) -> Reason | None:
        lag_s = arrival.clock_lag_s
        if lag_s is None:
            return None
        if -self._settings.max_clock_lead_s <= lag_s <= self._settings.max_clock_lag_s:
            return None
        side = "behind" if lag_s > 0 else "ahead of"
        return Reason(
            "CAMERA_CLOCK_OFF",
            f"the camera's clock is {abs(lag_s):.0f} s {side} this box's; the box's is used",
        )

    def _tell(self, news: CameraNews) -> None:
        # A loop that was closed has nobody to tell.
        with suppress(RuntimeError):
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._on_news, news)

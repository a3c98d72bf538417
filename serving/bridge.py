"""From the event loop into a bounded pool of threads, at one named line."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import TypeVar

from base.clock import Clock
from base.errors import DeadlineExceededError
from serving.work import Work

T = TypeVar("T")


class Bridge:
    """Runs blocking work for async callers. Whoever admits requests bounds its queue."""

    def __init__(self, threads: int, clock: Clock) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="work")
        self._clock = clock

    async def run(self, function: Callable[[], T], timeout_s: float, *, is_step: bool = False) -> T:
        """Run `function` in a thread; it ends with the caller or after `timeout_s`.

        is_step: it is a part of longer work, and what models have begun is for the next part.
        Raises DeadlineExceededError.
        """
        work = Work(self._clock.monotonic() + timeout_s, self._clock)
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        answer = loop.run_in_executor(self._pool, context.run, work.call, function)
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except (TimeoutError, CancelledError) as error:
            raise DeadlineExceededError(
                f"no answer within {timeout_s:.3g} s; allow more time or send less"
            ) from error
        finally:
            was_cut_off = answer.cancelled() or not answer.done()
            if was_cut_off or not is_step:
                work.cancel()

    def close(self) -> None:
        """Drop what has not begun and wait for the rest."""
        self._pool.shutdown(wait=True, cancel_futures=True)

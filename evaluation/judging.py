"""Files judged a few at a time, with their answers in order."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Progress = Callable[[int], None]
UNREADABLE = "FILE_UNREADABLE"

T = TypeVar("T")
Answer = TypeVar("Answer")


def judge_in_order(
    files: Sequence[T],
    judge: Callable[[T], Answer],
    *,
    workers: int,
    progress: Progress = lambda _: None,
) -> tuple[Answer, ...]:
    """Judge every file, `workers` at a time, and return the answers in order.

    progress: called with 1 after each.
    """

    def answer(one: T) -> Answer:
        found = judge(one)
        progress(1)
        return found

    with ThreadPoolExecutor(workers, thread_name_prefix="evaluate") as pool:
        return tuple(pool.map(answer, files))

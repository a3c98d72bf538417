import asyncio

import pytest

from branch_edge.tasks import until_first_ends


async def fail(text: str, after_s: float = 0.0) -> None:
    await asyncio.sleep(after_s)
    raise ValueError(text)


async def test_the_first_that_ends_ends_the_others() -> None:
    ended: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("other")

    await until_first_ends(wait(), asyncio.sleep(0.01))
    assert ended == ["other"]


async def test_what_one_raised_is_raised() -> None:
    with pytest.raises(ValueError, match="first"):
        await until_first_ends(asyncio.sleep(5), fail("first"))


async def test_two_that_fail_at_once_are_both_heard() -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))
    with pytest.raises(ValueError, match="one"):
        await until_first_ends(fail("one"), fail("two"))
    assert told == []


async def test_whoever_is_cancelled_cancels_all() -> None:
    ended = asyncio.Event()

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    running = asyncio.create_task(until_first_ends(wait()))
    await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended.is_set()

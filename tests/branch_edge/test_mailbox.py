"""A slow receiver gets the newest frame; nothing piles up."""

import asyncio
import threading

import numpy as np
import pytest

from base.errors import BrokenClipError, SourceEndedError
from branch_edge.mailbox import LatestFrame, closed
from media.frame import Frame


def frame(index: int) -> Frame:
    return Frame(np.zeros((2, 2, 3), np.uint8), index, None, None, float(index))


async def test_only_the_newest_frame_waits_and_the_others_are_counted() -> None:
    mailbox = LatestFrame()
    for index in range(5):
        mailbox.put(frame(index))
    assert (await mailbox.get()).index == 4
    assert mailbox.dropped_count == 4


async def test_a_receiver_waits_for_a_frame_of_another_thread() -> None:
    mailbox = LatestFrame()
    waiting = asyncio.create_task(mailbox.get())
    await asyncio.sleep(0)
    await asyncio.to_thread(mailbox.put, frame(7))
    assert (await waiting).index == 7
    assert mailbox.dropped_count == 0


async def test_a_receiver_that_gives_up_loses_no_frame() -> None:
    mailbox = LatestFrame()
    waiting = asyncio.create_task(mailbox.get())
    await asyncio.sleep(0)
    mailbox.put(frame(1))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await mailbox.get()).index == 1


async def test_the_last_frame_comes_before_the_end_and_the_end_stays() -> None:
    mailbox = LatestFrame()
    mailbox.put(frame(3))
    mailbox.end(BrokenClipError("cut off", at="3"))
    mailbox.put(frame(4))
    assert (await mailbox.get()).index == 3
    for _ in range(2):
        with pytest.raises(BrokenClipError, match="cut off") as caught:
            await mailbox.get()
        assert caught.value.metadata == {"at": "3"}


async def test_a_closed_mailbox_gives_nothing_more() -> None:
    mailbox = LatestFrame()
    waiting = asyncio.create_task(mailbox.get())
    await asyncio.sleep(0)
    mailbox.end(closed(), keeps_last=False)
    mailbox.end(BrokenClipError("too late"))
    with pytest.raises(SourceEndedError):
        await waiting
    mailbox.put(frame(1))
    with pytest.raises(SourceEndedError):
        await mailbox.get()


async def test_what_must_not_be_dropped_waits_for_the_receiver() -> None:
    mailbox = LatestFrame()

    def fill() -> None:
        for index in range(20):
            mailbox.put_when_free(frame(index))

    filling = threading.Thread(target=fill)
    filling.start()
    assert [(await mailbox.get()).index for _ in range(20)] == list(range(20))
    filling.join()
    assert mailbox.dropped_count == 0


def test_the_end_frees_a_thread_that_waits_for_the_receiver() -> None:
    mailbox = LatestFrame()
    mailbox.put(frame(0))
    waiting = threading.Thread(target=mailbox.put_when_free, args=(frame(1),))
    waiting.start()
    mailbox.end(closed())
    waiting.join(timeout=20)
    assert not waiting.is_alive()

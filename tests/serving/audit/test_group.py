"""What threads write together is written once, in order, and fails for each of them."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from base.errors import StorageFailedError
from serving.audit.group import WriteGroup
from serving.audit.types import AuditEvent, Outcome


def event(number: int) -> AuditEvent:
    return AuditEvent("me", "bank", "test", str(number), Outcome.OK, {})


def wait_for(group: WriteGroup, count: int) -> None:
    deadline_s = time.monotonic() + 10
    while group.waiting_count < count:
        assert time.monotonic() < deadline_s, f"{group.waiting_count} of {count} wait"
        time.sleep(0.005)


def test_every_event_of_many_threads_is_written_once_and_before_its_writer_returns() -> None:
    written: list[str] = []
    group = WriteGroup(lambda events: written.extend(one.resource for one in events))

    def one(number: int) -> bool:
        group.write(event(number))
        return str(number) in written

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(200)))
    assert sorted(written, key=int) == [str(number) for number in range(200)]


def test_those_who_come_during_a_write_are_written_together() -> None:
    entered, go_on = threading.Event(), threading.Event()
    sizes: list[int] = []

    def write(events: Sequence[AuditEvent]) -> None:
        sizes.append(len(events))
        entered.set()
        go_on.wait(10)

    group = WriteGroup(write)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(group.write, event(0))
        assert entered.wait(10)
        others = [pool.submit(group.write, event(number)) for number in range(1, 8)]
        wait_for(group, len(others))
        go_on.set()
        for one in (first, *others):
            one.result(10)
    assert sizes == [1, 7]


def test_a_failed_write_is_told_to_each_of_its_group_and_to_nobody_else() -> None:
    entered, go_on = threading.Event(), threading.Event()

    def write(events: Sequence[AuditEvent]) -> None:
        entered.set()
        go_on.wait(10)
        if any(one.resource == "2" for one in events):
            raise StorageFailedError("disk full")

    group = WriteGroup(write)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(group.write, event(1))
        entered.wait(10)
        others = [pool.submit(group.write, event(number)) for number in (2, 3)]
        wait_for(group, len(others))
        go_on.set()
        first.result(10)
        for other in others:
            with pytest.raises(StorageFailedError):
                other.result(10)
    group.write(event(4))

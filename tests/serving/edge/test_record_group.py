"""Records that wait for the disk at one time share its wait; one that fails fails alone."""

import threading
import time
from collections.abc import Callable

import pytest

from serving.edge.record_group import RecordGroup
from serving.storage.database import Transaction
from tests.support.boxes import EdgeHouse

LIMIT_S = 10


class Writers:
    """Threads that write at one time, behind a first one that holds the turn."""

    def __init__(self, house: EdgeHouse) -> None:
        self.group: RecordGroup[str] = RecordGroup(house.database)
        self.written: list[str] = []
        self.answers: dict[str, str | Exception] = {}
        self.transactions: dict[str, Transaction] = {}
        self._open = threading.Event()

    def note(self, name: str, fails: bool = False) -> Callable[[Transaction], str]:
        def note(transaction: Transaction) -> str:
            self.transactions[name] = transaction
            transaction.on_commit(lambda: self.written.append(name))
            if fails:
                raise ValueError(name)
            return f"{name} taken"

        return note

    def _hold(self, transaction: Transaction) -> str:
        assert self._open.wait(LIMIT_S)
        return "held"

    def _write(self, name: str, fails: bool) -> None:
        try:
            self.answers[name] = self.group.write(self.note(name, fails))
        except ValueError as error:
            self.answers[name] = error

    def run(self, **names: bool) -> None:
        """Let all of these wait at one time. names: whether each fails."""
        first = threading.Thread(target=self.group.write, args=(self._hold,))
        first.start()
        others = [threading.Thread(target=self._write, args=item) for item in names.items()]
        for other in others:
            other.start()
        deadline_s = time.monotonic() + LIMIT_S
        while self.group.waiting_count < len(others) and time.monotonic() < deadline_s:
            time.sleep(0.001)
        self._open.set()
        for thread in (first, *others):
            thread.join(LIMIT_S)


@pytest.fixture
def writers(house: EdgeHouse) -> Writers:
    return Writers(house)


def test_who_waits_at_one_time_shares_a_transaction(writers: Writers) -> None:
    writers.run(a=False, b=False, c=False)
    assert writers.answers == {name: f"{name} taken" for name in "abc"}
    assert len({id(one) for one in writers.transactions.values()}) == 1
    assert sorted(writers.written) == ["a", "b", "c"]


def test_one_that_fails_fails_alone_and_the_others_are_written_once(writers: Writers) -> None:
    writers.run(a=False, b=True, c=False)
    assert isinstance(writers.answers["b"], ValueError)
    assert (writers.answers["a"], writers.answers["c"]) == ("a taken", "c taken")
    assert sorted(writers.written) == ["a", "c"]

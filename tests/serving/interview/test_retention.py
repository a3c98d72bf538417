"""What has to be kept is kept, and what has to go is gone everywhere, with a receipt."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from base.errors import (
    InterviewHeldError,
    InterviewNotFoundError,
    InvalidArgumentError,
    StorageFailedError,
)
from base.ids import InterviewName
from serving.storage.database import DATABASE_FILE
from tests.support.kept_cases import HOST, KEEP_S, STRANGER, CaseWorld, open_cases


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CaseWorld]:
    with open_cases(tmp_path) as world:
        yield world


class Store:
    """Holds one thing of each case; fails as often as it is told to."""

    name = "other store"

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.asked: list[InterviewName] = []

    def erase(self, name: InterviewName) -> int:
        self.asked.append(name)
        if self.failures:
            self.failures -= 1
            raise StorageFailedError("busy")
        return 1


def stored(world: CaseWorld) -> list[Path]:
    return [path for path in (world.folder / "interviews").rglob("*") if path.is_file()]


def actions(world: CaseWorld) -> list[str]:
    return [line.event.action for line in world.audit.lines("bank-a")]


def test_an_erasure_tells_what_each_store_held(world: CaseWorld) -> None:
    name, store = world.make(), Store()
    world.desk.register(store)
    file_count = len(stored(world))
    receipt = world.desk.erase(HOST, name, "asked by the customer")
    held = {one.name: one.erased_count for one in receipt.stores}
    assert held["recordings and pictures"] == file_count > 3
    assert held["database"] > 3
    assert held["other store"] == 1
    assert receipt.is_complete
    assert stored(world) == []
    with pytest.raises(InterviewNotFoundError):
        world.books.key_of(name.tenant, name.interview)
    assert actions(world)[-2:] == ["interview.erase", "interview.receipt"]
    assert world.audit.verify().is_intact


def test_the_key_is_gone_from_the_database_and_its_log(world: CaseWorld) -> None:
    """Files that a backup or a worn-out disk still holds are noise without it."""
    name = world.make()
    with world.database.read() as transaction:
        wrapped = transaction.tenant(name.tenant).interviews.get(name.interview).wrapped_key
    database = world.folder / DATABASE_FILE
    log = database.with_name(f"{DATABASE_FILE}-wal")
    world.database.purge()
    assert wrapped in database.read_bytes()
    world.desk.erase(HOST, name, "asked by the customer")
    assert wrapped not in database.read_bytes() + log.read_bytes()


def test_erasing_twice_gives_the_same_receipt(world: CaseWorld) -> None:
    name = world.make()
    first = world.desk.erase(HOST, name, "asked by the customer")
    assert world.desk.erase(HOST, name, "asked again") == first
    assert actions(world).count("interview.erase") == 1


def test_another_case_stays_as_it_was(world: CaseWorld) -> None:
    gone, stays = world.make(), world.make()
    world.desk.erase(HOST, gone, "asked by the customer")
    key = world.books.key_of(stays.tenant, stays.interview)
    recording = world.files.recording(stays.tenant, stays.interview, "p1", key)
    assert recording.verify()[-1].last_sequence == 30
    assert world.files.names(stays.tenant, stays.interview, "p1") == ("event-1", "face")


def test_a_held_case_is_neither_erased_nor_purged(world: CaseWorld) -> None:
    name = world.make()
    world.close_case(name)
    world.books.hold(HOST, name, True, "court order")
    with pytest.raises(InterviewHeldError):
        world.desk.erase(HOST, name, "asked by the customer")
    world.clock.advance(KEEP_S + 1)
    assert world.desk.sweep() == 0
    world.books.hold(HOST, name, False, "over")
    assert world.desk.sweep() == 1


def test_a_closed_case_goes_when_its_time_is_over_and_not_before(world: CaseWorld) -> None:
    closed, pending = world.make(), world.make()
    world.close_case(closed)
    world.clock.advance(KEEP_S - 1)
    assert world.desk.sweep() == 0
    world.clock.advance(2)
    assert world.desk.sweep() == 1
    with pytest.raises(InterviewNotFoundError):
        world.books.key_of(closed.tenant, closed.interview)
    world.books.key_of(pending.tenant, pending.interview)
    assert world.desk.sweep() == 0


def test_a_store_that_was_busy_is_asked_again_by_the_sweep(world: CaseWorld) -> None:
    name, store = world.make(), Store(failures=1)
    world.desk.register(store)
    assert not world.desk.erase(HOST, name, "asked by the customer").is_complete
    world.desk.sweep()
    assert store.asked == [name, name]
    assert world.desk.erase(HOST, name, "again").is_complete
    world.desk.sweep()
    assert len(store.asked) == 2


def test_a_crash_in_the_middle_is_finished_after_the_start(
    world: CaseWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died behind the database's commit, before a file was gone."""
    name = world.make()
    with monkeypatch.context() as patch:
        patch.setattr(type(world.files), "erase", _die)
        with pytest.raises(KeyboardInterrupt):
            world.desk.erase(HOST, name, "asked by the customer")
    assert stored(world)
    with pytest.raises(InterviewNotFoundError):
        world.books.key_of(name.tenant, name.interview)
    with open_cases(world.folder, world.keyring, world.clock) as again:
        again.desk.sweep()
        assert stored(again) == []
        assert actions(again)[-1] == "interview.receipt"


def _die(*_: object) -> int:
    raise KeyboardInterrupt


def test_files_that_come_while_a_case_is_erased_go_with_the_sweep(world: CaseWorld) -> None:
    name = world.make()
    key = world.books.key_of(name.tenant, name.interview)
    world.desk.erase(HOST, name, "asked by the customer")
    world.files.put(name.tenant, name.interview, "p1", "event-2", b"late", key)
    assert stored(world)
    world.desk.sweep()
    assert stored(world) == []


def test_why_a_case_was_erased_is_kept_sealed(world: CaseWorld) -> None:
    name = world.make()
    world.desk.erase(HOST, name, "Mr Unmistakable asked")
    with sqlite3.connect(world.folder / DATABASE_FILE) as connection:
        dump = "\n".join(map(str, connection.execute("SELECT * FROM interview_erasures")))
    assert "Unmistakable" not in dump


def test_an_erasure_needs_a_reason(world: CaseWorld) -> None:
    name = world.make()
    for reason in ("", "   ", "x" * 501):
        with pytest.raises(InvalidArgumentError):
            world.desk.erase(HOST, name, reason)


def test_another_tenant_erases_nothing(world: CaseWorld) -> None:
    name = world.make()
    with pytest.raises(InterviewNotFoundError):
        world.desk.erase(STRANGER, name, "mine")
    world.books.key_of(name.tenant, name.interview)

"""One record is taken exactly once, whatever goes wrong around it."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from base.errors import DeviceRevokedError, QueueFullError, StorageFailedError
from lobby.flow import CameraCondition, CameraNews
from lobby.seen import CameraRef, TrackRef
from serving.edge.cameras import CameraReport
from serving.edge.intake import Fate, Taken
from serving.edge.names import CameraName, DeviceName
from serving.edge.types import EdgeCamera, EdgeEvent, EdgeRecord, Sighting
from tests.support.boxes import OPERATOR, EdgeHouse
from tests.support.galleries import ManualClock

REF = CameraRef("box-1", "door")
CAMERA = EdgeCamera("default", "west", REF)


@pytest.fixture
def open_house(house: EdgeHouse) -> EdgeHouse:
    """A house with one camera."""
    house.register()
    house.edge.books.open(CameraName("default", "box-1", "door"), None, "1.0", "")
    return house


def seen(at: datetime) -> Sighting:
    return Sighting(TrackRef(REF, "t1"), at, at)


def take(house: EdgeHouse, sequence: int, record: EdgeRecord | None = None) -> Taken:
    now = house.clock.now()
    return house.edge.intake.take(CAMERA, sequence, record or seen(now), now)


def last_sequence(house: EdgeHouse) -> int:
    (view,) = house.edge.cameras(OPERATOR)
    return view.last_sequence


def test_the_same_records_from_many_sides_count_once(open_house: EdgeHouse) -> None:
    fates: list[tuple[int, Fate]] = []

    def send() -> None:
        for sequence in range(1, 21):
            fates.append((sequence, take(open_house, sequence).fate))

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert open_house.kept.sequences == list(range(1, 21))
    for sequence in range(1, 21):
        assert fates.count((sequence, Fate.NEW)) == 1
        assert fates.count((sequence, Fate.DUPLICATE)) == 3


def test_another_process_counts_as_well(open_house: EdgeHouse) -> None:
    other = type(open_house.edge.intake)(open_house.database, open_house.kept, 10.0)
    now = open_house.clock.now()
    both = (open_house.edge.intake, other)

    def send(which: int) -> None:
        for sequence in range(1, 16):
            both[which].take(CAMERA, sequence, seen(now), now)

    senders = [threading.Thread(target=send, args=(which,)) for which in (0, 1)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert open_house.kept.sequences == list(range(1, 16))


def test_what_the_sink_cannot_write_counts_as_taken_and_what_it_wrote_is_undone(
    open_house: EdgeHouse,
) -> None:
    open_house.kept.commit_fault = lambda event: ValueError("bug") if event.sequence == 2 else None
    assert take(open_house, 1).fate is Fate.NEW
    taken = take(open_house, 2)
    assert (taken.fate, taken.last_sequence) == (Fate.FAULTY, 2)
    assert isinstance(taken.fault, ValueError)
    assert take(open_house, 3).fate is Fate.NEW
    assert open_house.kept.sequences == [1, 3]


def test_a_fault_that_passes_costs_nothing(open_house: EdgeHouse) -> None:
    faults: list[Exception | None] = [RuntimeError("once"), None]
    open_house.kept.commit_fault = lambda event: faults.pop(0)
    assert take(open_house, 1).fate is Fate.NEW
    assert open_house.kept.sequences == [1]


def test_what_cannot_be_prepared_is_noted_and_told(open_house: EdgeHouse) -> None:
    open_house.kept.prepare_fault = lambda event: ValueError("nonsense")
    taken = take(open_house, 1)
    assert isinstance(taken.fault, ValueError)
    assert last_sequence(open_house) == 1
    assert open_house.kept.events == []


def test_too_much_work_leaves_the_record_with_the_box(open_house: EdgeHouse) -> None:
    def busy(event: EdgeEvent) -> Exception:
        return QueueFullError("the engine is busy")

    open_house.kept.prepare_fault = busy
    with pytest.raises(QueueFullError):
        take(open_house, 1)
    assert last_sequence(open_house) == 0


def test_a_full_disk_leaves_the_record_with_the_box(open_house: EdgeHouse) -> None:
    with open_house.database._engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER full BEFORE UPDATE ON cameras BEGIN "
                "SELECT RAISE(ABORT, 'database or disk is full'); END"
            )
        )
    with pytest.raises(StorageFailedError):
        take(open_house, 1)
    with open_house.database._engine.begin() as connection:
        connection.execute(text("DROP TRIGGER full"))
    assert take(open_house, 1).fate is Fate.NEW
    assert open_house.kept.sequences == [1]


def test_a_revoked_box_writes_nothing_more(open_house: EdgeHouse) -> None:
    open_house.edge.registry.revoke(OPERATOR, DeviceName("default", "box-1"))
    with pytest.raises(DeviceRevokedError):
        take(open_house, 1)
    assert open_house.kept.events == []


def test_a_box_that_registers_anew_begins_at_one(open_house: EdgeHouse) -> None:
    take(open_house, 7)
    open_house.edge.revoke(OPERATOR, DeviceName("default", "box-1"))
    open_house.register()
    assert take(open_house, 1).fate is Fate.NEW
    (view,) = open_house.edge.cameras(OPERATOR)
    assert (view.last_sequence, view.missing_count) == (1, 0)


def test_a_camera_that_stalled_is_no_old_news(open_house: EdgeHouse, clock: ManualClock) -> None:
    """A stall is told some time after the last frame: it came too late to raise an alert."""
    since = clock.now() - timedelta(seconds=30)
    report = CameraReport(CameraCondition.STALLED, since, "NO_FRAMES", "nothing comes")
    news = CameraNews(REF, report.condition, since, report.reason)
    taken = open_house.edge.intake.take(CAMERA, 1, news, clock.now(), report)
    assert taken.fate is Fate.NEW
    (view,) = open_house.edge.cameras(OPERATOR)
    assert view.report == report
    assert take(open_house, 2, CameraNews(REF, CameraCondition.UP, since)).fate is Fate.NEW
    clock.advance(600)
    assert take(open_house, 3, CameraNews(REF, CameraCondition.UP, since)).fate is Fate.LATE

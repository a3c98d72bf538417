"""The audit log shows tampering: every change, every gap, every cut."""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from base.errors import InvalidArgumentError, StorageFailedError
from serving.audit.chain import hash_row
from serving.audit.log import ANCHOR_EVERY, AuditLog
from serving.audit.types import AuditEvent, Outcome
from serving.crypto.key import Key
from serving.crypto.keyring import Keyring
from serving.storage.database import Database
from serving.storage.schema import AuditRow, from_micros
from tests.support.galleries import ManualClock

KEYRING = Keyring(Key.generate())
Tamper = Callable[[sqlite3.Connection], object]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open_file(tmp_path / "state.db")
    yield database
    database.close()


def open_log(tmp_path: Path, database: Database, writer: str = "main") -> AuditLog:
    return AuditLog(database, KEYRING, ManualClock(), tmp_path / "audit", writer)


def fill(log: AuditLog, count: int) -> None:
    for number in range(count):
        log.append("me", "bank-a", "test.do", f"thing-{number}", details={"number": number})


def tamper(tmp_path: Path, action: Tamper) -> None:
    """Change the file as somebody would who can write it and drops the triggers first."""
    connection = sqlite3.connect(tmp_path / "state.db")
    for trigger in ("update", "delete", "insert"):
        connection.execute(f"DROP TRIGGER audit_no_{trigger}")
    action(connection)
    connection.commit()
    connection.close()


def test_an_untouched_log_is_intact(tmp_path: Path, database: Database) -> None:
    log = open_log(tmp_path, database)
    assert log.verify().is_intact
    fill(log, 7)
    report = open_log(tmp_path, database).verify()
    assert (report.is_intact, report.line_count, report.writers) == (True, 7, {"main": 7})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'you' WHERE sequence = 3",
        "DELETE FROM audit WHERE sequence = 3",
        "INSERT OR REPLACE INTO audit SELECT writer, sequence, time, 'you', tenant, action, "
        "resource, outcome, details, previous_hash, hash FROM audit WHERE sequence = 3",
    ],
    ids=["update", "delete", "replace"],
)
def test_the_database_refuses_to_change_a_line(
    tmp_path: Path, database: Database, statement: str
) -> None:
    log = open_log(tmp_path, database)
    fill(log, 5)
    connection = sqlite3.connect(tmp_path / "state.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()
    assert log.verify().is_intact


@pytest.mark.parametrize(
    ("statement", "line", "problem"),
    [
        ("UPDATE audit SET actor = 'you' WHERE sequence = 3", 3, "changed"),
        ("UPDATE audit SET details = '{}' WHERE sequence = 3", 3, "changed"),
        ("UPDATE audit SET time = time + 1 WHERE sequence = 3", 3, "changed"),
        ("UPDATE audit SET tenant = 'bank-b' WHERE sequence = 3", 3, "changed"),
        ("DELETE FROM audit WHERE sequence = 3", 3, "missing"),
        ("DELETE FROM audit WHERE sequence >= 4", 4, "cut"),
        ("DELETE FROM audit", 1, "cut"),
    ],
)
def test_the_first_broken_line_is_named(
    tmp_path: Path, database: Database, statement: str, line: int, problem: str
) -> None:
    log = open_log(tmp_path, database)
    fill(log, 5)
    tamper(tmp_path, lambda connection: connection.execute(statement))
    broken = log.verify().first_broken
    assert broken is not None
    assert (broken.writer, broken.sequence) == ("main", line)
    assert problem in broken.problem


def rewrite_from_3(connection: sqlite3.Connection) -> None:
    """Change line 3 and give every later line the hash that it would have had."""
    connection.execute("UPDATE audit SET actor = 'you' WHERE sequence = 3")
    previous = None
    rows = connection.execute("SELECT * FROM audit WHERE sequence >= 3 ORDER BY sequence")
    for values in rows.fetchall():
        names = [column.name for column in AuditRow.__table__.columns]
        row = AuditRow(**dict(zip(names, values, strict=True)))
        row.time = from_micros(values[names.index("time")])
        row.previous_hash = previous or row.previous_hash
        previous = hash_row(row)
        connection.execute(
            "UPDATE audit SET previous_hash = ?, hash = ? WHERE sequence = ?",
            (row.previous_hash, previous, row.sequence),
        )


def test_a_chain_that_was_written_anew_differs_from_its_sealed_head(
    tmp_path: Path, database: Database
) -> None:
    log = open_log(tmp_path, database)
    fill(log, 5)
    tamper(tmp_path, rewrite_from_3)
    broken = log.verify().first_broken
    assert broken is not None
    assert (broken.sequence, "sealed head" in broken.problem) == (5, True)


@pytest.mark.parametrize("change", ["removed", "forged", "garbage"])
def test_a_head_that_was_tampered_with_is_seen_and_stays_seen(
    tmp_path: Path, database: Database, change: str
) -> None:
    log = open_log(tmp_path, database)
    fill(log, 5)
    head = tmp_path / "audit" / "main.json"
    if change == "removed":
        head.unlink()
    elif change == "forged":
        head.write_text(json.dumps(json.loads(head.read_text()) | {"sequence": 2}))
    else:
        head.write_text("[]")
    assert not log.verify().is_intact
    fill(log, 2)
    assert not open_log(tmp_path, database).verify().is_intact
    log.reseal("auditor-7")
    assert log.verify().is_intact
    assert list(log.lines("system"))[-1].event.actor == "auditor-7"


def test_an_anchor_in_another_chain_remembers_a_cut_line(
    tmp_path: Path, database: Database
) -> None:
    """Both the log and its sealed head are put back to an older state."""
    first, second = open_log(tmp_path, database), open_log(tmp_path, database, "second")
    fill(first, 3)
    old_head = (tmp_path / "audit" / "main.json").read_text()
    fill(first, 3)
    second.anchor()
    assert second.verify().anchor_count == 1
    tamper(
        tmp_path,
        lambda c: c.execute("DELETE FROM audit WHERE writer = 'main' AND sequence > 3"),
    )
    (tmp_path / "audit" / "main.json").write_text(old_head)
    broken = second.verify().first_broken
    assert broken is not None
    assert (broken.writer, broken.sequence) == ("main", 4)
    assert "anchor" in broken.problem


def test_chains_anchor_each_other_by_themselves(tmp_path: Path, database: Database) -> None:
    first, second = open_log(tmp_path, database), open_log(tmp_path, database, "second")
    fill(first, 5)
    fill(second, ANCHOR_EVERY)
    report = second.verify()
    assert (report.is_intact, report.anchor_count) == (True, 1)
    for _ in range(3):
        first.anchor()
        second.anchor()
    report = second.verify()
    assert report.is_intact
    assert report.anchor_count == 2, "anchors are not anchored for ever"


def test_a_line_belongs_to_the_transaction_that_it_records(
    tmp_path: Path, database: Database
) -> None:
    log = open_log(tmp_path, database)
    event = AuditEvent("me", "bank-a", "test.do", "thing", Outcome.OK, {})
    with contextlib.suppress(RuntimeError), database.write() as transaction:
        log.record(transaction, event)
        raise RuntimeError("the change failed")
    assert list(log.lines("bank-a")) == []
    assert log.verify().is_intact


def test_many_threads_and_logs_write_one_chain(tmp_path: Path, database: Database) -> None:
    logs = [open_log(tmp_path, database) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: logs[n % 2].append("me", "bank-a", "x", f"r-{n}"), range(60)))
    report = logs[0].verify()
    assert (report.is_intact, report.line_count) == (True, 60)


def test_a_tenant_reads_its_own_lines(tmp_path: Path, database: Database) -> None:
    log = open_log(tmp_path, database)
    fill(log, 2)
    log.append("them", "bank-b", "test.do", "theirs")
    assert [line.event.resource for line in log.lines("bank-b")] == ["theirs"]
    assert len(list(log.lines("bank-a"))) == 2


def test_details_are_ids_and_numbers(tmp_path: Path, database: Database) -> None:
    log = open_log(tmp_path, database)
    for bad in ([1.0, 2.0], "x" * 257, b"bytes"):
        with pytest.raises(InvalidArgumentError):
            log.append("me", "bank-a", "x", "y", details={"bad": bad})  # type: ignore[dict-item]


def test_a_failing_database_says_nothing_of_its_content(tmp_path: Path, database: Database) -> None:
    log = open_log(tmp_path, database)
    fill(log, 1)
    tamper(tmp_path, lambda connection: connection.execute("DROP TABLE audit"))
    with pytest.raises(StorageFailedError) as caught:
        log.append("me", "bank-a", "x", "Li Wei")
    assert "Li Wei" not in str(caught.value)

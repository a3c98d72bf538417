"""The database: up to date, durable, consistent, and nothing without a tenant."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st

from base.errors import InvalidResourceNameError, SettingsError, StorageFailedError
from serving.storage.database import Database
from serving.storage.schema import Base, from_micros, to_micros

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open_file(tmp_path / "state.db")
    yield database
    database.close()


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    with database._engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_every_table_of_tenant_data_names_the_tenant() -> None:
    # The authority of device certificates signs for every tenant; a certificate names its own.
    own = {"service_keys", "device_authority"}
    without = {
        name for name, table in Base.metadata.tables.items() if "tenant" not in table.columns
    }
    assert without == own


def test_commits_are_durable_and_erased_bytes_leave_the_file(database: Database) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
    with database._engine.connect() as connection:
        for name, value in expected.items():
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value


@pytest.mark.parametrize("tenant", ["", "Bank A", "a/b", "..", "x" * 64])
def test_nothing_is_reached_without_a_valid_tenant(database: Database, tenant: str) -> None:
    with database.read() as transaction, pytest.raises(InvalidResourceNameError):
        transaction.tenant(tenant)


def test_a_reader_sees_one_state_throughout(database: Database) -> None:
    with database.read() as reading:
        assert reading.tenants() == []
        with database.write() as writing:
            writing.tenant("bank-a").set_wrapped_key(b"key", NOW)
        assert reading.tenants() == []
    with database.read() as reading:
        assert reading.tenants() == ["bank-a"]


def test_what_waits_for_a_commit_does_not_happen_without_one(database: Database) -> None:
    done: list[str] = []
    with contextlib.suppress(RuntimeError), database.write() as transaction:
        transaction.on_commit(lambda: done.append("rolled back"))
        raise RuntimeError
    with database.write() as transaction:
        transaction.on_commit(lambda: done.append("committed"))
        assert done == []
    assert done == ["committed"]


def test_two_processes_that_start_together_migrate_once(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    code = f"from serving.storage.database import Database; Database.open_file(__import__('pathlib').Path({str(path)!r}))"  # noqa: E501
    root = Path(__file__).resolve().parents[3]
    started = [subprocess.Popen([sys.executable, "-c", code], cwd=root) for _ in range(3)]
    assert [one.wait(60) for one in started] == [0, 0, 0]
    database = Database.open_file(path)
    with database.read() as transaction:
        assert transaction.tenants() == []
    database.close()


def test_other_databases_are_refused_plainly(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="postgresql"):
        Database.open("postgresql://server/base")
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database" * 1000)
    with pytest.raises(StorageFailedError):
        Database.open(f"sqlite:///{broken}")


@given(st.datetimes(timezones=st.just(UTC)))
def test_moments_are_kept_to_the_microsecond(moment: datetime) -> None:
    assert from_micros(to_micros(moment)) == moment


def test_moments_of_other_zones_are_the_same_moments() -> None:
    shanghai = timezone(timedelta(hours=8))
    moment = datetime(2026, 3, 1, 8, 0, tzinfo=shanghai)
    assert from_micros(to_micros(moment)) == moment

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from serving.audit.log import AuditLog
from serving.crypto.key import Key
from serving.crypto.keyring import Keyring
from serving.staff import passwords
from serving.staff.service import StaffService
from serving.staff.types import StaffLimits
from serving.storage.database import Database
from tests.support.galleries import ManualClock

LIMITS = StaffLimits(session_s=36_000, idle_s=14_400)


@dataclass(frozen=True, slots=True)
class Office:
    """The staff of a database, and its time."""

    staff: StaffService
    database: Database
    audit: AuditLog
    clock: ManualClock
    folder: Path

    def later(self, **spans: float) -> None:
        self.clock.advance(timedelta(**spans).total_seconds())


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office whose hashes cost little."""
    monkeypatch.setattr(passwords, "_LOG2_N", 10)
    clock = ManualClock()
    database = Database.open_file(tmp_path / "smartbranch.db")
    audit = AuditLog(database, Keyring(Key.generate()), clock, tmp_path / "audit")
    yield Office(StaffService(database, audit, clock, LIMITS), database, audit, clock, tmp_path)
    database.close()

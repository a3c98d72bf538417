"""A spool with short limits, and a disk that can be full."""

from pathlib import Path

import structlog
from structlog.typing import FilteringBoundLogger

from base.clock import SystemClock
from branch_edge.spool.cipher import KEY_BYTES, SpoolCipher
from branch_edge.spool.spool import Spool
from branch_edge.spool.types import SpoolLimits

KEY = bytes(range(KEY_BYTES))


def open_spool(
    folder: Path,
    limits: SpoolLimits | None = None,
    key: bytes = KEY,
    log: FilteringBoundLogger | None = None,
) -> Spool:
    """Open a spool that looks for room again after a tenth of a second."""
    clock, log = SystemClock(), log or structlog.get_logger()
    return Spool(folder, SpoolCipher(key), clock, log, limits, retry_s=0.1)


class Disk:
    """The disk of a spool: SQLite's own limit of pages stands for its size."""

    def __init__(self, spool: Spool) -> None:
        self._connection = spool._store._connection

    def fill(self) -> None:
        """Leave no free page, in the file or beside it."""
        self._connection.execute("PRAGMA incremental_vacuum").fetchall()
        self._connection.execute("PRAGMA max_page_count = 1")

    def clear(self) -> None:
        """Make room."""
        self._connection.execute("PRAGMA max_page_count = 1000000")

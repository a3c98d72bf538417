"""SQLite, set up so that an acknowledged write survives a crash and erased bytes are gone."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

_BUSY_TIMEOUT_MS = 30_000
_WRITE = "smartbranch_write"
_PRAGMAS = (
    f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
)


class SqliteRules:
    """What is particular to SQLite; another database brings its own class of this shape."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def make_engine(self) -> Engine:
        """Return an engine whose connections keep to the rules above."""
        # As many connections as there are threads; the server bounds the threads.
        engine = create_engine(f"sqlite:///{self._path}", max_overflow=-1)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def mark_writing(self, connection: Connection) -> Connection:
        """Return the connection, set to take the write lock when its transaction begins."""
        return connection.execution_options(**{_WRITE: True})

    def purge(self, engine: Engine) -> bool:
        """Move the write-ahead log into the database and empty it.

        Returns False if a reader held it open for longer than the busy timeout.
        """
        raw = engine.raw_connection()
        try:
            row = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return bool(row[0] == 0)
        finally:
            raw.close()


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN comes too late for a consistent read; `_begin` sends it instead.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    # Taking the write lock at once avoids a deadlock between two readers that want to write.
    options: dict[str, Any] = dict(connection.get_execution_options())
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITE) else "BEGIN")

"""The spool on disk: one SQLite file, written by one thread."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from base.clock import Clock
from base.errors import SpoolFailedError
from branch_edge.spool.cipher import SpoolCipher
from branch_edge.spool.room import Room
from branch_edge.spool.types import Batch, Entry, SpoolLimits, Tally

# Numbers are durable before they are sent, so every commit reaches the disk.
_PRAGMAS = (
    "PRAGMA auto_vacuum = INCREMENTAL",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 256",
    "PRAGMA journal_size_limit = 4194304",
    "PRAGMA busy_timeout = 2000",
)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS camera (
    id TEXT PRIMARY KEY, last_sequence INTEGER NOT NULL, dropped_count INTEGER NOT NULL,
    is_met INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS record (
    camera TEXT NOT NULL, sequence INTEGER NOT NULL, at REAL NOT NULL, size INTEGER NOT NULL,
    sealed BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS record_place ON record (camera, sequence);
CREATE INDEX IF NOT EXISTS record_age ON record (at);
"""
# What a row takes beside the sealed record, with its part of the indexes.
_ROW_BYTES = 128
_AGE_EVERY_S = 60.0
# 16 MB of free pages are worth giving back.
_FREE_PAGES, _GIVE_BACK_PAGES = 4096, 2048
# Deleted at once where there is hardly any room.
_STEP_RECORDS = 16


class SpoolStore:
    """Records by camera and number. Blocking; for one thread at a time.

    Every method may raise sqlite3.Error, after which nothing of it has happened.
    """

    def __init__(self, path: Path, cipher: SpoolCipher, limits: SpoolLimits, clock: Clock) -> None:
        """Open or make the file. Raises SpoolFailedError, also for another key than it has."""
        self._path = path
        self._cipher = cipher
        self._limits = limits
        self._clock = clock
        self._age_checked_s = -_AGE_EVERY_S
        self._is_unsure = False
        self.byte_count = 0
        self.tallies: dict[str, Tally] = {}
        self._room = Room(path.with_suffix(".room"))
        try:
            self._connection = self._open_or_give_way()
        except (sqlite3.Error, OSError) as error:
            raise SpoolFailedError(
                f"the spool {path} cannot be opened: {error}; if it is damaged, move it away: a "
                "new one goes on behind the last number that the server has"
            ) from error

    def _open_or_give_way(self) -> sqlite3.Connection:
        """Open the file, on a full disk in the room that was kept for that."""
        try:
            connection = self._open()
        except (sqlite3.OperationalError, OSError):
            if not self._room.give():
                raise
            return self._open()
        self.keep_room()
        return connection

    def keep_room(self) -> None:
        """Set room aside for a start on a full disk, if there is any."""
        self._room.keep()

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        connection.executescript(_SCHEMA)
        self._check_key(connection)
        self._count(connection)

    def _check_key(self, connection: sqlite3.Connection) -> None:
        row = connection.execute("SELECT value FROM meta WHERE key = 'cipher'").fetchone()
        if row is None:
            connection.execute("INSERT INTO meta VALUES ('cipher', ?)", (self._cipher.fingerprint,))
        elif row[0] != self._cipher.fingerprint:
            raise SpoolFailedError(
                f"the spool {self._path} was sealed with another key; give that key back, or move "
                "the spool away and lose what waits in it"
            )

    def _count(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute(
            "SELECT id, last_sequence, dropped_count, is_met FROM camera"
        ).fetchall()
        sums = connection.execute("SELECT camera, COUNT(*), SUM(size) FROM record GROUP BY camera")
        counts = {camera: (count, size) for camera, count, size in sums}
        self.byte_count = sum(size for _, size in counts.values())
        self.tallies = {
            camera: Tally(last, counts.get(camera, (0, 0))[0], dropped, bool(is_met))
            for camera, last, dropped, is_met in rows
        }

    def write(self, batch: Batch) -> None:
        """Write a batch down, delete what was acknowledged, and keep to the limits."""
        if self._is_unsure:
            self._count(self._connection)
            self._is_unsure = False
        with self._transaction():
            for camera, dropped in batch.dropped.items():
                self._change(camera, dropped=dropped)
            for camera, last in batch.last.items():
                self._change(camera, last=last)
            self._insert(batch.entries)
            for camera, sequence in batch.acknowledged.items():
                self._delete(camera, "camera = ? AND sequence <= ?", (camera, sequence))
            self._drop_old()
            self._drop_surplus()
        self._give_back()

    def make_way(self, acknowledged: Mapping[str, int]) -> None:
        """Delete what was acknowledged in the room that is kept, so that its space is used again.

        On a disk that is full even that needs some, so it goes by small steps.
        """
        self._room.give()
        self._put_log_back()
        for camera, last in acknowledged.items():
            while 0 < (oldest := self.oldest(camera)) <= last:
                step = min(last, oldest + _STEP_RECORDS)
                self.write(Batch(acknowledged={camera: step}))
                self._put_log_back()
        self.keep_room()

    def _put_log_back(self) -> None:
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def read(self, camera: str, after: int, limit: int) -> list[Entry]:
        """Return the next records behind a number; what cannot be opened is dropped."""
        rows = self._connection.execute(
            "SELECT sequence, sealed FROM record WHERE camera = ? AND sequence > ? "
            "ORDER BY sequence LIMIT ?",
            (camera, after, limit),
        ).fetchall()
        found = [(number, self._cipher.open(sealed, camera, number)) for number, sealed in rows]
        for broken in [number for number, payload in found if payload is None]:
            self._delete(camera, "camera = ? AND sequence = ?", (camera, broken), is_loss=True)
        return [Entry(camera, number, payload) for number, payload in found if payload is not None]

    def oldest(self, camera: str) -> int:
        """Return the lowest number that waits, 0 for none."""
        (found,) = self._connection.execute(
            "SELECT MIN(sequence) FROM record WHERE camera = ?", (camera,)
        ).fetchone()
        return found or 0

    def drop(self, camera: str, sequence: int) -> None:
        """Drop one record and count it."""
        with self._transaction():
            self._delete(camera, "camera = ? AND sequence = ?", (camera, sequence), is_loss=True)

    def meet(self, camera: str, last: int) -> None:
        """Note which number the server has last, before anything is sent to it.

        At the first meeting that is an older spool's number: this one's records get new numbers,
        behind it. Later, a higher number than ours only moves ours on.
        """
        with self._transaction():
            if not self.tallies.get(camera, Tally()).is_met and last:
                self._renumber(camera, last)
            self._change(camera, last=last, is_met=True)

    def _renumber(self, camera: str, last: int) -> None:
        entries = self.read(camera, 0, self._limits.max_records)
        self._delete(camera, "camera = ?", (camera,))
        self._insert(replace(entry, sequence=last + n) for n, entry in enumerate(entries, 1))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _insert(self, entries: Iterable[Entry]) -> None:
        at = self._clock.now().timestamp()
        for entry in entries:
            sealed = self._cipher.seal(entry.payload, entry.camera, entry.sequence)
            size = len(sealed) + _ROW_BYTES
            # One that is there already was written by a commit that seemed to fail.
            done = self._connection.execute(
                "INSERT OR IGNORE INTO record VALUES (?, ?, ?, ?, ?)",
                (entry.camera, entry.sequence, at, size, sealed),
            )
            self.byte_count += size * done.rowcount
            self._change(entry.camera, count=done.rowcount, last=entry.sequence)

    def _delete(
        self, camera: str, where: str, values: tuple[object, ...], is_loss: bool = False
    ) -> None:
        # `where` is one of a few literals of this file.
        rows = self._connection.execute(
            f"DELETE FROM record WHERE {where} RETURNING size", values
        ).fetchall()
        self.byte_count -= sum(size for (size,) in rows)
        if rows:
            self._change(camera, count=-len(rows), dropped=len(rows) if is_loss else 0)

    def _drop_old(self) -> None:
        now_s = self._clock.monotonic()
        if now_s - self._age_checked_s < _AGE_EVERY_S:
            return
        self._age_checked_s = now_s
        before = self._clock.now().timestamp() - self._limits.max_age_s
        for camera in self.tallies:
            self._delete(camera, "camera = ? AND at < ?", (camera, before), is_loss=True)

    def _drop_surplus(self) -> None:
        while self._is_over():
            camera = max(self.tallies, key=lambda name: self.tallies[name].count)
            self._delete(
                camera,
                "rowid = (SELECT rowid FROM record WHERE camera = ? ORDER BY sequence LIMIT 1)",
                (camera,),
                is_loss=True,
            )

    def _is_over(self) -> bool:
        count = sum(tally.count for tally in self.tallies.values())
        is_over = count > self._limits.max_records or self.byte_count > self._limits.max_bytes
        return is_over and count > 0

    def _change(
        self, camera: str, count: int = 0, dropped: int = 0, last: int = 0, is_met: bool = False
    ) -> None:
        before = self.tallies.get(camera, Tally())
        self.tallies[camera] = after = Tally(
            max(before.last_sequence, last),
            before.count + count,
            before.dropped_count + dropped,
            before.is_met or is_met,
        )
        if replace(after, count=before.count) != before:
            self._connection.execute(
                "INSERT OR REPLACE INTO camera VALUES (?, ?, ?, ?)",
                (camera, after.last_sequence, after.dropped_count, after.is_met),
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, in the file and in what is counted beside it."""
        tallies, byte_count = dict(self.tallies), self.byte_count
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            self.tallies, self.byte_count = tallies, byte_count
            self._is_unsure = True
            # A full disk has rolled back by itself.
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def _give_back(self) -> None:
        with suppress(sqlite3.Error):
            (free,) = self._connection.execute("PRAGMA freelist_count").fetchone()
            if free > _FREE_PAGES:
                self._connection.execute(
                    f"PRAGMA incremental_vacuum({_GIVE_BACK_PAGES})"
                ).fetchall()

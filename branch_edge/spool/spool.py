"""Where every record goes before it is sent: numbered, durable, in order."""

import asyncio
import sqlite3
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from structlog.typing import FilteringBoundLogger

from base.clock import Clock
from base.errors import SpoolFailedError
from branch_edge.spool.cipher import SpoolCipher
from branch_edge.spool.reserve import Reserve
from branch_edge.spool.store import SpoolStore
from branch_edge.spool.tail import Tail
from branch_edge.spool.types import Batch, Entry, SpoolLimits, SpoolState, Tally
from decision.outcome import Reason

T = TypeVar("T")
DATABASE_FILE, RESERVE_FILE = "spool.db", "spool.reserve"
# Numbers that are set aside at once while the disk is full; what is left of them after a kill
# looks like records that were lost.
RESERVE_BLOCK = 256
MAX_PENDING = 1024


class Spool:
    """All records of a box; use it as an async context manager, on one event loop.

    Records that come while others are being written are written together, next. While the disk
    takes nothing they stay in memory, within limits, under numbers that were set aside.
    """

    def __init__(
        self,
        folder: Path,
        cipher: SpoolCipher,
        clock: Clock,
        log: FilteringBoundLogger,
        limits: SpoolLimits | None = None,
        retry_s: float = 5.0,
    ) -> None:
        """Open the files. Raises SpoolFailedError."""
        self._limits = limits or SpoolLimits()
        self._store = SpoolStore(folder / DATABASE_FILE, cipher, self._limits, clock)
        self._reserve = Reserve(folder / RESERVE_FILE)
        self._clock = clock
        self._log = log
        self._retry_s = retry_s
        self._retry_at_s = 0.0
        self._problem: Reason | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._pending: deque[tuple[str, bytes, asyncio.Future[int | None]]] = deque()
        self._acknowledged: dict[str, int] = {}
        self._dropped: Counter[str] = Counter()
        self._last = self._reserve.behind(self._store.tallies)
        self._tails: dict[str, Tail] = {}
        self._listeners: dict[str, Callable[[], None]] = {}
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()
        self._writer: asyncio.Task[None] | None = None
        self._is_closing = False

    async def __aenter__(self) -> Self:
        self._writer = asyncio.create_task(self._write_for_ever())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._writer is not None
        self._is_closing = True
        self._wake.set()
        await self._writer
        await self._call(self._store.close)
        self._thread.shutdown(wait=False)
        self._reserve.close()

    @property
    def state(self) -> SpoolState:
        """How the spool is now."""
        tallies = {
            camera: self._tally(camera) for camera in self._store.tallies.keys() | self._last.keys()
        }
        return SpoolState(tallies, self._store.byte_count, self._problem)

    def _tally(self, camera: str) -> Tally:
        tally = self._store.tallies.get(camera, Tally())
        return replace(
            tally,
            last_sequence=max(tally.last_sequence, self._last.get(camera, 0)),
            count=tally.count + len(self._tail(camera).loose),
            dropped_count=tally.dropped_count + self._dropped[camera],
        )

    async def until_broken(self) -> None:
        """Wait for as long as the spool works; raise what nobody has thought of."""
        assert self._writer is not None
        await asyncio.shield(self._writer)

    def listen(self, camera: str, listener: Callable[[], None]) -> None:
        """Have `listener` called with every new record of a camera; one for each."""
        self._listeners[camera] = listener

    async def add(self, camera: str, payload: bytes) -> int | None:
        """Return the record's number once it may be sent, None if it was dropped."""
        if len(self._pending) >= MAX_PENDING:
            self._dropped[camera] += 1
            return None
        done: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._pending.append((camera, payload, done))
        self._wake.set()
        return await done

    async def read(self, camera: str, after: int, limit: int) -> list[Entry]:
        """Return records behind a number, in order; at most `limit` and perhaps fewer."""
        tail = self._tail(camera)
        found = tail.fresh_behind(after, limit)
        if found is None and self._store.tallies.get(camera, Tally()).count:
            try:
                found = await self._call(self._store.read, camera, after, limit)
            except sqlite3.Error as error:
                self._fail(error)
        return found or tail.loose_behind(after, limit)

    async def oldest(self, camera: str) -> int:
        """Return the lowest number that waits, 0 for none."""
        try:
            found = await self._call(self._store.oldest, camera)
        except sqlite3.Error:
            found = 0
        loose = self._tail(camera).loose
        return found or (loose[0].sequence if loose else 0)

    def acknowledge(self, camera: str, sequence: int) -> None:
        """Let go of every record up to and including a number; it is written down soon."""
        if sequence <= self._acknowledged.get(camera, 0):
            return
        self._acknowledged[camera] = sequence
        self._tail(camera).acknowledge(sequence)
        self._wake.set()

    async def refuse(self, camera: str, sequence: int) -> None:
        """Drop one record that the server will never take."""
        async with self._lock:
            if self._tail(camera).remove(sequence):
                self._dropped[camera] += 1
                return
            try:
                await self._call(self._store.drop, camera, sequence)
            except sqlite3.Error as error:
                self._fail(error)

    async def meet(self, camera: str, last: int) -> None:
        """Take in which number the server has last, before anything is sent to it.

        A spool that was lost is followed by one that begins at 1 again: at the first meeting, its
        records are numbered anew behind `last`. Up to `last`, records are acknowledged.
        Raises SpoolFailedError if that cannot be written down.
        """
        async with self._lock:
            known = self._store.tallies.get(camera, Tally())
            if not known.is_met or last > self._last.get(camera, 0):
                await self._meet(camera, last)
        self.acknowledge(camera, last)

    async def _meet(self, camera: str, last: int) -> None:
        is_first = not self._store.tallies.get(camera, Tally()).is_met
        try:
            await self._call(self._store.meet, camera, last)
        except sqlite3.Error as error:
            self._fail(error)
            raise SpoolFailedError("the server's last number cannot be noted now") from error
        written = self._store.tallies[camera].last_sequence
        if is_first and last:
            written = self._tail(camera).renumber(written)
        self._last[camera] = max(self._last.get(camera, 0), written)

    def _tail(self, camera: str) -> Tail:
        return self._tails.setdefault(camera, Tail())

    async def _call(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    async def _write_for_ever(self) -> None:
        while not self._is_closing:
            with suppress(TimeoutError):
                async with asyncio.timeout(None if self._problem is None else self._retry_s):
                    await self._wake.wait()
            self._wake.clear()
            async with self._lock:
                await self._flush()

    async def _flush(self) -> None:
        """Write what is pending down, or keep it in memory if that fails."""
        waiting, entries = self._number()
        is_due = (
            self._problem is None or self._is_closing or self._clock.monotonic() >= self._retry_at_s
        )
        if is_due and await self._write(entries):
            kept = {(entry.camera, entry.sequence) for entry in entries}
        else:
            kept = await self._loosen(entries)
        for entry, done in zip(entries, waiting, strict=True):
            if not done.done():
                is_kept = (entry.camera, entry.sequence) in kept
                done.set_result(entry.sequence if is_kept else None)
        for camera in {entry.camera for entry in entries}:
            self._listeners.get(camera, _nobody)()

    def _number(self) -> tuple[list[asyncio.Future[int | None]], list[Entry]]:
        waiting, entries = [], []
        while self._pending:
            camera, payload, done = self._pending.popleft()
            self._last[camera] = self._last.get(camera, 0) + 1
            entries.append(Entry(camera, self._last[camera], payload))
            waiting.append(done)
        return waiting, entries

    async def _write(self, entries: list[Entry]) -> bool:
        """Write entries and all that could not be written before; return whether it worked."""
        loose = [entry for tail in self._tails.values() for entry in tail.loose]
        acknowledged, dropped = dict(self._acknowledged), dict(self._dropped)
        batch = Batch((*loose, *entries), dict(self._last), acknowledged, dropped)
        try:
            await self._write_or_make_way(batch)
            if self._reserve.numbers:
                await self._call(self._reserve.put, {})
                await self._call(self._store.keep_room)
        except (sqlite3.Error, OSError) as error:
            self._fail(error)
            return False
        self._dropped.subtract(dropped)
        for tail in self._tails.values():
            tail.settle()
        for entry in entries:
            self._tail(entry.camera).add_fresh(entry)
        if self._problem is not None:
            self._problem = None
            self._log.warning("spool back", kept_count=len(loose))
        return True

    async def _write_or_make_way(self, batch: Batch) -> None:
        try:
            await self._call(self._store.write, batch)
        except sqlite3.OperationalError:
            tallies = self._store.tallies
            if not any(tallies.get(name, Tally()).count for name in batch.acknowledged):
                raise
            await self._call(self._store.make_way, batch.acknowledged)
            await self._call(self._store.write, batch)

    async def _loosen(self, entries: list[Entry]) -> set[tuple[str, int]]:
        """Keep entries in memory, under numbers that are safe; return which were kept."""
        if not entries:
            return set()
        reserved = self._reserve.numbers
        if any(entry.sequence > reserved.get(entry.camera, 0) for entry in entries):
            names = {entry.camera for entry in entries}
            ahead = {camera: self._last[camera] + RESERVE_BLOCK for camera in names}
            try:
                await self._call(self._reserve.put, {**reserved, **ahead})
            except (OSError, ValueError):
                self._dropped.update(entry.camera for entry in entries)
                return set()
        for entry in entries:
            self._tail(entry.camera).loose.append(entry)
        self._bound_memory()
        return {(entry.camera, entry.sequence) for entry in entries}

    def _bound_memory(self) -> None:
        while sum(tail.loose_bytes for tail in self._tails.values()) > self._limits.memory_bytes:
            camera = max(self._tails, key=lambda name: len(self._tails[name].loose))
            self._tails[camera].loose.popleft()
            self._dropped[camera] += 1

    def _fail(self, error: Exception) -> None:
        self._retry_at_s = self._clock.monotonic() + self._retry_s
        if self._problem is None:
            self._problem = Reason("SPOOL_FAILED", f"the spool takes nothing: {error}")
            self._log.error(
                "spool unavailable; records stay in memory until there is room",
                error=str(error),
            )


def _nobody() -> None:
    """Stand in for a listener."""

"""The promise of the spool, with a real process that is really killed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from branch_edge import wire
from tests.support.edge_server import ScriptedServer
from tests.support.spools import open_spool

ROOT = Path(__file__).resolve().parents[3]
FOUR = ["door", "hall", "queue", "desk"]
# What a good picture of a face takes, with its landmarks.
SHOT_BYTES = 15_000
# What may be on its way, or said at the very end, when the last life ends.
WINDOW = 16


class Kept:
    """What a box said that it has, over all its lives."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, int], str] = {}
        self.waiting: dict[tuple[str, int], str] = {}

    async def read(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            if line.endswith(b"\n"):  # A kill may leave half a line.
                _, camera, sequence, track = line.decode().split()
                self.records[camera, int(sequence)] = track


class BoxProcess:
    """One life of a box."""

    def __init__(self, folder: Path, address: str, cameras: list[str], fps: float) -> None:
        self._arguments = [str(folder), address, ",".join(cameras), str(fps), str(SHOT_BYTES)]
        self._errors = folder / "errors.log"

    @asynccontextmanager
    async def running(self, kept: Kept) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run it; when the block ends, kill it without a word."""
        with self._errors.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.support.edge_box", *self._arguments,
                cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"},
                stdout=asyncio.subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        assert process.stdout is not None
        reading = asyncio.create_task(kept.read(process.stdout))
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            await asyncio.wait({reading})


async def kill_twice(
    folder: Path, cameras: list[str], fps: float, cut_s: float, few: int
) -> tuple[ScriptedServer, Kept]:
    """Cut the link for `cut_s`, kill the box in the middle and before the end; then let all come.

    few: records after which something is done. What waits at the end is noted as well.
    """
    kept = Kept()
    async with ScriptedServer() as server:
        box = BoxProcess(folder, server.address, cameras, fps)

        async def more(count: int) -> None:
            goal = len(kept.records) + count
            await server.until(lambda: len(kept.records) >= goal, 60)

        async with box.running(kept):
            await server.until(lambda: len(server.books.records) >= few, 60)
            await server.stop()
            await more(few)
            await asyncio.sleep(cut_s / 2)
        async with box.running(kept):
            await more(few)
            await asyncio.sleep(cut_s / 2)
        async with box.running(kept) as process:
            await more(few)
            await server.start()
            await server.until(lambda: len(server.books.records) >= len(kept.records), 300)
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(10):
                assert await process.wait() == 0
    async with open_spool(folder) as spool:
        for camera in cameras:
            for entry in await spool.read(camera, server.books.last[camera], 1000):
                record = wire.record_of(entry.payload, entry.sequence)
                kept.waiting[camera, entry.sequence] = record.sighting.track
    return server, kept


def check_counts(server: ScriptedServer, kept: Kept, cameras: list[str]) -> None:
    """Check that each record came once, under its own number, and none is missing."""
    books = server.books
    assert (books.repeat_count, books.missing_count) == (0, 0)
    assert len(set(books.places.values())) == len(books.records)
    for camera in cameras:
        assert books.taken[camera] == list(range(1, books.last[camera] + 1))
    assert len(kept.waiting) < WINDOW * len(cameras)
    there = {place: track.rstrip("x") for place, track in (books.places | kept.waiting).items()}
    assert kept.records == {place: there.get(place) for place in kept.records}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    errors = (tmp_path / "errors.log").read_text()
    assert "Traceback" not in errors, errors


async def test_a_box_that_is_killed_twice_without_a_link_loses_and_doubles_nothing(
    folder: Path,
) -> None:
    server, kept = await kill_twice(folder, FOUR[:2], fps=30.0, cut_s=0.0, few=15)
    check_counts(server, kept, FOUR[:2])
    assert len(server.books.records) > 60


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_ten_minutes_without_a_link_and_two_kills_lose_and_double_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server, kept = await kill_twice(folder, FOUR, fps=5.0, cut_s=600.0, few=100)
    check_counts(server, kept, FOUR)
    assert len(server.books.records) >= 4 * 5 * 600 * 0.9
    with capsys.disabled():
        count, size = len(server.books.records), len(server.books.records) * SHOT_BYTES
        print(f"\n{count} records, {size / 1e6:.0f} MB, each once; none missing, none twice")

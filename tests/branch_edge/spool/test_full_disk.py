"""A small disk that is really full."""

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from branch_edge.spool.room import ROOM_BYTES
from branch_edge.spool.spool import Spool
from tests.support.spools import open_spool

BIG = bytes(60_000)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8M", "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path) -> None:
    """Have something else take all that is left."""
    with (disk / "other").open("wb", buffering=0) as file:
        for part in (bytes(4096), bytes(1)):
            try:
                while True:
                    file.write(part)
            except OSError:
                continue


async def numbers(spool: Spool, after: int) -> list[int]:
    found = [after]
    while entries := await spool.read("a", found[-1], 50):
        found += [entry.sequence for entry in entries]
    return found[1:]


async def until(condition: Callable[[], bool], spool: Spool) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await spool.add("a", b"x")
            await asyncio.sleep(0.02)


async def test_a_spool_opens_on_a_full_disk_and_goes_on_in_memory(disk: Path) -> None:
    """Without room of its own SQLite does not even open, and the box would see nobody."""
    async with open_spool(disk) as spool:
        await spool.add("a", BIG)
    fill(disk)
    async with open_spool(disk) as spool:
        given = [await spool.add("a", BIG) for _ in range(40)]
        assert given == list(range(2, 42))
        assert spool.state.problem is not None
        assert await numbers(spool, after=1) == given
        os.unlink(disk / "other")
        await until(lambda: spool.state.problem is None, spool)
        last = spool.state.tallies["a"].last_sequence
    async with open_spool(disk) as spool:
        assert spool.state.tallies["a"].count == last
        assert (disk / "spool.room").stat().st_size == ROOM_BYTES


async def test_a_disk_that_the_spool_filled_is_used_again_once_the_server_has_it(
    disk: Path,
) -> None:
    """To delete takes space as well; without any, what is acknowledged would fill the disk."""
    async with open_spool(disk) as spool:
        while spool.state.problem is None:
            await spool.add("a", BIG)
        full = spool.state.tallies["a"].last_sequence
        spool.acknowledge("a", full)
        await until(lambda: spool.state.problem is None, spool)
        assert spool.state.byte_count < len(BIG)
        for _ in range(20):
            await spool.add("a", BIG)
        assert spool.state.problem is None
        assert spool.state.tallies["a"].dropped_count == 0

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from base.errors import SecretsUnavailableError, SpoolFailedError
from branch_edge.spool.cipher import SpoolCipher, read_key
from branch_edge.spool.spool import DATABASE_FILE, RESERVE_BLOCK, RESERVE_FILE, Spool
from branch_edge.spool.types import SpoolLimits
from tests.support.spools import KEY, Disk, open_spool

BIG = bytes(20_000)


async def numbers(spool: Spool, camera: str = "a", after: int = 0) -> list[int]:
    found: list[int] = []
    while entries := await spool.read(camera, found[-1] if found else after, 7):
        found += [entry.sequence for entry in entries]
    return found


async def fill(spool: Spool, count: int, payload: bytes = b"x", camera: str = "a") -> None:
    for _ in range(count):
        await spool.add(camera, payload)


def copied(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("spool.*")}


async def test_records_come_back_in_order_and_as_they_were(tmp_path: Path) -> None:
    async with open_spool(tmp_path) as spool:
        given = [await spool.add("a", b"one"), await spool.add("b", b"two")]
        given += [await spool.add("a", b"three")]
        assert given == [1, 1, 2]
        assert [entry.payload for entry in await spool.read("a", 0, 9)] == [b"one", b"three"]
    async with open_spool(tmp_path) as spool:
        assert [entry.payload for entry in await spool.read("a", 0, 9)] == [b"one", b"three"]


async def test_records_of_many_tasks_are_numbered_without_gaps(tmp_path: Path) -> None:
    async with open_spool(tmp_path) as spool:
        given = await asyncio.gather(*[spool.add("a", b"x") for _ in range(100)])
        assert sorted(number or 0 for number in given) == list(range(1, 101))
        assert await numbers(spool) == list(range(1, 101))


async def test_what_was_acknowledged_is_gone_and_no_number_comes_again(tmp_path: Path) -> None:
    async with open_spool(tmp_path) as spool:
        await fill(spool, 5)
        spool.acknowledge("a", 5)
    async with open_spool(tmp_path) as spool:
        assert spool.state.tallies["a"].count == 0
        assert await numbers(spool) == []
        assert await spool.add("a", b"x") == 6
        assert await spool.oldest("a") == 6


async def test_nothing_of_a_record_can_be_read_on_the_disk(tmp_path: Path) -> None:
    secret = b"a face that nobody may see"
    async with open_spool(tmp_path) as spool:
        await fill(spool, 3, secret)
        held = b"".join(copied(tmp_path).values())
    assert secret not in held


async def test_another_key_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    async with open_spool(tmp_path) as spool:
        await fill(spool, 2)
    with pytest.raises(SpoolFailedError, match="another key"):
        open_spool(tmp_path, key=KEY[::-1])
    async with open_spool(tmp_path) as spool:
        assert await numbers(spool) == [1, 2]


async def test_a_full_spool_drops_the_oldest_of_the_camera_with_most(tmp_path: Path) -> None:
    async with open_spool(tmp_path, SpoolLimits(max_records=10)) as spool:
        await fill(spool, 3, camera="b")
        await fill(spool, 12)
        tallies = spool.state.tallies
        assert (tallies["a"].count, tallies["b"].count) == (7, 3)
        assert tallies["a"].dropped_count == 5
    async with open_spool(tmp_path, SpoolLimits(max_records=10)) as spool:
        assert await numbers(spool) == list(range(6, 13))
        assert spool.state.tallies["a"].dropped_count == 5


async def test_bytes_are_limited_over_all_cameras(tmp_path: Path) -> None:
    limits = SpoolLimits(max_bytes=200_000)
    async with open_spool(tmp_path, limits) as spool:
        for camera in ("a", "b"):
            await fill(spool, 15, BIG, camera)
        assert spool.state.byte_count <= limits.max_bytes
        assert sum(tally.count for tally in spool.state.tallies.values()) == 9


async def test_old_records_are_dropped_and_counted(tmp_path: Path) -> None:
    async with open_spool(tmp_path) as spool:
        await fill(spool, 2)
    async with open_spool(tmp_path, SpoolLimits(max_age_s=1e-6)) as spool:
        await spool.add("b", b"x")
        assert spool.state.tallies["a"] == replace(
            spool.state.tallies["a"], count=0, dropped_count=2
        )


async def test_a_changed_record_is_dropped_and_the_next_ones_come(tmp_path: Path) -> None:
    async with open_spool(tmp_path) as spool:
        await fill(spool, 3)
        spool._store._connection.execute(
            "UPDATE record SET sealed = (SELECT sealed FROM record WHERE sequence = 1) "
            "WHERE sequence = 2"
        )
    async with open_spool(tmp_path) as spool:
        assert await numbers(spool) == [1, 3]
        assert spool.state.tallies["a"].dropped_count == 1


async def test_a_full_disk_leaves_records_in_memory_until_there_is_room(tmp_path: Path) -> None:
    async with open_spool(tmp_path) as spool:
        await fill(spool, 2, BIG)
        Disk(spool).fill()
        await fill(spool, 8, BIG)
        assert spool.state.problem is not None
        assert await numbers(spool) == list(range(1, 11))
        Disk(spool).clear()
        async with asyncio.timeout(5):
            while spool.state.problem is not None:
                await fill(spool, 1)
                await asyncio.sleep(0.02)
        last = spool.state.tallies["a"].last_sequence
    async with open_spool(tmp_path) as spool:
        assert await numbers(spool) == list(range(1, last + 1))
        assert spool.state.tallies["a"].dropped_count == 0


async def test_memory_is_bounded_while_the_disk_is_full(tmp_path: Path) -> None:
    async with open_spool(tmp_path, SpoolLimits(memory_bytes=100_000)) as spool:
        await fill(spool, 1)
        Disk(spool).fill()
        await fill(spool, 20, BIG)
        tally = spool.state.tallies["a"]
        assert tally.last_sequence == 21
        assert tally.count + tally.dropped_count == 21
        assert (await numbers(spool))[-5:] == [17, 18, 19, 20, 21]


async def test_a_kill_while_the_disk_is_full_gives_no_number_twice(tmp_path: Path) -> None:
    """Numbers that were sent from memory are taken by the server; given again, what comes under
    them would be thought to be known."""
    async with open_spool(tmp_path) as spool:
        await fill(spool, 2, BIG)
        Disk(spool).fill()
        await fill(spool, 8, BIG)
        sent = (await numbers(spool))[-1]
        # What a kill leaves: the files as they are now.
        killed = tmp_path / "killed"
        killed.mkdir()
        for name, content in copied(tmp_path).items():
            (killed / name).write_bytes(content)
    async with open_spool(killed) as spool:
        number = await spool.add("a", b"x")
    assert number is not None
    assert sent < number <= sent + RESERVE_BLOCK + 1
    async with open_spool(killed) as spool:
        assert await spool.add("a", b"x") == number + 1


async def test_without_a_safe_number_a_record_is_dropped_and_counted(tmp_path: Path) -> None:
    async with open_spool(tmp_path) as spool:
        await fill(spool, 1, BIG)
        Disk(spool).fill()
        spool._reserve.close()
        spool._reserve._file = -1
        assert await spool.add("a", BIG) is None
        assert spool.state.tallies["a"].dropped_count == 1
        spool._reserve = type(spool._reserve)(tmp_path / RESERVE_FILE)


async def test_a_torn_reserve_leaves_the_one_before(tmp_path: Path) -> None:
    async with open_spool(tmp_path) as spool:
        spool._reserve.put({"a": 300})
        spool._reserve.put({"a": 900})
        torn = bytearray((tmp_path / RESERVE_FILE).read_bytes())
    torn[20] ^= 0xFF
    (tmp_path / RESERVE_FILE).write_bytes(torn)
    async with open_spool(tmp_path) as spool:
        assert spool.state.tallies["a"].last_sequence in (300, 900)


async def test_a_new_spool_goes_on_behind_what_the_server_knows(tmp_path: Path) -> None:
    """A spool that was lost begins at 1 again, and the server would take nothing of it."""
    async with open_spool(tmp_path) as spool:
        for payload in (b"one", b"two", b"three"):
            await spool.add("a", payload)
        await spool.meet("a", 2)
        entries = await spool.read("a", 2, 9)
        assert [(entry.sequence, entry.payload) for entry in entries] == [
            (3, b"one"), (4, b"two"), (5, b"three"),
        ]  # fmt: skip
        assert await spool.add("a", b"four") == 6


async def test_after_the_first_meeting_the_servers_number_acknowledges(tmp_path: Path) -> None:
    async with open_spool(tmp_path) as spool:
        await spool.meet("a", 0)
        await fill(spool, 3)
    async with open_spool(tmp_path) as spool:
        await spool.meet("a", 2)
        assert await numbers(spool, after=2) == [3]
        await spool.meet("a", 90)
        assert await spool.add("a", b"x") == 91
        assert await numbers(spool, after=90) == [91]


async def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / DATABASE_FILE).write_bytes(b"no database" * 1000)
    with pytest.raises(SpoolFailedError, match="move it away"):
        open_spool(tmp_path)


async def test_a_refused_record_is_dropped_and_counted(tmp_path: Path) -> None:
    async with open_spool(tmp_path) as spool:
        await fill(spool, 3)
        await spool.refuse("a", 2)
        assert await numbers(spool) == [1, 3]
        assert spool.state.tallies["a"].dropped_count == 1


async def test_a_listener_hears_of_each_new_record(tmp_path: Path) -> None:
    async with open_spool(tmp_path) as spool:
        heard: list[str] = []
        spool.listen("a", lambda: heard.append("a"))
        await fill(spool, 2)
        await fill(spool, 1, camera="b")
        assert heard == ["a", "a"]


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "data" / "spool.key"
    key = read_key(None, None, file)
    assert read_key(None, None, file) == key
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_key(key.hex(), None, file) == read_key(None, file, tmp_path / "none") == key


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, "00" * 31])
def test_a_key_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SecretsUnavailableError, match="64 hex digits"):
        read_key(text, None, tmp_path / "spool.key")


def test_a_cipher_hides_its_key() -> None:
    assert KEY.hex() not in repr(SpoolCipher(KEY))

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from base.clock import SystemClock
from base.errors import DeviceCodeInvalidError, SecretsUnavailableError, StartingError
from branch_edge.uplink.backoff import Backoff
from branch_edge.uplink.channel import ServerLink, ServerPlace
from branch_edge.uplink.identity import IDENTITY_FILE, PENDING_FILE, Identity, IdentityFolder
from branch_edge.uplink.registration import Renewal, register
from tests.support.certificates import Authority
from tests.support.edge_links import capturing_log, linked, new_key
from tests.support.edge_server import DEVICE, ScriptedServer, certificates
from tests.support.spools import open_spool


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ScriptedServer]:
    """A server with TLS that asks for no certificate."""
    authority, files = certificates(tmp_path)
    async with ScriptedServer(authority, files) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def place_of(server: ScriptedServer) -> ServerPlace:
    assert server.authority is not None
    return ServerPlace(server.address, server.authority.cert.read_bytes())


async def register_at(
    server: ScriptedServer, folder: Path, code: str | None = "good-code"
) -> Identity:
    log, _ = capturing_log()
    backoff = Backoff(first_s=0.05, most_s=0.1, slow_s=0.1)
    place = place_of(server)
    return await register(IdentityFolder(folder), place, code, "1.0", log, backoff)


async def test_a_code_becomes_a_certificate_that_only_the_owner_can_read(
    server: ScriptedServer, folder: Path
) -> None:
    identity = await register_at(server, folder)
    assert identity.device == DEVICE
    assert (folder / IDENTITY_FILE).stat().st_mode & 0o777 == 0o600
    assert not (folder / PENDING_FILE).exists()
    assert "good-code" not in (folder / IDENTITY_FILE).read_text()
    assert "PRIVATE" not in repr(identity)


async def test_a_registered_box_asks_nobody(server: ScriptedServer, folder: Path) -> None:
    identity = await register_at(server, folder)
    await server.stop()
    assert await register_at(server, folder) == identity
    assert await register_at(server, folder, None) == identity


async def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    server: ScriptedServer, folder: Path
) -> None:
    """The code is used up by the first request; a new one would lock the box out."""

    def lose(request: object) -> None:
        if len(server.registrations) < 3:
            raise StartingError("the answer is lost on its way")

    server.script.answers_registration = lose
    identity = await register_at(server, folder)
    assert len({one.request_id for one in server.registrations}) == 1
    assert len(server.registrations) == 3
    identity.check()


async def test_a_box_that_was_killed_after_asking_asks_the_same_again(
    server: ScriptedServer, folder: Path
) -> None:
    request = IdentityFolder(folder).request_for("a hash")
    again = IdentityFolder(folder).request_for("a hash")
    assert (again.request_id, again.key) == (request.request_id, request.key)
    assert IdentityFolder(folder).request_for("another").key != request.key
    assert (folder / PENDING_FILE).stat().st_mode & 0o777 == 0o600


async def test_a_code_that_is_used_up_ends_with_a_clear_line(
    server: ScriptedServer, folder: Path
) -> None:
    with pytest.raises(DeviceCodeInvalidError, match="get another"):
        await register_at(server, folder, "old-code")
    with pytest.raises(DeviceCodeInvalidError, match="create-code"):
        await register_at(server, folder, None)


async def test_a_new_code_registers_a_box_anew(server: ScriptedServer, folder: Path) -> None:
    before = await register_at(server, folder)
    server.script.code = "second-code"
    after = await register_at(server, folder, "second-code")
    assert after.key != before.key


async def test_a_server_that_is_not_there_is_waited_for(
    server: ScriptedServer, folder: Path
) -> None:
    await server.stop()
    waiting = asyncio.create_task(register_at(server, folder))
    await asyncio.wait({waiting}, timeout=0.3)
    assert not waiting.done()
    await server.start()
    assert (await waiting).device == DEVICE


async def test_a_server_of_another_authority_is_not_spoken_to(
    server: ScriptedServer, folder: Path, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "other-ca")
    log, capture = capturing_log()
    place = ServerPlace(server.address, other.cert.read_bytes())
    asking = register(IdentityFolder(folder), place, "good-code", "1.0", log, Backoff(0.05, 0.1))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asking, 0.5)
    assert server.registrations == []
    assert [one["event"] for one in capture.entries] == ["waiting to register"]


def test_a_damaged_identity_is_named_with_what_to_do(folder: Path) -> None:
    folder.mkdir()
    (folder / IDENTITY_FILE).write_text("{")
    with pytest.raises(SecretsUnavailableError, match="remove it"):
        IdentityFolder(folder).read()
    (folder / IDENTITY_FILE).write_text(json.dumps({"name": "box"}))
    with pytest.raises(SecretsUnavailableError, match="register anew"):
        IdentityFolder(folder).read()


async def test_a_certificate_for_another_key_is_not_kept(
    server: ScriptedServer, folder: Path
) -> None:
    identity = await register_at(server, folder)
    wrong = Identity(identity.device, new_key(), identity.certificate, identity.authority)
    with pytest.raises(SecretsUnavailableError, match="another key"):
        wrong.check()


async def test_streams_show_the_certificate_and_a_renewed_one_without_losing_records(
    tmp_path: Path, server: ScriptedServer, folder: Path
) -> None:
    # The server's certificates begin two days ago: ten hours more, and two thirds are over.
    server.script.valid_for = dt.timedelta(hours=10)
    identity = await register_at(server, folder)
    assert server.authority is not None
    files = server.authority.issue("streams")
    async with (
        ScriptedServer(server.authority, files, wants_certificate=True) as streams,
        open_spool(tmp_path / "spool") as spool,
        linked(streams, spool, place=place_of(streams), identity=identity) as link,
    ):
        await streams.until(lambda: bool(streams.opened))
        await link.add("before")
        log, _ = capturing_log()
        renewing = asyncio.create_task(
            Renewal(IdentityFolder(folder), link.server, SystemClock(), log).run()
        )
        await streams.until(lambda: len(streams.opened) == 2)
        await link.add("after")
        await streams.until(lambda: link.count == 0)
        renewing.cancel()
        kept = IdentityFolder(folder).read()
    assert kept is not None
    assert kept.key != identity.key
    assert [shown.decode() for shown in streams.shown] == [identity.certificate, kept.certificate]
    assert streams.books.tracks() == ["before", "after"]
    assert streams.books.repeat_count == 0


@pytest.mark.parametrize(
    ("hours", "said"),
    [(-1, "certificate has expired; register the box with a new code"),
     (10, "certificate not renewed")],
    ids=["expired", "not yet"],
)  # fmt: skip
async def test_a_certificate_that_cannot_be_renewed_is_told(
    server: ScriptedServer, folder: Path, hours: float, said: str
) -> None:
    server.script.valid_for = dt.timedelta(hours=hours)
    identity = await register_at(server, folder)
    await server.stop()
    link = ServerLink(place_of(server), identity)
    log, capture = capturing_log()
    renewing = asyncio.create_task(Renewal(IdentityFolder(folder), link, SystemClock(), log).run())
    await server.until(lambda: bool(capture.entries))
    renewing.cancel()
    await link.close()
    assert [one["event"] for one in capture.entries] == [said]
    assert IdentityFolder(folder).read() == identity


@pytest.mark.parametrize(
    "left",
    ["", "[]", '{"device": "d", "key": 5, "certificate": "c", "authority": "a"}', '{"other": "x"}'],
    ids=["empty", "a list", "a number", "another version"],
)
def test_a_file_that_no_box_wrote_is_told_with_what_to_do(tmp_path: Path, left: str) -> None:
    """A number where a text should be was an unexpected fault with a trace."""
    (tmp_path / IDENTITY_FILE).write_text(left)
    with pytest.raises(SecretsUnavailableError, match="remove it"):
        IdentityFolder(tmp_path).read()

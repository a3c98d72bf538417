import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from base.errors import InvalidArgumentError
from branch_edge.spool.spool import Spool
from branch_edge.uplink.port import FrameOrder, OrderedFrame
from protos.smartbranch.edge.v1 import edge_pb2
from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from protos.smartbranch.media.v1 import media_pb2
from tests.support.edge_links import AT, Linked, linked, sighting
from tests.support.edge_server import ScriptedServer, revoked
from tests.support.spools import Disk, open_spool

MANY = [f"track-{number}" for number in range(40)]


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as server:
        yield server


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    async with open_spool(tmp_path) as spool:
        yield spool


@pytest.fixture
async def link(server: ScriptedServer, spool: Spool) -> AsyncIterator[Linked]:
    async with linked(server, spool) as link:
        await server.until(lambda: bool(server.opened))
        yield link


def scene(version: int, **fields: object) -> edge_pb2.CameraScene:
    return edge_pb2.CameraScene(version=version, **fields)  # type: ignore[arg-type]


async def test_records_come_once_in_order_and_leave_the_spool(
    server: ScriptedServer, link: Linked
) -> None:
    await link.add(*MANY)
    await server.until(lambda: link.count == 0)
    assert server.books.tracks() == MANY
    assert server.books.taken["door"] == list(range(1, 41))
    assert server.books.repeat_count == 0


async def test_a_hello_says_which_camera_and_what_waits(
    server: ScriptedServer, spool: Spool
) -> None:
    for track in MANY[:3]:
        await spool.add("door", sighting(track))
    async with linked(server, spool):
        await server.until(lambda: bool(server.opened))
        hello = server.stream.hello
    assert (hello.camera, hello.display_name) == ("door", "Camera door")
    assert (hello.device, hello.agent_version) == ("tenants/bank-a/devices/box-1", "1.0")
    assert hello.oldest_sequence == 1


async def test_a_cut_link_loses_and_doubles_nothing(server: ScriptedServer, link: Linked) -> None:
    server.script.holds_acks = True
    await link.add(*MANY[:10])
    await server.until(lambda: len(server.books.records) == server.script.window)
    await server.stop()
    await link.add(*MANY[10:])
    server.script.holds_acks = False
    await server.start()
    await server.until(lambda: link.count == 0)
    assert server.books.tracks() == MANY
    assert server.books.repeat_count == 0
    assert link.events("link up", "link unavailable", "link back") == [
        "link up", "link unavailable", "link back",
    ]  # fmt: skip


async def test_no_more_is_on_its_way_than_the_server_wants(
    server: ScriptedServer, link: Linked
) -> None:
    server.script.holds_acks = True
    await link.add(*MANY)
    await server.until(lambda: len(server.books.records) == server.script.window)
    server.stream.send(probe=messages.ClockProbe(number=3))
    await server.until(lambda: bool(server.stream.of("clock")))
    assert server.stream.most_unacknowledged == server.script.window
    assert link.count == len(MANY)


async def test_an_acknowledgement_of_more_than_was_sent_deletes_nothing(
    server: ScriptedServer, link: Linked
) -> None:
    server.script.holds_acks = True
    await link.add(*MANY)
    await server.until(lambda: len(server.books.records) == server.script.window)
    server.stream.send(ack=media_pb2.Ack(sequence=1000))
    await server.until(lambda: len(server.books.records) == 2 * server.script.window)
    assert link.count == len(MANY) - server.script.window


async def test_a_spool_that_was_lost_goes_on_behind_the_servers_number(
    server: ScriptedServer, spool: Spool
) -> None:
    server.books.last["door"] = 70
    await spool.add("door", sighting("kept"))
    async with linked(server, spool) as link:
        await link.add("new")
        await server.until(lambda: link.count == 0)
    assert server.books.tracks() == ["kept", "new"]
    assert server.books.taken["door"] == [71, 72]


async def test_a_scene_is_taken_at_the_start_and_at_any_time(
    server: ScriptedServer, spool: Spool
) -> None:
    server.script.scene = scene(4, target_fps=2.0)
    async with linked(server, spool) as link:
        await server.until(lambda: link.port.scene_version == 4)
        server.stream.send(scene=scene(5, min_face_px=60))
        await server.until(lambda: link.port.scene_version == 5)
        assert [one.target_fps for one in link.port.scenes] == [2.0, 5.0]
        assert link.port.scenes[1].min_face_px == 60


async def test_a_scene_that_cannot_be_is_refused_and_the_one_before_stays(
    server: ScriptedServer, link: Linked
) -> None:
    server.stream.send(scene=scene(4))
    server.stream.send(scene=scene(5, target_fps=500.0))
    bad = edge_pb2.Zone(id="Not An Id", polygon=edge_pb2.Polygon())
    server.stream.send(scene=scene(6, zones=[bad]))
    await server.until(lambda: len(link.events("scene refused; the one before stays")) == 2)
    assert [one.version for one in link.port.scenes] == [4]
    await link.add("still here")
    await server.until(lambda: server.books.tracks() == ["still here"])


async def test_a_server_that_has_no_scene_leaves_the_boxs_own(
    server: ScriptedServer, link: Linked
) -> None:
    await link.add("anybody")
    await server.until(lambda: link.count == 0)
    assert link.port.scenes == []


async def test_ordered_frames_come_beside_records(server: ScriptedServer, link: Linked) -> None:
    order = messages.FrameRequest(request="r1", fps=5.0, max_side_px=640)
    order.length.FromSeconds(2)
    server.stream.send(frames=order)
    await server.until(lambda: bool(link.port.orders))
    assert link.port.orders == [FrameOrder("r1", 5.0, 2.0, 640)]
    await link.add(*MANY)
    link.camera.offer(OrderedFrame("r1", 1, b"a picture", AT))
    await server.until(lambda: link.count == 0 and bool(server.stream.of("frame")))
    (frame,) = server.stream.of("frame")
    assert (frame.request, frame.chunk.sequence, frame.chunk.data) == ("r1", 1, b"a picture")
    assert frame.chunk.capture_time.ToDatetime(AT.tzinfo) == AT
    assert server.books.tracks() == MANY


async def test_orders_end_with_their_stream(server: ScriptedServer, link: Linked) -> None:
    await server.stop()
    await server.until(lambda: link.port.forgotten_count > 0)
    link.camera.offer(OrderedFrame("r1", 1, b"nobody is there", AT))


async def test_health_comes_at_once_and_then_in_turn(server: ScriptedServer, spool: Spool) -> None:
    async with linked(server, spool, health_every_s=0.05):
        await server.until(lambda: bool(server.opened) and len(server.stream.of("health")) >= 3)
        health = server.stream.of("health")[0]
    assert (health.source_fps, health.trouble) == (25.0, "SPOOL_FAILED")


async def test_a_box_with_nothing_to_say_says_so(server: ScriptedServer, spool: Spool) -> None:
    server.script.silence_s = 0.6
    async with linked(server, spool):
        await server.until(lambda: bool(server.opened) and len(server.stream.of("heartbeat")) >= 3)
        assert len(server.opened) == 1


async def test_a_server_that_falls_silent_is_left_and_tried_again(
    server: ScriptedServer, spool: Spool
) -> None:
    server.script.silence_s, server.script.is_silent = 0.3, True
    async with linked(server, spool) as link:
        await server.until(lambda: len(server.opened) >= 2)
        assert "was silent" in link.log.entries[1]["text"]
        server.script.is_silent = False
        await link.add(*MANY)
        await server.until(lambda: link.count == 0)
    assert server.books.tracks() == MANY


@pytest.mark.parametrize(
    ("is_named", "field"),
    [(True, "record.track"), (False, "record.track"), (True, "time")],
    ids=["named", "not named", "named by its number alone"],
)
async def test_a_record_that_is_refused_is_dropped_and_no_other(
    server: ScriptedServer, link: Linked, is_named: bool, field: str
) -> None:
    """Sent again and again, one bad record would keep all later ones back for good."""

    def refuse(request: messages.StreamCameraRequest) -> None:
        if request.HasField("record") and request.record.sighting.track == "track-17":
            more = {"sequence": request.record.sequence} if is_named else {}
            raise InvalidArgumentError("the track is absurd", field=field, **more)

    server.script.refuse = refuse
    await link.add(*MANY)
    await server.until(lambda: link.count == 0)
    assert server.books.tracks() == [track for track in MANY if track != "track-17"]
    (line,) = [one for one in link.log.entries if one["event"] == "record refused and dropped"]
    assert (line["sequence"], line["text"]) == (18, "the track is absurd")
    assert link.spool.state.tallies["door"].dropped_count == 1


async def test_a_refusal_of_something_else_drops_no_record(
    server: ScriptedServer, link: Linked
) -> None:
    """With one record on its way, whatever was refused beside it looked like that record."""
    refused: list[str] = []

    def refuse(request: messages.StreamCameraRequest) -> None:
        if request.HasField("clock") and len(refused) < 3:
            refused.append("clock")
            raise InvalidArgumentError("no such probe", field="clock.number")

    server.script.refuse, server.script.holds_acks = refuse, True
    await link.add(*MANY)
    for _ in range(3):
        await server.until(lambda: bool(server.stream.of("record")))
        server.stream.send(probe=messages.ClockProbe(number=1))
        opened = len(server.opened)
        await server.until(lambda opened=opened: len(server.opened) > opened)  # type: ignore[misc]
    await server.until(lambda: bool(server.stream.of("record")))
    server.script.holds_acks = False
    server.stream.send(ack=media_pb2.Ack(sequence=server.books.last["door"]))
    await link.add("last")
    await server.until(lambda: link.count == 0)
    assert server.books.tracks() == [*MANY, "last"]


async def test_a_revoked_box_says_so_once_and_keeps_what_it_sees(
    server: ScriptedServer, spool: Spool
) -> None:
    asked: list[messages.StreamCameraRequest] = []

    def refuse(request: messages.StreamCameraRequest) -> None:
        asked.append(request)
        revoked(request)

    server.script.refuse = refuse
    async with linked(server, spool) as link:
        await link.add(*MANY)
        await server.until(lambda: len(asked) >= 3)
        lines = [one for one in link.log.entries if one["event"] == "server refuses the box"]
        assert [line["reason"] for line in lines] == ["DEVICE_REVOKED"]
        assert link.count == len(MANY)
        server.script.refuse = lambda request: None
        await server.until(lambda: link.count == 0)
    assert server.books.tracks() == MANY


async def test_a_server_that_is_not_there_is_waited_for(
    server: ScriptedServer, spool: Spool
) -> None:
    await server.stop()
    async with linked(server, spool) as link:
        await link.add(*MANY)
        await server.until(lambda: bool(link.events("link unavailable")))
        await server.start()
        await server.until(lambda: link.count == 0)
        assert link.events("link unavailable", "link back") == ["link unavailable", "link back"]
    assert server.books.tracks() == MANY


async def test_a_full_disk_keeps_no_record_from_the_server(
    server: ScriptedServer, link: Linked
) -> None:
    await link.add(*MANY[:5])
    await server.until(lambda: link.count == 0)
    Disk(link.spool).fill()
    for track in MANY[5:]:
        # Large ones: a small one fits into the page that is open.
        await link.spool.add("door", sighting(track + 9000 * "x"))
    assert link.spool.state.problem is not None
    await server.until(lambda: link.count == 0)
    assert [track.rstrip("x") for track in server.books.tracks()] == MANY
    assert server.books.missing_count == 0


async def test_a_stop_ends_a_link_at_once(server: ScriptedServer, spool: Spool) -> None:
    async with asyncio.timeout(5):
        async with linked(server, spool):
            await server.until(lambda: bool(server.opened))

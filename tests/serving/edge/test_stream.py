"""A camera's stream over a real port: what is taken, when, and what ends it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration

from protos.smartbranch.edge.v1 import edge_pb2
from serving.edge.names import DeviceName
from serving.edge.scenes import SceneView
from serving.edge.types import Sighting
from tests.support.boxes import OPERATOR, EdgeHouse, ScriptedBox, serving_boxes, shot, stamp
from tests.support.liveness import InProcessServer
from vision.scene import CameraScene, Zone, ZoneKind

HOUR = timedelta(hours=1)
QUEUE = Zone("line-1", ZoneKind.QUEUE, ((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)))


def queue_scene(version: int = 0) -> SceneView:
    return SceneView(CameraScene(version, zones=(QUEUE,)), {"line-1": "Main queue"})


async def test_a_stream_opens_with_the_scene_and_acknowledges_what_is_durable(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    async with ScriptedBox(channel) as box:
        opened = await box.opened()
        assert (opened.last_sequence, opened.scene.version, opened.window) == (0, 0, 8)
        for sequence in (1, 2, 3):
            await box.sight(sequence)
        await box.acknowledged(3)
        assert served.kept.sequences == [1, 2, 3]
        (view,) = served.edge.cameras(OPERATOR, "west")
        assert (view.last_sequence, view.is_connected, view.display_name) == (3, True, "Front door")
        await box.hang_up()
        assert box.error is None
    await served.all_closed()
    assert served.kept.comings == ["+box-1/door", "-box-1/door"]


async def test_a_record_that_comes_again_counts_once_and_is_acknowledged_again(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    async with ScriptedBox(channel) as box:
        for sequence in (1, 2):
            await box.sight(sequence)
        await box.acknowledged(2)
    async with ScriptedBox(channel) as box:
        assert (await box.opened()).last_sequence == 2
        for sequence in (1, 2, 5):
            await box.sight(sequence)
        await box.acknowledged(5)
    assert served.kept.sequences == [1, 2, 5]
    (view,) = served.edge.cameras(OPERATOR)
    assert (view.last_sequence, view.missing_count) == (5, 2)


async def test_a_newer_stream_takes_over_and_nothing_counts_twice(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    served.kept.gate.clear()
    async with ScriptedBox(channel) as older:
        await older.opened()
        for sequence in (1, 2, 3):
            await older.sight(sequence)
        await older.until(lambda: bool(served.edge.hub.links))
        async with ScriptedBox(channel) as newer:
            error = await older.ended()
            assert error is not None
            assert (error.reason, error.code) == ("CAMERA_TAKEN_OVER", "ABORTED")
            for sequence in (1, 2, 3, 4):
                await newer.sight(sequence)
            served.kept.gate.set()
            await newer.acknowledged(4)
    assert served.kept.sequences == [1, 2, 3, 4]


async def test_times_of_a_box_that_is_an_hour_ahead_are_put_right(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    before = datetime.now(UTC)
    async with ScriptedBox(channel, ahead=HOUR) as box:
        await box.sight(1, face_time=stamp(box.now()))
        await box.acknowledged(1)
        record = served.kept.events[0].record
        assert isinstance(record, Sighting)
        assert not record.is_late
        assert before - timedelta(seconds=1) <= record.last_seen_at <= datetime.now(UTC)
        assert record.face_at is not None
    await served.all_closed()
    (device,) = served.edge.devices(OPERATOR)
    assert device.clock_offset_s == pytest.approx(3600, abs=1)


async def test_what_is_told_late_is_marked(served: EdgeHouse, channel: grpc.aio.Channel) -> None:
    async with ScriptedBox(channel) as box:
        past = stamp(box.now() - timedelta(seconds=60))
        await box.sight(1, first_seen_time=past, last_seen_time=past)
        await box.sight(2, first_seen_time=past)
        await box.acknowledged(2)
    assert [event.record.is_late for event in served.kept.events] == [True, False]


async def test_a_record_of_nobody_knows_when_holds_nothing_up(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    async with ScriptedBox(channel) as box:
        unset = stamp(datetime(1970, 1, 2, tzinfo=UTC))
        await box.sight(1, first_seen_time=unset, last_seen_time=unset)
        await box.sight(2)
        await box.acknowledged(2)
    assert served.kept.sequences == [2]
    assert served.edge.counts.snapshot()["sighting", "refused"] == 1


async def test_a_malformed_record_ends_the_stream_and_says_which_one_it_was(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    async with ScriptedBox(channel) as box:
        await box.sight(1)
        await box.sight(2, shot=shot(landmarks=[1.0] * 9))
        error = await box.ended()
    assert error is not None
    assert (error.code, error.reason) == ("INVALID_ARGUMENT", "ARGUMENT_INVALID")
    assert "landmarks" in error.message
    assert error.metadata["sequence"] == "2"
    assert served.kept.sequences == [1]


async def test_more_records_than_the_window_are_refused_and_nothing_grows(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    served.kept.gate.clear()
    async with ScriptedBox(channel) as box:
        await box.opened()
        for sequence in range(1, 12):
            await box.sight(sequence)
        error = await box.ended()
    assert error is not None
    assert "more than 8 records" in error.message


async def test_a_bad_crop_costs_its_picture_and_not_the_stream(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    served.kept.prepare_fault = lambda event: (
        ValueError("undecodable")
        if isinstance(event.record, Sighting) and event.record.shot is not None
        else None
    )
    async with ScriptedBox(channel) as box:
        await box.sight(1, shot=shot())
        await box.sight(2)
        await box.acknowledged(2)
    assert served.kept.sequences == [1, 2]
    record = served.kept.events[0].record
    assert isinstance(record, Sighting)
    assert record.shot is None


async def test_a_revoked_box_is_cut_off_at_once_and_does_not_come_back(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    async with ScriptedBox(channel) as box:
        await box.opened()
        await asyncio.to_thread(served.edge.revoke, OPERATOR, DeviceName("default", "box-1"))
        error = await box.ended()
        assert error is not None
        assert (error.reason, error.code) == ("DEVICE_REVOKED", "PERMISSION_DENIED")
    async with ScriptedBox(channel) as box:
        error = await box.ended()
        assert error is not None
        assert error.reason == "DEVICE_REVOKED"


async def test_a_box_that_never_registered_is_told_so(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    async with ScriptedBox(channel, device="box-9") as box:
        error = await box.ended()
    assert error is not None
    assert (error.reason, error.code) == ("DEVICE_NOT_FOUND", "NOT_FOUND")


async def test_a_silent_box_has_gone_and_nothing_is_taken_while_its_clock_is_unknown(
    impatient: InProcessServer,
) -> None:
    house = impatient.house
    assert isinstance(house, EdgeHouse)
    house.register()
    async with (
        grpc.aio.insecure_channel(impatient.grpc) as channel,
        ScriptedBox(channel, answers_probes=False) as box,
    ):
        await box.sight(1)
        error = await box.ended()
    assert error is not None
    assert error.reason == "DEADLINE_EXCEEDED"
    await house.all_closed()
    assert house.kept.events == []
    assert house.kept.comings == ["+box-1/door", "-box-1/door"]


async def test_a_new_scene_reaches_the_box_without_a_restart(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    async with ScriptedBox(channel) as box:
        await box.opened()
        (view,) = served.edge.cameras(OPERATOR)
        await asyncio.to_thread(served.edge.books.update, OPERATOR, view.name, queue_scene())
        await box.until(lambda: bool(box.scenes))
        assert box.scenes[0].version == 1
        assert box.scenes[0].zones[0].display_name == "Main queue"
        zone = edge_pb2.FlowSlice.ZoneCount(zone="line-1", person_count=2, max_person_count=3)
        span = edge_pb2.FlowSlice(
            start_time=stamp(box.now()), length=Duration(seconds=1), zones=[zone]
        )
        await box.send(record=edge_pb2.EdgeRecord(sequence=1, flow=span))
        await box.acknowledged(1)
    kind = served.kept.events[0].record.zones[0].kind  # type: ignore[union-attr]
    assert kind is ZoneKind.QUEUE
    async with ScriptedBox(channel) as box:
        assert (await box.opened()).scene.version == 1


async def test_what_a_box_says_of_itself_is_shown_while_it_is_there(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    report = edge_pb2.CameraReport(
        state=edge_pb2.CameraReport.COVERED,
        start_time=stamp(datetime.now(UTC)),
        reason="TOO_DARK",
        text="nearly nothing can be seen",
        width_px=1920,
        height_px=1080,
    )
    async with ScriptedBox(channel) as box:
        await box.send(health=edge_pb2.EdgeHealth(source_fps=25, trouble="SPOOL_FAILED"))
        await box.send(record=edge_pb2.EdgeRecord(sequence=1, report=report))
        await box.acknowledged(1)
        (view,) = served.edge.cameras(OPERATOR)
        assert view.health is not None
        assert (view.health.source_fps, view.health.trouble) == (25, "SPOOL_FAILED")
    await served.all_closed()
    (view,) = served.edge.cameras(OPERATOR)
    assert view.health is None
    assert view.report is not None
    assert (view.report.reason, view.report.size_wh) == ("TOO_DARK", (1920, 1080))


async def test_the_metrics_tell_of_cameras(
    served: EdgeHouse, channel: grpc.aio.Channel, server: InProcessServer
) -> None:
    async with ScriptedBox(channel, ahead=HOUR) as box:
        for sequence in (1, 1, 4):
            await box.sight(sequence)
        await box.acknowledged(4)
        text = server._metrics.text().decode()
    assert 'smartbranch_edge_records_total{fate="new",kind="sighting"} 2.0' in text
    assert 'smartbranch_edge_records_total{fate="duplicate",kind="sighting"} 1.0' in text
    assert "smartbranch_edge_missing_records_total 2.0" in text
    assert "smartbranch_edge_cameras 1.0" in text


async def test_a_stopping_server_sends_boxes_away_for_a_moment(
    served: EdgeHouse, channel: grpc.aio.Channel, server: InProcessServer
) -> None:
    async with ScriptedBox(channel) as box:
        await box.sight(1)
        await box.acknowledged(1)
        server.stop.set()
        error = await box.ended()
    assert error is not None
    assert (error.reason, error.code) == ("DRAINING", "UNAVAILABLE")


async def test_no_more_cameras_than_there_is_room_for_and_room_for_those_that_return(
    tmp_path: Path,
) -> None:
    async with (
        serving_boxes(tmp_path, max_cameras=1) as server,
        grpc.aio.insecure_channel(server.grpc) as channel,
    ):
        house = server.house
        assert isinstance(house, EdgeHouse)
        house.register()
        async with ScriptedBox(channel) as box:
            await box.opened()
            async with ScriptedBox(channel, "roof") as other:
                error = await other.ended()
                assert error is not None
                assert (error.reason, error.code) == ("SERVER_BUSY", "RESOURCE_EXHAUSTED")
            async with ScriptedBox(channel) as again:
                await again.opened()


async def test_the_clock_is_shown_while_the_box_is_there(
    served: EdgeHouse, channel: grpc.aio.Channel
) -> None:
    async with ScriptedBox(channel, ahead=-HOUR) as box:
        await box.until(lambda: sum(one.HasField("probe") for one in box.told) >= 3)
        (device,) = served.edge.devices(OPERATOR)
        assert device.clock_offset_s == pytest.approx(-3600, abs=1)
        assert device.last_seen_at is not None

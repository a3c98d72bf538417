"""Records of boxes, field by field: what is refused, and what comes of the rest."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from base.errors import InvalidArgumentError
from lobby.flow import CameraNews, FlowSpan
from lobby.seen import CameraRef
from protos.smartbranch.edge.v1 import edge_pb2
from serving.edge.scenes import SceneView
from serving.edge.types import EdgeRecord, Sighting
from serving.grpc.edge_wire_records import RecordContext, check_record, record_of
from tests.support.boxes import JPEG, shot, stamp

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CAMERA = CameraRef("box-1", "door")


def read(message: edge_pb2.EdgeRecord) -> EdgeRecord:
    check_record(message)
    context = RecordContext(CAMERA, SceneView(), lambda moment: moment - HOUR)
    return record_of(message, context)[0]


def sighting(**fields: Any) -> edge_pb2.EdgeRecord:
    now = stamp(NOW)
    values = {"track": "t", "first_seen_time": now, "last_seen_time": now, **fields}
    return edge_pb2.EdgeRecord(sequence=1, sighting=edge_pb2.Sighting(**values))


def flow(**fields: Any) -> edge_pb2.EdgeRecord:
    values = {"start_time": stamp(NOW), "length": timedelta(seconds=1), **fields}
    return edge_pb2.EdgeRecord(sequence=1, flow=edge_pb2.FlowSlice(**values))


MALFORMED: dict[str, tuple[Callable[[], edge_pb2.EdgeRecord], str]] = {
    "no number": (lambda: edge_pb2.EdgeRecord(report=edge_pb2.CameraReport()), "sequence"),
    "nothing told": (lambda: edge_pb2.EdgeRecord(sequence=1), "payload"),
    "no track": (lambda: sighting(track=""), "track"),
    "gone before coming": (
        lambda: sighting(first_seen_time=stamp(NOW + HOUR)),
        "first_seen_time",
    ),
    "crop too large": (lambda: sighting(shot=shot(picture=JPEG + bytes(256 * 1024))), "picture"),
    "no JPEG": (lambda: sighting(shot=shot(picture=b"GIF89a")), "picture"),
    "nine landmarks": (lambda: sighting(shot=shot(landmarks=[1.0] * 9)), "landmarks"),
    "landmarks that are none": (
        lambda: sighting(shot=shot(landmarks=[float("nan")] * 10)),
        "landmarks",
    ),
    "too many zones": (lambda: sighting(zones=["z"] * 33), "zones"),
    "negative count": (lambda: flow(person_count=-1), "person_count"),
    "a span of two hours": (lambda: flow(length=2 * HOUR), "length"),
    "counts at the end of all times": (
        lambda: flow(start_time=stamp(datetime(9999, 12, 31, 23, 30, tzinfo=UTC)), length=HOUR),
        "start_time",
    ),
    "ragged heat": (lambda: flow(heat_columns=2, heat=[1, 2, 3]), "heat"),
    "no state": (
        lambda: edge_pb2.EdgeRecord(
            sequence=1, report=edge_pb2.CameraReport(start_time=stamp(NOW))
        ),
        "state",
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_record_is_refused_by_what_is_wrong_with_it(name: str) -> None:
    make, wrong = MALFORMED[name]
    with pytest.raises(InvalidArgumentError, match=wrong):
        read(make())


def test_every_time_of_a_record_is_put_right() -> None:
    made = read(sighting(face_time=stamp(NOW), shot=shot(capture_time=stamp(NOW))))
    assert isinstance(made, Sighting)
    assert made.shot is not None
    times = (made.first_seen_at, made.last_seen_at, made.face_at, made.shot.captured_at)
    assert set(times) == {NOW - HOUR}
    assert made.shot.landmarks.shape == (5, 2)
    span = read(flow())
    assert isinstance(span, FlowSpan)
    assert span.start_at == NOW - HOUR
    report = edge_pb2.CameraReport(state=edge_pb2.CameraReport.DOWN, start_time=stamp(NOW))
    news = read(edge_pb2.EdgeRecord(sequence=1, report=report))
    assert isinstance(news, CameraNews)
    assert news.since == NOW - HOUR


def test_counts_do_not_reach_into_the_future() -> None:
    """The beginning alone was held to now: for an hour nothing newer counted as now's."""
    context = RecordContext(CAMERA, SceneView(), lambda moment: min(moment, NOW))
    span, _ = record_of(flow(length=HOUR), context)
    assert isinstance(span, FlowSpan)
    assert (span.start_at, span.length_s) == (NOW - HOUR, 3600.0)


def test_a_crop_does_not_show_itself() -> None:
    made = read(sighting(shot=shot(picture=JPEG + b"somebody's face")))
    assert "somebody" not in repr(made)

"""Records of cameras to our types: checked field by field, their times by our clock."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import numpy as np
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from base.errors import InvalidArgumentError
from lobby.flow import CameraCondition, CameraNews, FlowSpan, LineCount, ZoneCount
from lobby.seen import CameraRef, TrackRef
from protos.smartbranch.edge.v1 import edge_pb2 as messages
from serving.edge.cameras import CameraReport
from serving.edge.devices import check_text
from serving.edge.scenes import SceneView
from serving.edge.types import EdgeRecord, Sighting
from serving.grpc.edge_wire import JPEG_START
from serving.grpc.gallery_wire import instant_of
from serving.grpc.wire import lookup
from vision.face_shot import FaceShot
from vision.geometry import Floats
from vision.scene import MAX_SHAPES

MAX_RECORD_BYTES = 512 * 1024
MAX_SHOT_BYTES = 256 * 1024
MAX_TRACK, MAX_ZONE, MAX_TEXT = 64, 63, 500
MAX_STAYS = 256
MAX_CELLS = 4096
MAX_COUNT = 1_000_000
# What a person is taken for may stand there for years.
MAX_SPAN_S, MAX_STAY_S = 3600.0, 1e9
MAX_SIDE_PX = 16_384
LANDMARK_VALUES, BOX_VALUES = 10, 4
_REASON = re.compile(r"([A-Z][A-Z0-9_]{0,62})?")
_CONDITIONS = {
    messages.CameraReport.UP: CameraCondition.UP,
    messages.CameraReport.DOWN: CameraCondition.DOWN,
    messages.CameraReport.STALLED: CameraCondition.STALLED,
    messages.CameraReport.COVERED: CameraCondition.COVERED,
}


N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class RecordContext:
    """What a record is read by. to_server: a box's time by our clock."""

    camera: CameraRef
    scene: SceneView
    to_server: Callable[[datetime], datetime]


def check_record(message: messages.EdgeRecord) -> None:
    """Raise InvalidArgumentError for a record that is none, or is too long."""
    if message.sequence <= 0:
        raise _wrong("sequence", f"must be above 0, got {message.sequence}")
    if message.WhichOneof("payload") is None:
        raise _wrong("payload", "is missing")
    size = message.ByteSize()
    if size > MAX_RECORD_BYTES:
        raise _wrong("payload", f"has {size} bytes; at most {MAX_RECORD_BYTES} are taken")


def record_of(
    message: messages.EdgeRecord, context: RecordContext
) -> tuple[EdgeRecord, CameraReport | None]:
    """Return what a record tells, and how the camera is if it tells that.

    Raises InvalidArgumentError, which names what was wrong.
    """
    try:
        return _record(message, context)
    except ValueError as error:  # Of our own types, which know more than their fields.
        raise _wrong("payload", f"cannot be: {error}") from None


def _record(
    message: messages.EdgeRecord, context: RecordContext
) -> tuple[EdgeRecord, CameraReport | None]:
    kind = message.WhichOneof("payload")
    if kind == "sighting":
        return _sighting(message.sighting, context), None
    if kind == "flow":
        return _flow(message.flow, context), None
    report = _report(message.report, context)
    news = CameraNews(context.camera, report.condition, report.since, report.reason)
    return news, report


def _sighting(message: messages.Sighting, context: RecordContext) -> Sighting:
    check_text(message.track, "record.sighting.track", MAX_TRACK, is_needed=True)
    first = _time(message, "first_seen_time", context)
    last = _time(message, "last_seen_time", context)
    if first is None or last is None or last < first:
        raise _wrong("sighting", "needs first_seen_time and, not earlier, last_seen_time")
    _check_number("sighting.zones", len(message.zones), MAX_SHAPES)
    for zone in message.zones:
        check_text(zone, "record.sighting.zones", MAX_ZONE, is_needed=True)
    return Sighting(
        track=TrackRef(context.camera, message.track),
        first_seen_at=first,
        last_seen_at=last,
        face_at=_time(message, "face_time", context),
        zones=tuple(message.zones),
        shot=_shot(message.shot, context) if message.HasField("shot") else None,
        is_final=message.is_final,
    )


def _shot(message: messages.FaceShot, context: RecordContext) -> FaceShot:
    if not message.picture.startswith(JPEG_START) or len(message.picture) > MAX_SHOT_BYTES:
        raise _wrong("sighting.shot.picture", f"must be a JPEG of at most {MAX_SHOT_BYTES} bytes")
    captured_at = _time(message, "capture_time", context)
    if captured_at is None:
        raise _wrong("sighting.shot.capture_time", "is missing")
    _check_number("sighting.shot.face_px", message.face_px, MAX_SIDE_PX)
    _check_number("sighting.shot.score", message.score, 1)
    _check_number("sighting.shot.quality", message.quality, 100)
    return FaceShot(
        picture=message.picture,
        captured_at=captured_at,
        landmarks=_floats("landmarks", message.landmarks, LANDMARK_VALUES).reshape(-1, 2),
        box_xyxy=_floats("box_xyxy", message.box_xyxy, BOX_VALUES),
        score=message.score,
        quality=message.quality,
        face_px=message.face_px,
    )


def _floats(field: str, values: Sequence[float], count: int) -> Floats:
    array = np.asarray(values, np.float32)
    if len(array) != count or not np.all(np.abs(array) <= MAX_SIDE_PX):
        raise _wrong(f"sighting.shot.{field}", f"must be {count} numbers of pixels")
    return array


def _flow(message: messages.FlowSlice, context: RecordContext) -> FlowSpan:
    length_s = _seconds("flow.length", message.length, MAX_SPAN_S)
    columns, heat = message.heat_columns, message.heat
    _check_number("flow.lines", len(message.lines), MAX_SHAPES)
    _check_number("flow.zones", len(message.zones), MAX_SHAPES)
    _check_number("flow.heat", len(heat), MAX_CELLS)
    if columns < 0 or (len(heat) % columns if columns else len(heat)):
        raise _wrong("flow.heat", "must be whole rows of heat_columns cells")
    return FlowSpan(
        camera=context.camera,
        start_at=_flow_start(message, length_s, context),
        length_s=length_s,
        lines=tuple(_line(line) for line in message.lines),
        zones=tuple(_zone(zone, context) for zone in message.zones),
        person_count=_check_number("flow.person_count", message.person_count),
        heat_columns=columns,
        heat_tenths=tuple(_check_number("flow.heat", cell) for cell in heat),
    )


def _flow_start(message: messages.FlowSlice, length_s: float, context: RecordContext) -> datetime:
    """Return when a span began by our clock. Its end is what cannot lie in the future."""
    if not message.HasField("start_time"):
        raise _wrong("flow.start_time", "is missing")
    length = timedelta(seconds=length_s)
    try:
        end = instant_of(message.start_time, "record.flow.start_time") + length
        return context.to_server(end) - length
    except OverflowError:
        raise _wrong("flow.start_time", "is out of all bounds") from None


def _line(message: messages.FlowSlice.LineCount) -> LineCount:
    check_text(message.line, "record.flow.lines.line", MAX_ZONE, is_needed=True)
    return LineCount(
        message.line,
        _check_number("flow.lines.in_count", message.in_count),
        _check_number("flow.lines.out_count", message.out_count),
    )


def _zone(message: messages.FlowSlice.ZoneCount, context: RecordContext) -> ZoneCount:
    check_text(message.zone, "record.flow.zones.zone", MAX_ZONE, is_needed=True)
    _check_number("flow.zones.stays", len(message.stays), MAX_STAYS)
    longest = message.longest_stay if message.HasField("longest_stay") else None
    return ZoneCount(
        zone=message.zone,
        kind=context.scene.kind_of(message.zone),
        person_count=_check_number("flow.zones.person_count", message.person_count),
        max_person_count=_check_number("flow.zones.max_person_count", message.max_person_count),
        person_s=_seconds("flow.zones.person_duration", message.person_duration, MAX_STAY_S),
        longest_stay_s=None
        if longest is None
        else _seconds("flow.zones.longest_stay", longest, MAX_STAY_S),
        stays_s=tuple(_seconds("flow.zones.stays", stay, MAX_STAY_S) for stay in message.stays),
    )


def _report(message: messages.CameraReport, context: RecordContext) -> CameraReport:
    since = _time(message, "start_time", context)
    if since is None:
        raise _wrong("report.start_time", "is missing")
    if not _REASON.fullmatch(message.reason):
        raise _wrong("report.reason", "must be UPPER_SNAKE of at most 63 characters")
    check_text(message.text, "record.report.text", MAX_TEXT)
    width = _check_number("report.width_px", message.width_px, MAX_SIDE_PX)
    height = _check_number("report.height_px", message.height_px, MAX_SIDE_PX)
    return CameraReport(
        condition=lookup(_CONDITIONS, message.state, "record.report.state"),
        since=since,
        reason=message.reason,
        text=message.text,
        size_wh=(width, height) if width and height else None,
    )


def _time(
    message: messages.Sighting | messages.FaceShot | messages.FlowSlice | messages.CameraReport,
    field: str,
    context: RecordContext,
) -> datetime | None:
    """Return a time by our clock, None if it is absent."""
    # A field by its name: protobuf's types know each by its own literal.
    if not message.HasField(field):  # type: ignore[arg-type]
        return None
    stamp: Timestamp = getattr(message, field)
    return context.to_server(instant_of(stamp, f"record.{field}"))


def _seconds(field: str, span: Duration, longest_s: float) -> float:
    seconds = span.seconds + span.nanos / 1e9
    if not 0 <= seconds <= longest_s:
        raise _wrong(field, f"must be 0 to {longest_s:g} seconds, got {seconds:g}")
    return seconds


def _check_number(field: str, value: N, highest: float = MAX_COUNT) -> N:
    if not 0 <= value <= highest:
        raise _wrong(field, f"must be 0 to {highest:g}, got {value:g}")
    return value


def _wrong(field: str, what: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"record.{field} {what}", field=f"record.{field}")

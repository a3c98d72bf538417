"""What the box tells and is told, between our types and messages."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from google.protobuf import json_format
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from branch_edge.news import CameraNews, FlowNews, News, SightingNews, ZoneTally
from branch_edge.uplink.port import FrameOrder, Health, OrderedFrame
from protos.smartbranch.edge.v1 import edge_pb2, edge_service_pb2
from protos.smartbranch.media.v1 import media_pb2
from vision.face_shot import FaceShot
from vision.scene import CameraScene, CountingLine, Point, Zone, ZoneKind

SceneMessage = edge_pb2.CameraScene
_KINDS = {
    edge_pb2.Zone.KIND_UNSPECIFIED: ZoneKind.AREA,
    **{edge_pb2.Zone.Kind.Value(kind.name): kind for kind in ZoneKind},
}


def stamp(at: datetime) -> Timestamp:
    """Return a time."""
    message = Timestamp()
    message.FromDatetime(at.astimezone(UTC))
    return message


def span(seconds: float) -> Duration:
    """Return a span."""
    message = Duration()
    message.FromNanoseconds(round(seconds * 1e9))
    return message


def payload_of(news: News) -> bytes:
    """Return what a camera tells as the bytes of a record without a number."""
    if isinstance(news, SightingNews):
        record = edge_pb2.EdgeRecord(sighting=_sighting(news))
    elif isinstance(news, FlowNews):
        record = edge_pb2.EdgeRecord(flow=_flow(news))
    else:
        record = edge_pb2.EdgeRecord(report=_report(news))
    return record.SerializeToString()


def record_of(payload: bytes, sequence: int) -> edge_pb2.EdgeRecord:
    """Return a record that was kept, with its number."""
    record = edge_pb2.EdgeRecord.FromString(payload)
    record.sequence = sequence
    return record


def _sighting(news: SightingNews) -> edge_pb2.Sighting:
    return edge_pb2.Sighting(
        track=news.track,
        first_seen_time=stamp(news.first_seen_at),
        last_seen_time=stamp(news.last_seen_at),
        face_time=None if news.face_at is None else stamp(news.face_at),
        zones=news.zones,
        shot=None if news.shot is None else _shot(news.shot),
        is_final=news.is_final,
    )


def _shot(shot: FaceShot) -> edge_pb2.FaceShot:
    return edge_pb2.FaceShot(
        picture=shot.picture,
        capture_time=stamp(shot.captured_at),
        landmarks=np.ravel(shot.landmarks).tolist(),
        box_xyxy=np.ravel(shot.box_xyxy).tolist(),
        score=shot.score,
        quality=shot.quality,
        face_px=shot.face_px,
    )


def _flow(news: FlowNews) -> edge_pb2.FlowSlice:
    return edge_pb2.FlowSlice(
        start_time=stamp(news.start_at),
        length=span(news.length_s),
        scene_version=news.scene_version,
        lines=[
            edge_pb2.FlowSlice.LineCount(
                line=one.line, in_count=one.in_count, out_count=one.out_count
            )
            for one in news.lines
        ],
        zones=[_zone_count(one) for one in news.zones],
        person_count=news.person_count,
        heat_columns=news.heat_columns,
        heat=news.heat_tenths,
    )


def _zone_count(tally: ZoneTally) -> edge_pb2.FlowSlice.ZoneCount:
    longest_s = tally.longest_stay_s
    return edge_pb2.FlowSlice.ZoneCount(
        zone=tally.zone,
        person_count=tally.person_count,
        max_person_count=tally.max_person_count,
        person_duration=span(tally.person_s),
        longest_stay=None if longest_s is None else span(longest_s),
        stays=[span(stay_s) for stay_s in tally.stays_s],
    )


def _report(news: CameraNews) -> edge_pb2.CameraReport:
    width_px, height_px = news.size_wh or (0, 0)
    return edge_pb2.CameraReport(
        state=edge_pb2.CameraReport.State.Value(news.state.value),
        start_time=stamp(news.since),
        reason=news.reason,
        text=news.text,
        width_px=width_px,
        height_px=height_px,
    )


def scene_from(message: SceneMessage) -> CameraScene:
    """Return a scene that the server gave.

    Raises ValueError and InvalidResourceNameError for one that cannot be.
    """
    usual = CameraScene()
    return CameraScene(
        version=message.version,
        zones=tuple(
            Zone(zone.id, _KINDS[zone.kind], _points(zone.polygon.corners))
            for zone in message.zones
        ),
        lines=tuple(
            CountingLine(line.id, (line.start.x, line.start.y), (line.end.x, line.end.y))
            for line in message.lines
        ),
        masks=tuple(_points(mask.corners) for mask in message.masks),
        target_fps=message.target_fps if message.HasField("target_fps") else usual.target_fps,
        min_face_px=message.min_face_px if message.HasField("min_face_px") else usual.min_face_px,
        detect_width_px=message.detect_width_px if message.HasField("detect_width_px") else None,
        wants_faces=message.wants_faces if message.HasField("wants_faces") else usual.wants_faces,
        wants_flow=message.wants_flow if message.HasField("wants_flow") else usual.wants_flow,
    )


def _points(corners: Sequence[edge_pb2.Point]) -> tuple[Point, ...]:
    return tuple((corner.x, corner.y) for corner in corners)


def scene_text(message: SceneMessage) -> str:
    """Return a scene as JSON, as it is kept for the next start."""
    return json_format.MessageToJson(message, preserving_proto_field_name=True)


def scene_from_text(text: str) -> CameraScene:
    """Read what `scene_text` wrote. Raises ValueError and InvalidResourceNameError."""
    try:
        return scene_from(json_format.Parse(text, edge_pb2.CameraScene()))
    except json_format.ParseError as error:
        raise ValueError(f"it is no scene: {error}") from error


def order_from(message: edge_service_pb2.FrameRequest) -> FrameOrder:
    """Return what the server wants to see."""
    length_s = message.length.ToTimedelta().total_seconds()
    return FrameOrder(message.request, message.fps, length_s, message.max_side_px)


def frame_of(frame: OrderedFrame) -> edge_service_pb2.RequestedFrame:
    """Return a frame that was asked for."""
    chunk = media_pb2.MediaChunk(
        codec=media_pb2.MediaChunk.JPEG,
        data=frame.picture,
        capture_time=stamp(frame.captured_at),
        sequence=frame.number,
    )
    return edge_service_pb2.RequestedFrame(request=frame.request, chunk=chunk)


def health_of(health: Health) -> edge_pb2.EdgeHealth:
    """Return how the box is."""
    return edge_pb2.EdgeHealth(
        source_fps=health.source_fps,
        analysed_fps=health.analysed_fps,
        dropped_frame_count=health.dropped_frame_count,
        spooled_count=health.spooled_count,
        spooled_bytes=health.spooled_bytes,
        dropped_record_count=health.dropped_record_count,
        cpu_cores=health.cpu_cores,
        memory_bytes=health.memory_bytes,
        free_disk_bytes=health.free_disk_bytes,
        uptime=span(health.uptime_s),
        scene_version=health.scene_version,
        trouble=health.trouble,
    )


def clock_answer(number: int, now: datetime) -> edge_service_pb2.ClockAnswer:
    """Return what the box's clock says."""
    return edge_service_pb2.ClockAnswer(number=number, box_time=stamp(now))


def heartbeat(now: datetime) -> media_pb2.Heartbeat:
    """Return a sign of life."""
    return media_pb2.Heartbeat(send_time=stamp(now))

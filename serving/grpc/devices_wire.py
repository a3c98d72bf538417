"""Devices and cameras to messages, and what operators send to our types."""

from datetime import datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from base.errors import InvalidArgumentError
from lobby.flow import CameraCondition
from protos.smartbranch.edge.v1 import edge_pb2
from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from serving.edge.cameras import BoxHealth, CameraReport, CameraView
from serving.edge.devices import Device, NewCode
from serving.edge.frames import FullFrame
from serving.edge.registry import DEFAULT_CODE_LIFE
from serving.edge.scene_wire import scene_message, scene_of
from serving.edge.scenes import SceneView
from serving.grpc.media_wire import duration_message

DEFAULT_FRAME_SIDE_PX = 1280
_STATES = {
    CameraCondition.UP: edge_pb2.CameraReport.UP,
    CameraCondition.DOWN: edge_pb2.CameraReport.DOWN,
    CameraCondition.STALLED: edge_pb2.CameraReport.STALLED,
    CameraCondition.COVERED: edge_pb2.CameraReport.COVERED,
}


def life_of(request: messages.CreateDeviceCodeRequest) -> timedelta:
    """Return how long a code is good. Raises InvalidArgumentError."""
    if not request.HasField("lifetime"):
        return DEFAULT_CODE_LIFE
    try:
        return request.lifetime.ToTimedelta()
    except (ValueError, OverflowError):
        raise InvalidArgumentError("lifetime is no duration", field="lifetime") from None


def change_of(request: messages.UpdateCameraRequest) -> tuple[SceneView | None, str | None]:
    """Return the new scene and the new name, None where they stay. Raises InvalidArgumentError."""
    scene = scene_of(request.scene) if request.HasField("scene") else None
    return scene, request.display_name if request.HasField("display_name") else None


def frame_side_of(request: messages.GetCameraFrameRequest) -> int:
    """Return the longer side of the frame that is asked for."""
    return request.max_side_px or DEFAULT_FRAME_SIDE_PX


def code_message(made: NewCode) -> messages.CreateDeviceCodeResponse:
    """Return a new code as a message."""
    return messages.CreateDeviceCodeResponse(code=made.code, expire_time=_time(made.expires_at))


def device_message(device: Device) -> messages.Device:
    """Return a device as a message."""
    return messages.Device(
        name=str(device.name),
        branch=device.branch,
        display_name=device.display_name,
        register_time=_time(device.registered_at),
        expire_time=_time(device.expires_at),
        revoke_time=_time(device.revoked_at),
        last_seen_time=_time(device.last_seen_at),
        clock_offset=_span(device.clock_offset_s),
        agent_version=device.agent_version,
    )


def camera_message(view: CameraView) -> messages.Camera:
    """Return a camera as a message."""
    return messages.Camera(
        name=str(view.name),
        branch=view.branch,
        display_name=view.display_name,
        scene=scene_message(view.scene),
        report=None if view.report is None else _report_message(view.report),
        health=None if view.health is None else _health_message(view.health),
        is_connected=view.is_connected,
        last_sequence=view.last_sequence,
        missing_count=view.missing_count,
        last_seen_time=_time(view.last_seen_at),
    )


def frame_message(frame: FullFrame) -> messages.GetCameraFrameResponse:
    """Return a frame as a message."""
    return messages.GetCameraFrameResponse(
        picture=frame.picture, capture_time=_time(frame.captured_at)
    )


def _report_message(report: CameraReport) -> edge_pb2.CameraReport:
    width, height = report.size_wh or (0, 0)
    return edge_pb2.CameraReport(
        state=_STATES[report.condition],
        start_time=_time(report.since),
        reason=report.reason,
        text=report.text,
        width_px=width,
        height_px=height,
    )


def _health_message(health: BoxHealth) -> edge_pb2.EdgeHealth:
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
        uptime=duration_message(health.uptime_s),
        scene_version=health.scene_version,
        trouble=health.trouble,
    )


def _time(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def _span(seconds: float | None) -> Duration | None:
    return None if seconds is None else duration_message(seconds)

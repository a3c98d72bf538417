"""Messages of a camera's stream to our types and back; its records have a file of their own."""

from dataclasses import dataclass
from datetime import datetime

from base.clock import Clock
from base.errors import InvalidArgumentError, RoleNotAllowedError
from protos.smartbranch.edge.v1 import edge_pb2
from protos.smartbranch.edge.v1 import edge_service_pb2 as messages
from protos.smartbranch.media.v1 import media_pb2
from serving.caller import Caller
from serving.edge.cameras import BoxHealth, OpenedCamera
from serving.edge.devices import MAX_NAME, MAX_VERSION, check_text
from serving.edge.frames import FrameWish
from serving.edge.link import Ack, Outgoing, Probe
from serving.edge.names import CameraName, DeviceName
from serving.edge.scene_wire import scene_message
from serving.edge.scenes import SceneView
from serving.edge.settings import EdgeSettings
from serving.grpc.gallery_wire import instant_of
from serving.grpc.media_wire import beat_message, duration_message

MAX_FRAME_BYTES = 4 * 1024 * 1024
MAX_TROUBLE = 63
JPEG_START = b"\xff\xd8"


@dataclass(frozen=True, slots=True)
class Hello:
    """Which camera a stream is of."""

    name: CameraName
    agent_version: str
    display_name: str


def hello_of(message: messages.CameraHello, caller: Caller, is_believed: bool) -> Hello:
    """Return which camera speaks.

    is_believed: nobody shows a token or certificate here, so the name is all there is.
    Raises InvalidResourceNameError, InvalidArgumentError, and RoleNotAllowedError for a device
    that speaks for another one or another tenant.
    """
    device = DeviceName.parse(message.device)
    name = CameraName(device.tenant, device.device, message.camera)
    is_own = device.device == caller.subject or is_believed
    if device.tenant != caller.tenant or not is_own:
        raise RoleNotAllowedError(f"{caller.subject} may not speak for {device}")
    check_text(message.agent_version, "hello.agent_version", MAX_VERSION)
    check_text(message.display_name, "hello.display_name", MAX_NAME)
    return Hello(name, message.agent_version, message.display_name)


def health_of(message: edge_pb2.EdgeHealth) -> BoxHealth:
    """Return how a box says it is. Raises InvalidArgumentError."""
    check_text(message.trouble, "health.trouble", MAX_TROUBLE)
    return BoxHealth(
        source_fps=message.source_fps,
        analysed_fps=message.analysed_fps,
        dropped_frame_count=message.dropped_frame_count,
        spooled_count=message.spooled_count,
        spooled_bytes=message.spooled_bytes,
        dropped_record_count=message.dropped_record_count,
        cpu_cores=message.cpu_cores,
        memory_bytes=message.memory_bytes,
        free_disk_bytes=message.free_disk_bytes,
        uptime_s=message.uptime.seconds + message.uptime.nanos / 1e9,
        scene_version=message.scene_version,
        trouble=message.trouble,
    )


def clock_of(message: messages.ClockAnswer) -> tuple[int, datetime]:
    """Return the number of the probe and what the box's clock said."""
    return message.number, instant_of(message.box_time, "clock.box_time")


def frame_of(message: messages.RequestedFrame) -> tuple[str, bytes, datetime]:
    """Return the request, the JPEG and the box's time of a frame. Raises InvalidArgumentError."""
    chunk = message.chunk
    is_jpeg = chunk.codec == media_pb2.MediaChunk.JPEG and chunk.data.startswith(JPEG_START)
    if not is_jpeg or len(chunk.data) > MAX_FRAME_BYTES:
        raise InvalidArgumentError(
            f"a frame is a JPEG of at most {MAX_FRAME_BYTES} bytes", field="frame.chunk"
        )
    if not chunk.HasField("capture_time"):
        raise InvalidArgumentError("a frame needs its capture time", field="frame.chunk")
    return message.request, chunk.data, instant_of(chunk.capture_time, "frame.chunk.capture_time")


def opened_message(opened: OpenedCamera, settings: EdgeSettings) -> messages.StreamCameraResponse:
    """Return the first message of a stream."""
    return messages.StreamCameraResponse(
        opened=messages.CameraOpened(
            last_sequence=opened.last_sequence,
            scene=scene_message(opened.scene),
            silence_limit=duration_message(settings.silence_s),
            window=settings.window,
        )
    )


def answer_message(item: Outgoing, clock: Clock) -> messages.StreamCameraResponse:
    """Return what a box is told as a message."""
    if isinstance(item, Ack):
        return messages.StreamCameraResponse(ack=media_pb2.Ack(sequence=item.sequence))
    if isinstance(item, Probe):
        return messages.StreamCameraResponse(probe=messages.ClockProbe(number=item.number))
    if isinstance(item, SceneView):
        return messages.StreamCameraResponse(scene=scene_message(item))
    if isinstance(item, FrameWish):
        return messages.StreamCameraResponse(frames=_wish_message(item))
    return messages.StreamCameraResponse(heartbeat=beat_message(clock))


def _wish_message(wish: FrameWish) -> messages.FrameRequest:
    return messages.FrameRequest(
        request=wish.request,
        fps=wish.fps,
        length=duration_message(wish.length_s),
        max_side_px=wish.max_side_px,
    )

"""Cameras to frames: opened within limits of time and size, decoded on one thread."""

import struct
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from base.errors import (
    CameraAddressError,
    CameraRefusedError,
    CameraStalledError,
    CameraUnavailableError,
    UnsupportedSourceError,
)
from media.clips import VIDEO_CODECS
from media.decoded import DecodedFrame
from media.encoding import film_encoding
from media.timeline import LeastOfLate

# USB cameras that do not compress send bare pixels.
LIVE_CODECS = VIDEO_CODECS | {"rawvideo"}
MIN_SIDE_PX = 32
# A live stream tells its kind at once; more probing is only delay.
_PROBE_US = 100_000
# A whole picture comes at once; what a system gives by itself holds half of one at 1080p.
_UDP_BUFFER_BYTES = 4_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Transport(Enum):
    """How RTSP carries pictures."""

    TCP = "tcp"
    UDP = "udp"


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """What a camera may take. max_pixels: width times height.

    open_timeout_s: until it has said what it sends. read_timeout_s: between two pictures.
    """

    open_timeout_s: float = 10.0
    read_timeout_s: float = 10.0
    max_pixels: int = 9_000_000


DEFAULT_LIVE_LIMITS = LiveLimits()


def read_rtsp(
    url: str, transport: Transport = Transport.TCP, limits: LiveLimits = DEFAULT_LIVE_LIMITS
) -> Generator[DecodedFrame, None, None]:
    """Yield a network camera's frames as they come; never ends but with an error.

    capture_time: by the camera's clock, as soon as its sender reports give it (RFC 3550, 6.4.1).
    Raises CameraUnavailableError, CameraStalledError, CameraRefusedError, CameraAddressError and
    UnsupportedSourceError; no message holds the address.
    """
    options = {
        "rtsp_transport": transport.value,
        "allowed_media_types": "video",
        "protocol_whitelist": "rtsp,rtsps,rtp,srtp,tcp,udp,tls",
        "analyzeduration": str(_PROBE_US),
        "fpsprobesize": "0",
    }
    if transport is Transport.UDP:
        options["buffer_size"] = str(_UDP_BUFFER_BYTES)
    yield from _read(url, "rtsp", options, limits, _ReportedTimes())


def read_device(
    path: str,
    size_wh: tuple[int, int] | None = None,
    fps: float | None = None,
    limits: LiveLimits = DEFAULT_LIVE_LIMITS,
) -> Generator[DecodedFrame, None, None]:
    """Yield the frames of a camera at this machine, such as `/dev/video0`; raises as `read_rtsp`.

    size_wh, fps: what it is asked for; None takes what it gives. capture_time: by this machine's
    clock, from the driver.
    """
    options = {"timestamps": "abs"}
    if size_wh is not None:
        options["video_size"] = f"{size_wh[0]}x{size_wh[1]}"
    if fps is not None:
        options["framerate"] = f"{fps:g}"
    yield from _read(path, "v4l2", options, limits, _AbsoluteTimes())


class _ReportedTimes:
    """Turns places in the track into the camera's wall time, once a report links the two."""

    def __init__(self) -> None:
        self._start_s: float | None = None
        # A parser may hang a report on the picture before the one it belongs to.
        self._starts = LeastOfLate()

    def heed(self, packet: "Packet[VideoStream]") -> None:
        if packet.pts is None or not packet.has_sidedata("prft"):
            return
        # AVProducerReferenceTime: microseconds since 1970, then flags.
        (wall_us,) = struct.unpack_from("=q", bytes(packet.get_sidedata("prft")))
        start_s = wall_us / 1e6 - float(packet.pts * packet.time_base)
        self._start_s = self._starts.heed(start_s, time.monotonic())

    def of(self, pts_s: float | None) -> datetime | None:
        if pts_s is None or self._start_s is None:
            return None
        return _wall_time(self._start_s + pts_s)


class _AbsoluteTimes:
    """Places in the track are wall times already."""

    def heed(self, packet: "Packet[VideoStream]") -> None:
        pass

    def of(self, pts_s: float | None) -> datetime | None:
        return None if pts_s is None else _wall_time(pts_s)


def _read(
    address: str,
    demuxer: str,
    options: dict[str, str],
    limits: LiveLimits,
    times: _ReportedTimes | _AbsoluteTimes,
) -> Generator[DecodedFrame, None, None]:
    with _open(address, demuxer, options, limits) as container, _told_of_reading(limits):
        stream = _picture_track(container, limits)
        codec = stream.codec_context
        for decoded in _decode(container, stream, limits, times):
            encoding = film_encoding(codec.name, decoded.width, decoded.height, codec.extradata)
            yield DecodedFrame(decoded, times.of(decoded.time), encoding)
    raise CameraUnavailableError("the camera ended its stream")


@contextmanager
def _open(
    address: str, demuxer: str, options: dict[str, str], limits: LiveLimits
) -> Iterator[InputContainer]:
    with _told_of_opening(limits, demuxer):
        container = av.open(
            address,
            mode="r",
            format=demuxer,
            options=_decoder_options(limits),
            container_options=options,
            metadata_errors="replace",
            timeout=(limits.open_timeout_s, limits.read_timeout_s),
        )
    with container:
        yield container


def _decoder_options(limits: LiveLimits) -> dict[str, str]:
    """Return what keeps a decoder from taking memory for too large a picture, edges included."""
    return {"max_pixels": str(2 * limits.max_pixels)}


def _picture_track(container: InputContainer, limits: LiveLimits) -> VideoStream:
    """Return the camera's pictures, ready to be decoded. Raises UnsupportedSourceError."""
    if not container.streams.video:
        raise UnsupportedSourceError("the camera sends no pictures; look at its stream's settings")
    stream = container.streams.video[0]
    # PyAV has no context for a track that no decoder is known for.
    codec = stream.codec_context
    name = "something unknown" if codec is None else codec.name
    if name not in LIVE_CODECS:
        raise UnsupportedSourceError(
            f"the camera's pictures are encoded as {name}; set it to H.264 or H.265", codec=name
        )
    if codec.width * codec.height:
        _check_size(codec.width, codec.height, limits)
    codec.options = codec.options | _decoder_options(limits)
    # One thread decodes many times faster than a camera sends, and holds no frames back.
    codec.thread_count = 1
    return stream


def _decode(
    container: InputContainer,
    stream: VideoStream,
    limits: LiveLimits,
    times: _ReportedTimes | _AbsoluteTimes,
) -> Iterator[VideoFrame]:
    """Yield whole frames; what was damaged on the way is left out. Raises CameraStalledError."""
    seen_s = time.monotonic()
    for packet in container.demux(stream):
        times.heed(packet)
        for decoded in _decode_packet(packet, limits):
            _check_size(decoded.width, decoded.height, limits)
            seen_s = time.monotonic()
            yield decoded
        if time.monotonic() - seen_s > limits.read_timeout_s:
            raise CameraStalledError(
                f"the camera sent nothing that could be decoded for {limits.read_timeout_s:g} s"
            )


def _decode_packet(packet: "Packet[VideoStream]", limits: LiveLimits) -> list[VideoFrame]:
    try:
        return [decoded for decoded in packet.decode() if not decoded.is_corrupt]
    except av.FFmpegError:
        # Of a size that it refuses a decoder says no more than that the data is bad.
        codec = packet.stream.codec_context
        if codec.width * codec.height:
            _check_size(codec.width, codec.height, limits)
        return []


def _check_size(width: int, height: int, limits: LiveLimits) -> None:
    if width * height > limits.max_pixels or min(width, height) < MIN_SIDE_PX:
        raise UnsupportedSourceError(
            f"the camera's pictures have {width}x{height} pixels; expected at least {MIN_SIDE_PX} "
            f"on the shorter side and at most {limits.max_pixels} in all",
            width=width,
            height=height,
            max_pixels=limits.max_pixels,
        )


def _wall_time(seconds: float) -> datetime | None:
    """Return a time since 1970, None for one that no calendar has."""
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None


# FFmpeg's errors name the address with its password: none is chained or quoted.
@contextmanager
def _told_of_opening(limits: LiveLimits, demuxer: str) -> Iterator[None]:
    until_s = time.monotonic() + limits.open_timeout_s
    try:
        yield
    except (av.HTTPUnauthorizedError, av.HTTPForbiddenError):
        raise CameraRefusedError("the camera refuses the user name or password") from None
    except av.HTTPClientError:
        raise CameraAddressError("the camera has no such stream; check its path") from None
    except av.FileNotFoundError:
        raise CameraAddressError("there is no such camera at this machine") from None
    except av.PermissionError:
        raise _not_permitted(demuxer) from None
    except av.ConnectionRefusedError:
        raise CameraUnavailableError("nothing listens at the camera's port") from None
    except (av.FFmpegError, OSError, ValueError) as error:
        # Silence comes under many names, that of bad data among them.
        if time.monotonic() >= until_s:
            raise CameraUnavailableError(
                f"the camera did not answer within {limits.open_timeout_s:g} s"
            ) from None
        if isinstance(error, av.InvalidDataError):
            raise CameraAddressError("what answers at the camera's address is no camera") from None
        raise CameraUnavailableError(
            f"the camera cannot be reached ({type(error).__name__}); check name and network"
        ) from None


def _not_permitted(demuxer: str) -> CameraUnavailableError | CameraRefusedError:
    if demuxer == "rtsp":  # A stream without pictures, or a firewall of ours: no user is meant.
        return CameraUnavailableError("the camera gives no pictures; check its stream and network")
    return CameraRefusedError("the camera's device may not be opened by this user")


@contextmanager
def _told_of_reading(limits: LiveLimits) -> Iterator[None]:
    try:
        yield
    except (av.ExitError, av.TimeoutError):
        raise CameraStalledError(
            f"the camera sent no picture for {limits.read_timeout_s:g} s"
        ) from None
    except (av.FFmpegError, OSError, ValueError) as error:
        raise CameraUnavailableError(f"the connection broke ({type(error).__name__})") from None

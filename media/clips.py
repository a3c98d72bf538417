"""Clips to frames, one at a time: a clip is never held as a whole."""

from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from base.errors import (
    ClipTooLargeError,
    PictureTooSmallError,
    UnsupportedClipError,
)
from media.containers import (
    DEFAULT_CLIP_LIMITS,
    MICROSECONDS,
    ClipLimits,
    broken,
    check_codec,
    check_duration,
    creation_time,
    decoder_options,
    open_container,
    start_s,
)
from media.decoded import DecodedFrame
from media.encoding import film_encoding
from media.frame import Frame
from media.timeline import Arrivals, Sampler

# A test guards the colours of each.
VIDEO_CODECS = frozenset(
    {"h264", "hevc", "vp8", "vp9", "av1", "mpeg1video", "mpeg2video", "mpeg4", "mjpeg"}
)
_USUAL_FPS = 25.0
_MIN_SIDE_PX = 32
# A track may end a little before the others do.
_LEAST_SHARE, _SPARE_S = 0.9, 0.2


def read_frames(
    source: bytes | Path,
    limits: ClipLimits = DEFAULT_CLIP_LIMITS,
    target_fps: float | None = None,
    started_monotonic_s: float = 0.0,
) -> Generator[Frame, None, None]:
    """Yield a clip's frames, upright, in the order they are shown.

    They arrive as fast as they play, from `started_monotonic_s` on, and never backwards in time.
    target_fps: leave out frames, by their times, so that no more come in a second.
    Raises what `read_decoded` raises, as late.
    """
    sampler = Sampler(target_fps)
    index = 0
    with closing(read_decoded(source, limits)) as every:
        for at_s, decoded in every:
            if not sampler.takes(at_s):
                continue
            yield Frame(
                image=decoded.image(),
                index=index,
                pts_s=decoded.pts_s,
                capture_time=decoded.capture_time,
                received_monotonic_s=started_monotonic_s + at_s,
                encoding=decoded.encoding,
            )
            index += 1


def read_decoded(
    source: bytes | Path, limits: ClipLimits = DEFAULT_CLIP_LIMITS
) -> Generator[tuple[float, DecodedFrame], None, None]:
    """Yield every frame of a clip as decoded, and when it is shown in seconds from the start.

    Raises EmptyClipError, UnsupportedClipError, ClipTooLargeError, ClipTooLongError,
    PictureTooSmallError, BrokenClipError and, for a path, OSError; a clip that is found to be
    broken or too long on the way has given its good frames by then.
    """
    with open_container(source, limits) as container:
        stream = _picture_track(container, limits)
        begun = creation_time(container)
        codec = stream.codec_context
        arrivals = Arrivals(start_s(container), _step_s(stream))
        for decoded in _decode(container, stream, limits):
            at_s = arrivals.next(decoded.time)
            check_duration(at_s, limits)
            yield (
                at_s,
                DecodedFrame(
                    decoded,
                    capture_time=None if begun is None else begun + timedelta(seconds=at_s),
                    encoding=film_encoding(
                        codec.name, decoded.width, decoded.height, codec.extradata
                    ),
                ),
            )
        _check_length(container, at_s)


def _picture_track(container: InputContainer, limits: ClipLimits) -> VideoStream:
    """Return the first track that moves, ready to be decoded.

    Raises UnsupportedClipError, ClipTooLargeError and PictureTooSmallError.
    """
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    tracks = [stream for stream in container.streams.video if not stream.disposition & covers]
    if not tracks:
        raise UnsupportedClipError("the clip has no moving pictures")
    check_codec(tracks[0], VIDEO_CODECS)
    codec = tracks[0].codec_context
    _check_size(codec.width, codec.height, limits)
    # The header may lie, or the size change on the way: the decoder refuses as well.
    codec.options = codec.options | decoder_options(limits)
    # Each thread would hold frames of its own; many clips are read at the same time.
    codec.thread_count = 1
    return tracks[0]


def _decode(
    container: InputContainer, stream: VideoStream, limits: ClipLimits
) -> Iterator[VideoFrame]:
    """Yield frames within the limits. Raises ClipTooLargeError and BrokenClipError."""
    packets = count = 0
    for packet in container.demux(stream):
        packets += packet.size > 0
        if packet.is_corrupt:
            raise broken("it is damaged or cut off")
        for decoded in packet.decode():
            count += 1
            if count > limits.max_frames:
                raise ClipTooLargeError(
                    f"the clip has more than {limits.max_frames} frames",
                    max_frames=limits.max_frames,
                )
            if decoded.is_corrupt:
                raise broken("a frame is damaged")
            _check_size(decoded.width, decoded.height, limits)
            yield decoded
    if not count:
        raise broken("it has no frame that can be decoded")
    # Only MP4 and MOV know beforehand; the others fill in what they hope for.
    if "mp4" in container.format.name and packets < stream.frames:
        raise broken(f"its header promises {stream.frames} frames and {packets} are there")


def _check_length(container: InputContainer, last_s: float) -> None:
    """Refuse a Matroska file, whose demuxer does not tell the end of it from a cut."""
    if "matroska" not in container.format.name or container.duration is None:
        return
    promised_s = container.duration / MICROSECONDS
    if last_s + _SPARE_S < _LEAST_SHARE * promised_s:
        raise broken(f"its header promises {promised_s:.1f} s and it ends at {last_s:.1f} s")


def _check_size(width: int, height: int, limits: ClipLimits) -> None:
    if not width * height:
        raise broken(f"its frames have no size, or one above {limits.max_pixels} pixels")
    if width * height > limits.max_pixels:
        raise ClipTooLargeError(
            f"the clip's frames have {width}x{height} pixels; at most {limits.max_pixels} are "
            "decoded",
            width=width,
            height=height,
            max_pixels=limits.max_pixels,
        )
    if min(width, height) < _MIN_SIDE_PX:
        raise PictureTooSmallError(
            f"the clip's frames have {width}x{height} pixels; expected at least {_MIN_SIDE_PX} "
            "on the shorter side",
            width=width,
            height=height,
            min_side_px=_MIN_SIDE_PX,
        )


def _step_s(stream: VideoStream) -> float:
    rate = stream.average_rate
    return 1 / (float(rate) if rate else _USUAL_FPS)

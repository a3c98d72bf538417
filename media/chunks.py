"""One encoded chunk of a stream to a frame or a piece of sound."""

from datetime import datetime

import numpy as np

from base.errors import BrokenSoundError
from media.encoding import picture_encoding
from media.frame import CAMERA, MICROPHONE, Frame, SoundChunk
from media.pictures import PictureLimits, decode_picture

PCM_RATE_HZ = 16_000
MAX_PCM_S = 2.0
PCM_BYTES = 2
_PCM_SCALE = 32_768.0
# A camera's frame, where a still picture may be a scan: 4K and no more.
STREAM_LIMITS = PictureLimits(max_bytes=2 * 1024 * 1024, max_pixels=9_000_000)


def decode_frame(
    data: bytes,
    index: int,
    received_monotonic_s: float,
    *,
    pts_s: float | None = None,
    capture_time: datetime | None = None,
    track: str = CAMERA,
    limits: PictureLimits = STREAM_LIMITS,
) -> Frame:
    """Decode one JPEG or PNG of a stream, upright, as RGB; times as in `Frame`.

    Raises what `decode_picture` raises.
    """
    image = decode_picture(data, limits)
    encoding = picture_encoding(data)
    return Frame(image, index, pts_s, capture_time, received_monotonic_s, track, encoding)


def decode_pcm(
    data: bytes,
    index: int,
    received_monotonic_s: float,
    *,
    pts_s: float | None = None,
    capture_time: datetime | None = None,
    track: str = MICROPHONE,
) -> SoundChunk:
    """Read little-endian signed 16-bit samples, 16,000 a second, one channel, without a header.

    Raises BrokenSoundError for nothing, half a sample, or more than two seconds.
    """
    count, rest = divmod(len(data), PCM_BYTES)
    if not count or rest or count > MAX_PCM_S * PCM_RATE_HZ:
        raise BrokenSoundError(
            f"the piece of sound has {len(data)} bytes; expected whole samples of {PCM_BYTES} "
            f"bytes, at least one and at most {MAX_PCM_S:g} s at {PCM_RATE_HZ} a second",
            bytes=len(data),
        )
    samples = np.frombuffer(data, "<i2").astype(np.float32) / np.float32(_PCM_SCALE)
    return SoundChunk(samples, PCM_RATE_HZ, index, pts_s, capture_time, received_monotonic_s, track)

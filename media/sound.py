"""The sound of clips and of recordings, as one channel at one rate."""

from collections.abc import Generator, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer

from base.errors import UnsupportedClipError
from media.containers import (
    DEFAULT_CLIP_LIMITS,
    ClipLimits,
    broken,
    check_codec,
    check_duration,
    creation_time,
    open_container,
    start_s,
)
from media.frame import Samples, SoundChunk
from media.timeline import Arrivals

SOUND_RATE_HZ = 16_000
SOUND_CODECS = frozenset(
    {"aac", "mp2", "mp3", "opus", "vorbis", "flac", "pcm_s16le", "pcm_s24le", "pcm_f32le", "pcm_u8"}
)


def read_sound(
    source: bytes | Path,
    limits: ClipLimits = DEFAULT_CLIP_LIMITS,
    rate_hz: int = SOUND_RATE_HZ,
    started_monotonic_s: float = 0.0,
) -> Generator[SoundChunk, None, None]:
    """Yield the sound of a clip or WAV file in short pieces; nothing if the clip is silent film.

    Times are those of `read_frames` for the same file and start.
    Raises EmptyClipError, UnsupportedClipError, ClipTooLargeError, ClipTooLongError,
    BrokenClipError and, for a path, OSError.
    """
    with open_container(source, limits) as container:
        stream = _sound_track(container)
        if stream is None:
            return
        begun, arrivals = creation_time(container), Arrivals(start_s(container), 0.0)
        for index, (samples, pts_s) in enumerate(_resample(container, stream, rate_hz)):
            at_s = arrivals.next(pts_s)
            check_duration(at_s, limits)
            yield SoundChunk(
                samples=samples,
                rate_hz=rate_hz,
                index=index,
                pts_s=pts_s,
                capture_time=None if begun is None else begun + timedelta(seconds=at_s),
                received_monotonic_s=started_monotonic_s + at_s,
            )


def _sound_track(container: InputContainer) -> AudioStream | None:
    """Return the first track that sounds, None for a silent film. Raises UnsupportedClipError."""
    if not container.streams.audio:
        if not container.streams.video:
            raise UnsupportedClipError("the file has neither sound nor pictures")
        return None
    stream = container.streams.audio[0]
    check_codec(stream, SOUND_CODECS)
    stream.codec_context.thread_count = 1
    return stream


def _resample(
    container: InputContainer, stream: AudioStream, rate_hz: int
) -> Iterator[tuple[Samples, float]]:
    """Yield pieces at the wanted rate, each with the presentation time of its first sample.

    Times are counted from the first one, so that pieces join without gaps and overlaps.
    """
    # FFmpeg's own mix to one channel is too loud by half and clips; the mean is taken below.
    resampler = AudioResampler(format="fltp", rate=rate_hz)
    first_s, count = 0.0, 0
    for packet in container.demux(stream):
        if packet.is_corrupt:
            raise broken("its sound is damaged or cut off")
        for decoded in packet.decode():
            if not count:
                first_s = decoded.time or 0.0
            for piece in resampler.resample(decoded):
                samples = np.clip(piece.to_ndarray().mean(axis=0), -1, 1)
                yield samples.astype(np.float32, copy=False), first_s + count / rate_hz
                count += len(samples)

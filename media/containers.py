"""Clips opened within bounds: the first bytes say what they are, and nothing else is opened."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NoReturn

import av
from av.container import InputContainer
from av.stream import Stream

from base.errors import (
    BrokenClipError,
    ClipTooLargeError,
    ClipTooLongError,
    EmptyClipError,
    UnsupportedClipError,
)

READABLE_CLIPS = "MP4, MOV, WebM, Matroska, AVI or MPEG"
_HEAD_BYTES = 64
_EBML = b"\x1a\x45\xdf\xa3"
_MPEG_STARTS = (b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3")
# Boxes that MP4 and QuickTime files begin with, at byte 4.
_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}
# Brands of the same container that are still pictures (HEIF, AVIF).
_STILL_BRANDS = {
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis",
}  # fmt: skip
# How much is read, and of how much time, to learn what a file's tracks are.
_PROBE_BYTES, _PROBE_US = 4_000_000, 3_000_000
# FFmpeg's names for decoders of the same codec.
_SAME_CODEC = {
    "libdav1d": "av1", "libvpx": "vp8", "libvpx-vp9": "vp9",
    "mp3float": "mp3", "mp2float": "mp2", "libopus": "opus", "libvorbis": "vorbis",
}  # fmt: skip
MICROSECONDS = 1_000_000
_EARLIEST_YEAR = 2000  # A clock that was never set: MP4 counts from 1904.


@dataclass(frozen=True, slots=True)
class ClipLimits:
    """What is decoded at all.

    max_bytes: length of the file. max_duration_s: by its header and by its frames' times.
    max_pixels: width times height of a frame. max_frames: decoded, whether they are wanted or not.
    """

    max_bytes: int = 100 * 1024 * 1024
    max_duration_s: float = 120.0
    max_pixels: int = 9_000_000
    max_frames: int = 7_200


DEFAULT_CLIP_LIMITS = ClipLimits()


def is_clip(source: bytes | Path) -> bool:
    """Tell a moving picture from a still one or anything else, by its first bytes."""
    demuxer = _demuxer_for(_head(source))
    return demuxer is not None and demuxer != "wav"


@contextmanager
def open_container(source: bytes | Path, limits: ClipLimits) -> Iterator[InputContainer]:
    """Open a clip or sound file and judge its header; no frame is decoded for the caller yet.

    FFmpeg is told which demuxer to use and given one open file, so that playlists and references
    lead nowhere. What it raises inside the block becomes BrokenClipError.
    Raises EmptyClipError, UnsupportedClipError, ClipTooLargeError, ClipTooLongError,
    BrokenClipError and, for a path, OSError.
    """
    demuxer = _demuxer_for(_head(source))
    if demuxer is None:
        raise UnsupportedClipError(f"the file is not a clip; expected {READABLE_CLIPS}")
    with ExitStack() as stack:
        file = BytesIO(source) if isinstance(source, bytes) else stack.enter_context(_open(source))
        _check_bytes(file, limits)
        with told_as_broken():
            container = av.open(
                file,
                mode="r",
                format=demuxer,
                options=decoder_options(limits),
                container_options={
                    "protocol_whitelist": "none",
                    "probesize": str(_PROBE_BYTES),
                    "analyzeduration": str(_PROBE_US),
                },
                io_open=_open_nothing,
                metadata_errors="replace",
            )
            stack.enter_context(container)
        if container.duration is not None:
            check_duration(container.duration / MICROSECONDS, limits)
        with told_as_broken():
            yield container


@contextmanager
def told_as_broken() -> Iterator[None]:
    """Turn what FFmpeg says of a file into BrokenClipError."""
    try:
        yield
    except (av.FFmpegError, ValueError) as error:
        raise broken(f"FFmpeg says {type(error).__name__}") from error


def decoder_options(limits: ClipLimits) -> dict[str, str]:
    """Return what keeps decoders from taking memory for frames that are not wanted.

    They count the edges as well that they work on, so the limit is twice that of the frames.
    """
    return {"max_pixels": str(2 * limits.max_pixels)}


def check_codec(stream: Stream, codecs: frozenset[str]) -> None:
    """Raise UnsupportedClipError for a track that is encoded in another way."""
    codec = stream.codec_context
    # PyAV has no context for a track that no decoder is known for.
    name = "something unknown" if codec is None else _SAME_CODEC.get(codec.name, codec.name)
    if name not in codecs:
        raise UnsupportedClipError(
            f"the clip's {stream.type} is encoded as {name}; expected one of "
            f"{', '.join(sorted(codecs))}",
            codec=name,
        )


def broken(why: str) -> BrokenClipError:
    """Return the error of a clip that is not whole."""
    return BrokenClipError(f"the clip cannot be read to its end: {why}; send the whole file")


def start_s(container: InputContainer) -> float | None:
    """Return the time that the tracks begin at, None if the file does not say."""
    return None if container.start_time is None else container.start_time / MICROSECONDS


def creation_time(container: InputContainer) -> datetime | None:
    """Return when the recording began by the recorder's clock, None if it does not say."""
    try:
        begun = datetime.fromisoformat(container.metadata.get("creation_time", ""))
    except ValueError:
        return None
    begun = begun if begun.tzinfo is not None else begun.replace(tzinfo=UTC)
    return begun if begun.year >= _EARLIEST_YEAR else None


def check_duration(duration_s: float, limits: ClipLimits) -> None:
    """Raise ClipTooLongError for a clip that is too long."""
    if duration_s > limits.max_duration_s:
        raise ClipTooLongError(
            f"the clip lasts {duration_s:.1f} s; at most {limits.max_duration_s:g} s are read",
            duration_s=round(duration_s, 1),
            max_duration_s=limits.max_duration_s,
        )


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _open_nothing(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    raise av.PermissionError(1, "a clip may not open other files")


def _head(source: bytes | Path) -> bytes:
    if isinstance(source, bytes):
        return source[:_HEAD_BYTES]
    with source.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _check_bytes(file: BinaryIO, limits: ClipLimits) -> None:
    size = file.seek(0, 2)
    file.seek(0)
    if not size:
        raise EmptyClipError(f"the clip has no bytes; expected {READABLE_CLIPS}")
    if size > limits.max_bytes:
        raise ClipTooLargeError(
            f"the clip has {size} bytes; at most {limits.max_bytes} are read",
            bytes=size,
            max_bytes=limits.max_bytes,
        )


def _demuxer_for(head: bytes) -> str | None:
    """Return FFmpeg's name of the container, None for one that is not read."""
    if head[4:8] in _BOXES:
        return None if head[8:12] in _STILL_BRANDS else "mov"
    if head.startswith(_EBML):
        return "matroska"
    if head.startswith(b"RIFF"):
        return {b"AVI ": "avi", b"WAVE": "wav"}.get(head[8:12])
    if head.startswith(_MPEG_STARTS[0]):
        return "mpeg"
    return "mpegvideo" if head.startswith(_MPEG_STARTS[1]) else None

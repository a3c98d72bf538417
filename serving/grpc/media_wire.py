"""Media messages to our types and back; every stream carries these."""

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from base.clock import Clock
from base.errors import InvalidArgumentError
from base.ids import check_id
from media.frame import CAMERA, MICROPHONE
from protos.smartbranch.media.v1 import media_pb2 as messages
from serving.grpc.gallery_wire import instant_of
from serving.streams.types import Ack, Chunk, Codec

_CODECS = {
    messages.MediaChunk.JPEG: Codec.JPEG,
    messages.MediaChunk.PNG: Codec.PNG,
    messages.MediaChunk.PCM_S16LE_16KHZ: Codec.PCM_S16LE_16KHZ,
}
_TRACKS = {Codec.PCM_S16LE_16KHZ: MICROPHONE}


def chunk_of(message: messages.MediaChunk, received_s: float) -> Chunk:
    """Return a chunk. received_s: monotonic.

    Raises InvalidArgumentError for a codec that is not read and for a time that is none.
    """
    codec = _codec_of(message.codec)
    has_time = message.HasField("capture_time")
    return Chunk(
        sequence=message.sequence,
        track=_track_of(message.track, codec),
        codec=codec,
        data=message.data,
        pts_s=_seconds_of(message.pts) if message.HasField("pts") else None,
        capture_time=instant_of(message.capture_time, "chunk.capture_time") if has_time else None,
        received_s=received_s,
    )


def _codec_of(value: "messages.MediaChunk.Codec.ValueType") -> Codec:
    if value not in _CODECS:
        names = ", ".join(codec.value for codec in Codec)
        raise InvalidArgumentError(
            f"chunk.codec must be one of {names}; H264 and OPUS are reserved", field="chunk.codec"
        )
    return _CODECS[value]


def _track_of(name: str, codec: Codec) -> str:
    return check_id(name, "chunk.track") if name else _TRACKS.get(codec, CAMERA)


def _seconds_of(span: Duration) -> float:
    try:
        return span.ToTimedelta().total_seconds()
    except (ValueError, OverflowError):
        raise InvalidArgumentError("chunk.pts is no duration", field="chunk.pts") from None


def ack_message(ack: Ack) -> messages.Ack:
    """Return an acknowledgement as a message."""
    return messages.Ack(sequence=ack.sequence, dropped_count=ack.dropped_count)


def beat_message(clock: Clock) -> messages.Heartbeat:
    """Return a sign of life as a message."""
    sent = Timestamp()
    sent.FromDatetime(clock.now())
    return messages.Heartbeat(send_time=sent)


def duration_message(seconds: float) -> Duration:
    """Return a span as a message."""
    span = Duration()
    span.FromNanoseconds(round(seconds * 1e9))
    return span

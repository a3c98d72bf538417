"""Messages of DeepfakeService to our types and back."""

from collections.abc import Callable
from dataclasses import dataclass

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from base.errors import InvalidArgumentError, InvalidResourceNameError
from base.ids import check_id
from decision.findings import Weight
from deepfake.frame_chain import SignedChunk
from deepfake.heat_map import HeatMap
from deepfake.outcome import ForgeryOutcome, ForgeryResult, Moment
from protos.smartbranch.deepfake.v1 import deepfake_pb2
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2 as messages
from protos.smartbranch.media.v1 import media_pb2
from protos.smartbranch.vision.v1 import face_pb2
from serving.caller import Caller
from serving.deepfake.books import ClipForgery, ImageForgery
from serving.deepfake.run import ClipChunk
from serving.deepfake.signed_clips import SignedClip
from serving.grpc import media_wire
from serving.grpc.media_wire import duration_message
from serving.grpc.wire import (
    face_message,
    lookup,
    model_message,
    reason_message,
    request_id_of,
    signal_message,
    tenant_of,
)
from serving.models import ModelFacts

NANOSECONDS = 1_000_000_000
MAX_NANOSECONDS = 2**63 - 1  # A chain covers times as int64.
Facts = Callable[[str], ModelFacts]
_IS_FILE = {
    messages.ClipConfig.CONTENT_UNSPECIFIED: True,
    messages.ClipConfig.FILE: True,
    messages.ClipConfig.CHUNKS: False,
}
_OUTCOMES = {
    ForgeryOutcome.GENUINE: deepfake_pb2.ForgeryDecision.GENUINE,
    ForgeryOutcome.FAKE: deepfake_pb2.ForgeryDecision.FAKE,
    ForgeryOutcome.INCONCLUSIVE: deepfake_pb2.ForgeryDecision.INCONCLUSIVE,
}
_WEIGHTS = {
    Weight.NOTE: deepfake_pb2.Moment.NOTE,
    Weight.HOLDS: deepfake_pb2.Moment.HOLDS,
    Weight.BREAKS: deepfake_pb2.Moment.BREAKS,
}


@dataclass(frozen=True, slots=True)
class ClipConfig:
    """How a clip is to be checked. clip: name of a signed one, None where nothing is signed."""

    is_file: bool
    clip: str | None
    wants_heat: bool
    request_id: str


def config_of(message: messages.ClipConfig, caller: Caller) -> ClipConfig:
    """Return a config.

    Raises InvalidArgumentError, InvalidResourceNameError and RoleNotAllowedError.
    """
    tenant_of(message.parent, caller)
    is_file = lookup(_IS_FILE, message.content, "config.content")
    if is_file and message.clip:
        raise InvalidArgumentError(
            "a file carries no chain; send a signed clip as CHUNKS", field="config.clip"
        )
    return ClipConfig(
        is_file=is_file,
        clip=_clip_name_of(message.clip) if message.clip else None,
        wants_heat=message.wants_heat_map,
        request_id=request_id_of(message.request_id),
    )


def _clip_name_of(name: str) -> str:
    """Return a clip's name, which goes into the audit log. Raises InvalidResourceNameError."""
    parts = name.split("/")
    if len(parts) != 4 or parts[0] != "tenants" or parts[2] != "deepfakeClips":
        raise InvalidResourceNameError(
            "expected a name like tenants/{tenant}/deepfakeClips/{clip}", field="config.clip"
        )
    check_id(parts[1], "tenant")
    check_id(parts[3], "clip")
    return name


def chunk_of(message: media_pb2.MediaChunk, received_s: float, is_signed: bool) -> ClipChunk:
    """Return a chunk, with what its chain covers in a signed clip. received_s: monotonic.

    Raises InvalidArgumentError.
    """
    media = media_wire.chunk_of(message, received_s)
    return ClipChunk(media, _signed_of(message) if is_signed else None)


def _signed_of(message: media_pb2.MediaChunk) -> SignedChunk:
    captured = message.capture_time if message.HasField("capture_time") else None
    return SignedChunk(
        sequence=message.sequence,
        codec=message.codec,
        data=message.data,
        chain_hash=message.chain_hash,
        previous_chain_hash=message.previous_chain_hash,
        pts_ns=_nanoseconds(message.pts, "chunk.pts") if message.HasField("pts") else None,
        capture_time_ns=None if captured is None else _nanoseconds(captured, "chunk.capture_time"),
        track=message.track,
    )


def _nanoseconds(time: Duration | Timestamp, field: str) -> int:
    count = time.seconds * NANOSECONDS + time.nanos
    if abs(count) > MAX_NANOSECONDS:
        raise InvalidArgumentError(f"{field} is out of reach of a signature", field=field)
    return count


def opened_message(clip: SignedClip) -> messages.OpenClipResponse:
    """Return an opened clip, with its key, for whoever opened it."""
    expires = Timestamp()
    expires.FromDatetime(clip.expires_at)
    return messages.OpenClipResponse(clip=clip.name, chain_key=clip.key, expire_time=expires)


def image_message(found: ImageForgery, facts_of: Facts) -> messages.CheckImageResponse:
    """Return the check of a picture as a message."""
    return messages.CheckImageResponse(
        decision=decision_message(found.result, facts_of), face=face_message(found.face)
    )


def clip_message(found: ClipForgery, facts_of: Facts) -> messages.CheckClipResponse:
    """Return the check of a clip as a message."""
    return messages.CheckClipResponse(
        decision=decision_message(found.result, facts_of),
        frame_count=found.frame_count,
        judged_frame_count=found.judged_count,
        is_early=found.is_early,
    )


def decision_message(result: ForgeryResult, facts_of: Facts) -> deepfake_pb2.ForgeryDecision:
    """Return a decision as a message."""
    decision, target = result.decision, result.target
    return deepfake_pb2.ForgeryDecision(
        outcome=_OUTCOMES[result.outcome],
        reasons=[reason_message(reason) for reason in decision.reasons],
        signals=[signal_message(signal) for signal in decision.signals],
        fake_score=result.fake_score,
        operating_point=deepfake_pb2.OperatingPoint(
            max_false_alarm_rate=target.max_false_alarm_rate,
            max_inconclusive_rate=target.max_inconclusive_rate,
            data=target.data,
        ),
        models=[model_message(facts_of(model_id)) for model_id in result.model_ids],
        moments=[_moment_message(moment) for moment in result.moments],
        heat_map=None if result.heat is None else _heat_message(result.heat),
    )


def _moment_message(moment: Moment) -> deepfake_pb2.Moment:
    end_s = moment.end_s
    return deepfake_pb2.Moment(
        code=moment.code,
        signal=moment.signal,
        weight=_WEIGHTS[moment.weight],
        start_offset=duration_message(moment.start_s),
        end_offset=None if end_s is None else duration_message(end_s),
    )


def _heat_message(heat: HeatMap) -> deepfake_pb2.HeatMap:
    height, width = heat.cells.shape
    x1, y1, x2, y2 = heat.window_xyxy
    return deepfake_pb2.HeatMap(
        height=height,
        width=width,
        cells=heat.cells.ravel().tolist(),
        window=face_pb2.BoundingBox(x1_px=x1, y1_px=y1, x2_px=x2, y2_px=y2),
        time_offset=None if heat.time_s is None else duration_message(heat.time_s),
    )

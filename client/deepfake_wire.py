"""Messages of DeepfakeService to the client's types."""

from client.deepfake_types import (
    ClipForgery,
    ForgeryDecision,
    ForgeryOutcome,
    HeatMap,
    ImageForgery,
    Moment,
    OperatingPoint,
    Weight,
)
from client.liveness_types import Signal
from client.wire import face_from, model_from, name_of, reasons_from, seconds_of
from protos.smartbranch.deepfake.v1 import deepfake_pb2
from protos.smartbranch.deepfake.v1 import deepfake_service_pb2 as messages


def image_from(message: messages.CheckImageResponse) -> ImageForgery:
    """Return the check of a picture."""
    return ImageForgery(decision_from(message.decision), face_from(message.face))


def clip_from(message: messages.CheckClipResponse) -> ClipForgery:
    """Return the check of a clip."""
    return ClipForgery(
        decision=decision_from(message.decision),
        frame_count=message.frame_count,
        judged_frame_count=message.judged_frame_count,
        is_early=message.is_early,
    )


def decision_from(message: deepfake_pb2.ForgeryDecision) -> ForgeryDecision:
    """Return a decision; an outcome that this client does not know is INCONCLUSIVE."""
    name = name_of(deepfake_pb2.ForgeryDecision.Outcome, message.outcome)
    known = name in ForgeryOutcome.__members__
    point = message.operating_point
    return ForgeryDecision(
        outcome=ForgeryOutcome(name) if known else ForgeryOutcome.INCONCLUSIVE,
        reasons=reasons_from(message.reasons),
        signals=tuple(
            Signal(
                signal.name,
                signal.score if signal.HasField("score") else None,
                signal.llr if signal.HasField("llr") else None,
            )
            for signal in message.signals
        ),
        fake_score=message.fake_score if message.HasField("fake_score") else None,
        operating_point=OperatingPoint(
            point.max_false_alarm_rate, point.max_inconclusive_rate, point.data
        ),
        models=tuple(model_from(model) for model in message.models),
        moments=tuple(_moment_from(moment) for moment in message.moments),
        heat_map=_heat_from(message.heat_map) if message.HasField("heat_map") else None,
    )


def _moment_from(message: deepfake_pb2.Moment) -> Moment:
    name = name_of(deepfake_pb2.Moment.Weight, message.weight)
    return Moment(
        code=message.code,
        signal=message.signal,
        weight=Weight(name) if name in Weight.__members__ else Weight.NOTE,
        start_s=seconds_of(message.start_offset),
        end_s=seconds_of(message.end_offset) if message.HasField("end_offset") else None,
    )


def _heat_from(message: deepfake_pb2.HeatMap) -> HeatMap:
    window, width = message.window, message.width
    rows = range(0, message.height * width, max(width, 1))
    return HeatMap(
        cells=tuple(tuple(message.cells[start : start + width]) for start in rows),
        window_xyxy=(window.x1_px, window.y1_px, window.x2_px, window.y2_px),
        time_s=seconds_of(message.time_offset) if message.HasField("time_offset") else None,
    )

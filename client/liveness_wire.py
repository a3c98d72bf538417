"""Liveness messages to the client's types and back."""

from datetime import UTC

from client.liveness_types import (
    Advice,
    Challenge,
    ChallengeResult,
    ChallengeState,
    Event,
    LivenessCheck,
    LivenessDecision,
    LivenessOutcome,
    Notice,
    Opened,
    OperatingPoint,
    Progress,
    Prompt,
    Signal,
    Verdict,
)
from client.wire import face_from, model_from, name_of, reasons_from, seconds_of
from protos.smartbranch.liveness.v1 import liveness_pb2
from protos.smartbranch.liveness.v1 import liveness_service_pb2 as messages


def check_from(message: messages.CheckImageResponse) -> LivenessCheck:
    """Return the check of a picture."""
    return LivenessCheck(decision_from(message.decision), face_from(message.face))


def decision_from(message: liveness_pb2.LivenessDecision) -> LivenessDecision:
    """Return a decision; an outcome that this client does not know is INCONCLUSIVE."""
    name = name_of(liveness_pb2.LivenessDecision.Outcome, message.outcome)
    known = name in LivenessOutcome.__members__
    point = message.operating_point
    return LivenessDecision(
        outcome=LivenessOutcome(name) if known else LivenessOutcome.INCONCLUSIVE,
        reasons=reasons_from(message.reasons),
        signals=tuple(
            Signal(
                signal.name,
                signal.score if signal.HasField("score") else None,
                signal.llr if signal.HasField("llr") else None,
            )
            for signal in message.signals
        ),
        live_score=message.live_score if message.HasField("live_score") else None,
        operating_point=OperatingPoint(point.max_apcer, point.max_bpcer, point.data),
        models=tuple(model_from(model) for model in message.models),
    )


def opened_from(message: messages.SessionOpened, is_return: bool) -> Opened:
    """Return the opening of a session, without its token."""
    return Opened(
        session=message.session,
        nonce=message.nonce,
        expires_at=message.expire_time.ToDatetime(tzinfo=UTC),
        max_fps=message.max_fps,
        max_chunk_bytes=message.max_chunk_bytes,
        is_return=is_return,
    )


def event_from(message: messages.RunSessionResponse) -> Event | None:
    """Return what a message says, None if it is nothing for people."""
    match message.WhichOneof("payload"):
        case "prompt":
            prompt = message.prompt
            challenge = challenge_from(prompt.challenge)
            return Prompt(prompt.number, challenge, prompt.text, seconds_of(prompt.time_limit))
        case "advice":
            return Advice(message.advice.code, message.advice.text)
        case "progress":
            one = message.progress
            return Progress(one.passed_count, one.challenge_count, one.share)
        case "notice":
            return Notice(message.notice.code, message.notice.text, message.notice.sequence)
        case "verdict":
            return _verdict_from(message.verdict)
        case _:
            return None


def challenge_from(value: "liveness_pb2.Challenge.ValueType") -> Challenge:
    """Return a challenge, UNKNOWN for one that this client does not know."""
    name = name_of(liveness_pb2.Challenge, value)
    return Challenge(name) if name in Challenge.__members__ else Challenge.UNKNOWN


def _verdict_from(message: messages.SessionVerdict) -> Verdict:
    return Verdict(
        decision_from(message.decision),
        tuple(_result_from(result) for result in message.challenges),
        message.frame_count,
    )


def _result_from(message: messages.ChallengeResult) -> ChallengeResult:
    name = name_of(messages.ChallengeResult.State, message.state)
    known = name in ChallengeState.__members__
    return ChallengeResult(
        challenge_from(message.challenge),
        ChallengeState(name) if known else ChallengeState.FAILED,
        seconds_of(message.response_delay) if message.HasField("response_delay") else None,
    )

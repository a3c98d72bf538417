"""Liveness messages to our types and back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp

from base.ids import check_id
from decision.outcome import Reason
from liveness import texts
from liveness.events import (
    AdviceEvent,
    Challenge,
    ChallengeRecord,
    ChallengeState,
    NoticeEvent,
    ProgressEvent,
    PromptEvent,
    SessionEvent,
    VerdictEvent,
)
from liveness.outcome import LivenessOutcome, LivenessResult
from liveness.plan import SessionPlan
from liveness.texts import Language
from protos.smartbranch.inference.v1 import model_info_pb2
from protos.smartbranch.liveness.v1 import liveness_pb2
from protos.smartbranch.liveness.v1 import liveness_service_pb2 as messages
from serving.caller import Caller
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
from serving.liveness.service import ImageCheck
from serving.models import ModelFacts
from serving.streams.types import Opened, StreamLimits

Facts = Callable[[str], ModelFacts]
_LANGUAGES = {
    messages.SessionConfig.LANGUAGE_UNSPECIFIED: Language.ENGLISH,
    messages.SessionConfig.ENGLISH: Language.ENGLISH,
    messages.SessionConfig.CHINESE: Language.CHINESE,
}
_OUTCOMES = {
    LivenessOutcome.LIVE: liveness_pb2.LivenessDecision.LIVE,
    LivenessOutcome.SPOOF: liveness_pb2.LivenessDecision.SPOOF,
    LivenessOutcome.INCONCLUSIVE: liveness_pb2.LivenessDecision.INCONCLUSIVE,
}
_STATES = {
    ChallengeState.PASSED: messages.ChallengeResult.PASSED,
    ChallengeState.FAILED: messages.ChallengeResult.FAILED,
    ChallengeState.INTERRUPTED: messages.ChallengeResult.INTERRUPTED,
}


@dataclass(frozen=True, slots=True, repr=False)
class SessionConfig:
    """How a session is to be run; with a resume token, nothing else counts."""

    resume_token: str | None
    person: str | None
    plan: SessionPlan
    language: Language
    request_id: str


def config_of(message: messages.SessionConfig, caller: Caller) -> SessionConfig:
    """Return a config.

    Raises InvalidArgumentError, InvalidResourceNameError and RoleNotAllowedError.
    """
    if message.resume_token:
        return SessionConfig(message.resume_token, None, SessionPlan(), Language.ENGLISH, "")
    tenant_of(message.parent, caller)
    plan = SessionPlan(accessible=message.accessible)
    if message.HasField("challenge_count"):
        plan = SessionPlan(message.challenge_count, message.accessible)
    return SessionConfig(
        resume_token=None,
        person=check_id(message.person, "person") if message.person else None,
        plan=plan,
        language=lookup(_LANGUAGES, message.language, "config.language"),
        request_id=request_id_of(message.request_id),
    )


def opened_message(opened: Opened, limits: StreamLimits) -> messages.SessionOpened:
    """Return what a session's opening says."""
    expires = Timestamp()
    expires.FromDatetime(opened.expires_at)
    return messages.SessionOpened(
        session=opened.name,
        nonce=opened.nonce,
        resume_token=opened.token,
        next_sequence=opened.next_sequence,
        expire_time=expires,
        max_fps=limits.max_fps,
        max_chunk_bytes=limits.max_chunk_bytes,
    )


def event_message(
    event: SessionEvent, language: Language, facts_of: Facts
) -> messages.RunSessionResponse:
    """Return an event as a message, its words in the session's language."""
    answer = messages.RunSessionResponse
    match event:
        case PromptEvent():
            return answer(prompt=_prompt_message(event, language))
        case AdviceEvent():
            text = "" if event.code is None else texts.advice_text(event.code, language)
            return answer(advice=messages.Advice(code=event.code or "", text=text))
        case ProgressEvent():
            return answer(progress=_progress_message(event))
        case NoticeEvent():
            return answer(notice=_notice_message(event, language))
        case VerdictEvent():
            return answer(verdict=verdict_message(event, language, facts_of))


def _prompt_message(event: PromptEvent, language: Language) -> messages.Prompt:
    return messages.Prompt(
        number=event.number,
        challenge=_challenge_value(event.challenge),
        text=texts.prompt_text(event.challenge, language),
        time_limit=duration_message(event.time_limit_s),
    )


def _progress_message(event: ProgressEvent) -> messages.Progress:
    return messages.Progress(
        passed_count=event.passed_count,
        challenge_count=event.challenge_count,
        share=event.share,
    )


def _notice_message(event: NoticeEvent, language: Language) -> messages.Notice:
    return messages.Notice(
        code=event.code,
        text=texts.notice_text(event.code, language),
        sequence=0 if event.frame_index is None else event.frame_index + 1,
    )


def verdict_message(
    event: VerdictEvent, language: Language, facts_of: Facts
) -> messages.SessionVerdict:
    """Return a verdict as a message."""
    return messages.SessionVerdict(
        decision=decision_message(event.result, language, facts_of),
        challenges=[_record_message(record) for record in event.challenges],
        frame_count=event.frame_count,
    )


def _record_message(record: ChallengeRecord) -> messages.ChallengeResult:
    delay_s = record.response_s
    return messages.ChallengeResult(
        challenge=_challenge_value(record.challenge),
        state=_STATES[record.state],
        response_delay=None if delay_s is None else duration_message(delay_s),
    )


def _challenge_value(challenge: Challenge) -> "liveness_pb2.Challenge.ValueType":
    return liveness_pb2.Challenge.Value(challenge.value)


def decision_message(
    result: LivenessResult, language: Language, facts_of: Facts
) -> liveness_pb2.LivenessDecision:
    """Return a decision as a message."""
    decision, target = result.decision, result.target
    return liveness_pb2.LivenessDecision(
        outcome=_OUTCOMES[result.outcome],
        reasons=[reason_message(_in_language(one, language)) for one in decision.reasons],
        signals=[signal_message(signal) for signal in decision.signals],
        live_score=result.live_score,
        operating_point=liveness_pb2.OperatingPoint(
            max_apcer=target.max_apcer, max_bpcer=target.max_bpcer, data=target.data
        ),
        models=list(_model_messages(result.model_ids, facts_of)),
    )


def _in_language(reason: Reason, language: Language) -> Reason:
    """Return a reason in another language, if there are words for it."""
    if language is Language.ENGLISH:
        return reason
    try:
        return Reason(reason.code, texts.reason_text(reason.code, language))
    except KeyError:
        return reason


def _model_messages(ids: Iterable[str], facts_of: Facts) -> Iterable[model_info_pb2.ModelInfo]:
    return (model_message(facts_of(model_id)) for model_id in ids)


def check_message(check: ImageCheck, facts_of: Facts) -> messages.CheckImageResponse:
    """Return the check of a picture as a message."""
    return messages.CheckImageResponse(
        decision=decision_message(check.result, Language.ENGLISH, facts_of),
        face=face_message(check.face),
    )

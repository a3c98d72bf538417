"""Messages of an attendance to the client's types and back."""

from datetime import UTC

from client.attend_types import (
    Attended,
    AttendEvent,
    AttendOptions,
    CheckOutcome,
    DocumentSide,
    InterviewCheck,
    InterviewOutcome,
    InterviewProgress,
    InterviewPrompt,
    InterviewState,
    InterviewVerdict,
    PromptKind,
)
from client.liveness_types import Advice, Notice, Signal
from client.liveness_wire import challenge_from
from client.wire import name_of, reasons_from, seconds_of
from protos.smartbranch.kyc.v1 import attend_pb2 as messages
from protos.smartbranch.kyc.v1 import interview_pb2
from protos.smartbranch.liveness.v1.liveness_service_pb2 import SessionConfig
from protos.smartbranch.vision.v1 import document_pb2


def config_to(options: AttendOptions, resume_token: str) -> messages.AttendConfig:
    """Return how to open; resume_token: of this attendance, "" if it was never open."""
    return messages.AttendConfig(
        attend_token="" if resume_token else options.attend_token,
        resume_token=resume_token,
        language=SessionConfig.Language.Value(options.language.value),
        camera=options.camera,
        document_by_camera=options.document_by_camera,
        accessible=options.accessible,
        camera_label=options.camera_label,
        request_id=options.request_id,
    )


def opened_from(message: messages.AttendanceOpened, is_return: bool) -> Attended:
    """Return the opening of an attendance, without its token."""
    return Attended(
        participant=message.participant,
        expires_at=message.expire_time.ToDatetime(tzinfo=UTC),
        max_fps=message.max_fps,
        max_chunk_bytes=message.max_chunk_bytes,
        steps=tuple(state_from(step) for step in message.steps),
        nonce=message.nonce,
        wants_position=message.wants_position,
        is_return=is_return,
    )


def event_from(message: messages.AttendResponse) -> AttendEvent | None:
    """Return what a message says, None if it is nothing for people."""
    match message.WhichOneof("payload"):
        case "prompt":
            return _prompt_from(message.prompt)
        case "advice":
            return Advice(message.advice.code, message.advice.text)
        case "progress":
            return _progress_from(message.progress)
        case "notice":
            return Notice(message.notice.code, message.notice.text, message.notice.sequence)
        case "verdict":
            return verdict_from(message.verdict)
        case _:
            return None


def state_from(value: "interview_pb2.InterviewState.ValueType") -> InterviewState:
    """Return a state, UNKNOWN for one that this client does not know."""
    name = name_of(interview_pb2.InterviewState, value)
    known = name in InterviewState.__members__
    return InterviewState(name) if known else InterviewState.UNKNOWN


def verdict_from(message: interview_pb2.InterviewVerdict) -> InterviewVerdict:
    """Return a verdict; an outcome that this client does not know is INCONCLUSIVE."""
    name = name_of(interview_pb2.InterviewVerdict.Outcome, message.outcome)
    known = name in InterviewOutcome.__members__
    return InterviewVerdict(
        outcome=InterviewOutcome(name) if known else InterviewOutcome.INCONCLUSIVE,
        reasons=reasons_from(message.reasons),
        state=state_from(message.state),
        checks=tuple(check_from(check) for check in message.checks),
        given_at=message.verdict_time.ToDatetime(tzinfo=UTC),
    )


def check_from(message: interview_pb2.InterviewCheck) -> InterviewCheck:
    """Return a check; an outcome that this client does not know is INCONCLUSIVE."""
    name = name_of(interview_pb2.CheckOutcome, message.outcome)
    known = name in CheckOutcome.__members__
    return InterviewCheck(
        name=message.name,
        outcome=CheckOutcome(name) if known else CheckOutcome.INCONCLUSIVE,
        reasons=reasons_from(message.reasons),
        signals=tuple(
            Signal(
                signal.name,
                signal.score if signal.HasField("score") else None,
                signal.llr if signal.HasField("llr") else None,
            )
            for signal in message.signals
        ),
        operating_point=message.operating_point,
        model_ids=tuple(message.model_ids),
        decided_at=message.decide_time.ToDatetime(tzinfo=UTC),
        sequence=message.sequence,
    )


def _prompt_from(message: messages.InterviewPrompt) -> InterviewPrompt:
    name = name_of(messages.InterviewPrompt.Kind, message.kind)
    side = name_of(document_pb2.DocumentSide, message.side)
    has_limit = message.HasField("time_limit")
    return InterviewPrompt(
        number=message.number,
        kind=PromptKind(name) if name in PromptKind.__members__ else PromptKind.UNKNOWN,
        text=message.text,
        time_limit_s=seconds_of(message.time_limit) if has_limit else None,
        challenge=challenge_from(message.challenge) if message.challenge else None,
        side=DocumentSide(side) if side in DocumentSide.__members__ else None,
        text_version=message.text_version,
        question=message.question,
        is_spoken=message.is_spoken,
        choices=tuple(message.choices),
    )


def _progress_from(message: messages.InterviewProgress) -> InterviewProgress:
    return InterviewProgress(
        state=state_from(message.state),
        done_count=message.done_count,
        step_count=message.step_count,
        share=message.share,
        attempts_left=message.attempts_left,
    )

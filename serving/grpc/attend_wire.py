"""Messages of an attendance to our types and back."""

from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp

from base.errors import InvalidArgumentError
from kyc.case import Position
from kyc.events import (
    Advised,
    AttendEvent,
    Concluded,
    Noticed,
    Progressed,
    Prompted,
    PromptKind,
    Recorded,
    Side,
)
from kyc.policy import Product
from kyc.states import State
from kyc.words import in_language, prompt_text, text_of
from liveness.texts import Language
from protos.smartbranch.kyc.v1 import attend_pb2 as messages
from protos.smartbranch.kyc.v1 import interview_pb2
from protos.smartbranch.liveness.v1 import liveness_pb2
from protos.smartbranch.liveness.v1 import liveness_service_pb2 as liveness_messages
from protos.smartbranch.vision.v1 import document_pb2
from serving.edge.names import CameraName
from serving.grpc.gallery_wire import instant_of
from serving.grpc.interview_wire import state_value, verdict_message
from serving.grpc.media_wire import chunk_of, duration_message
from serving.grpc.wire import lookup, request_id_of
from serving.interview.config import AttendConfig
from serving.interview.engine import Written
from serving.interview.words import AnswerWord, ConsentWord, PersonWord
from serving.streams.types import Beat, Incoming, Opened, StreamLimits, Word

Response = messages.AttendResponse
MAX_TOKEN, MAX_LABEL, MAX_VERSION, MAX_ANSWER, MAX_WISH = 128, 200, 64, 2000, 500
MAX_ACCURACY_M = 1e8  # Farther than around the earth.
_LANGUAGES = {
    liveness_messages.SessionConfig.LANGUAGE_UNSPECIFIED: Language.ENGLISH,
    liveness_messages.SessionConfig.ENGLISH: Language.ENGLISH,
    liveness_messages.SessionConfig.CHINESE: Language.CHINESE,
}
_SIDES = {Side.FRONT: document_pb2.FRONT, Side.BACK: document_pb2.BACK}
_KINDS = {kind: messages.InterviewPrompt.Kind.Value(kind.value) for kind in PromptKind}


def config_of(message: messages.AttendConfig) -> AttendConfig:
    """Return a config. Raises InvalidArgumentError and InvalidResourceNameError."""
    if bool(message.attend_token) is bool(message.resume_token):
        raise InvalidArgumentError(
            "exactly one of attend_token and resume_token is needed", field="config"
        )
    return AttendConfig(
        attend_token=_text(message.attend_token, "attend_token", MAX_TOKEN),
        resume_token=_text(message.resume_token, "resume_token", MAX_TOKEN),
        language=lookup(_LANGUAGES, message.language, "config.language"),
        camera=CameraName.parse(message.camera) if message.camera else None,
        document_by_camera=message.document_by_camera,
        accessible=message.accessible,
        camera_label=message.camera_label[:MAX_LABEL],
        request_id=request_id_of(message.request_id),
    )


def incoming_of(message: messages.AttendRequest, received_s: float) -> Incoming:
    """Return what a later message says. received_s: monotonic. Raises InvalidArgumentError."""
    match message.WhichOneof("payload"):
        case "chunk":
            return chunk_of(message.chunk, received_s)
        case "heartbeat":
            return Beat()
        case "consent":
            return Word(_consent_of(message.consent))
        case "answer":
            return Word(_answer_of(message.answer))
        case "position":
            return Word(position_of(message.position))
        case "hand_over":
            return Word(PersonWord(_text(message.hand_over.text, "hand_over.text", MAX_WISH)))
        case "config":
            raise InvalidArgumentError("the config comes once, first", field="config")
    raise InvalidArgumentError("the message is empty", field="payload")


def _consent_of(message: messages.ConsentAnswer) -> ConsentWord:
    version = _text(message.text_version, "consent.text_version", MAX_VERSION)
    return ConsentWord(version, message.accepted, message.accepted_face)


def _answer_of(message: messages.QuestionAnswer) -> AnswerWord:
    if not message.question:
        raise InvalidArgumentError("answer.question is needed", field="answer.question")
    question = _text(message.question, "answer.question", MAX_VERSION)
    return AnswerWord(question, _text(message.text, "answer.text", MAX_ANSWER))


def position_of(message: interview_pb2.ReportedPosition) -> Position:
    """Return where a client says that it is. Raises InvalidArgumentError."""
    is_whole = (
        message.HasField("latitude_deg")
        and message.HasField("longitude_deg")
        and message.HasField("accuracy_m")
    )
    # Written so that what is no number is refused as well.
    is_on_earth = abs(message.latitude_deg) <= 90 and abs(message.longitude_deg) <= 180
    if not (is_whole and is_on_earth and 0 <= message.accuracy_m <= MAX_ACCURACY_M):
        raise InvalidArgumentError(
            "a position has latitude_deg (-90 to 90), longitude_deg (-180 to 180) and accuracy_m",
            field="position",
        )
    has_time = message.HasField("position_time")
    return Position(
        message.latitude_deg,
        message.longitude_deg,
        message.accuracy_m,
        instant_of(message.position_time, "position.position_time") if has_time else None,
    )


def opened_message(
    opened: Opened, expire_time: Timestamp, steps: Sequence[State], limits: StreamLimits
) -> messages.AttendanceOpened:
    """Return what an attendance's opening says."""
    return messages.AttendanceOpened(
        participant=opened.name,
        resume_token=opened.token,
        next_sequence=opened.next_sequence,
        expire_time=expire_time,
        max_fps=limits.max_fps,
        max_chunk_bytes=limits.max_chunk_bytes,
        steps=[state_value(step) for step in steps],
        nonce=opened.nonce,
    )


def event_message(
    event: AttendEvent, written: Written, product: Product, language: Language
) -> Response:
    """Return an event as a message, its words in the participant's language."""
    match event:
        case Prompted():
            return Response(prompt=_prompt_message(event, product, language))
        case Advised():
            text = "" if event.code is None else text_of(event.code, language)
            return Response(advice=liveness_messages.Advice(code=event.code or "", text=text))
        case Progressed():
            return Response(progress=_progress_message(event))
        case Noticed():
            notice = messages.InterviewNotice(
                code=event.code, text=text_of(event.code, language), sequence=event.sequence
            )
            return Response(notice=notice)
        case Concluded():
            return Response(verdict=verdict_message(event.verdict, written.findings, written.state))
        case Recorded():
            raise AssertionError("what is written down is not said")


def _prompt_message(
    event: Prompted, product: Product, language: Language
) -> messages.InterviewPrompt:
    message = messages.InterviewPrompt(
        number=event.number,
        kind=_KINDS[event.kind],
        text=prompt_text(event, product, language),
        time_limit=None if event.limit_s is None else duration_message(event.limit_s),
    )
    if event.challenge is not None:
        message.challenge = liveness_pb2.Challenge.Value(event.challenge.value)
    if event.side is not None:
        message.side = _SIDES[event.side]
    if event.kind is PromptKind.GIVE_CONSENT:
        message.text_version = product.consent_version
    question = next((one for one in product.questions if one.id == event.question), None)
    if question is not None:
        message.question = question.id
        message.is_spoken = question.is_spoken
        message.choices.extend(in_language(one, language) for one in question.choices)
    return message


def _progress_message(event: Progressed) -> messages.InterviewProgress:
    return messages.InterviewProgress(
        state=state_value(event.state),
        done_count=event.done_count,
        step_count=event.step_count,
        share=event.share,
        attempts_left=event.attempts_left,
    )


def _text(value: str, name: str, longest: int) -> str:
    if len(value) > longest:
        raise InvalidArgumentError(f"{name} has at most {longest} characters", field=name)
    return value

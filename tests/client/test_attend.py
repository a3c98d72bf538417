"""An attendance through the client, over real gRPC, with a server that follows a script."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo  # type: ignore[import-untyped]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]

from client import ApiError, Retry, SmartBranchClient
from client.attend import AttendSession
from client.attend_ring import MAX_PICTURES, Ring
from client.attend_types import (
    AttendOptions,
    CheckOutcome,
    DocumentSide,
    InterviewOutcome,
    InterviewPrompt,
    InterviewState,
    Language,
    PromptKind,
)
from protos.smartbranch.kyc.v1 import attend_pb2 as messages
from protos.smartbranch.kyc.v1 import interview_pb2
from protos.smartbranch.media.v1.media_pb2 import Ack, MediaChunk


@dataclass
class Line:
    """One connection, as a script sees it."""

    requests: AsyncIterator[messages.AttendRequest]
    context: Any
    config: messages.AttendConfig = field(default_factory=messages.AttendConfig)
    chunks: list[MediaChunk] = field(default_factory=list)
    answers: list[messages.AttendRequest] = field(default_factory=list)

    async def open(self, next_sequence: int, token: str) -> None:
        self.config = (await anext(self.requests)).config
        opened = messages.AttendanceOpened(
            participant="tenants/default/interviews/one/participants/p1",
            resume_token=token,
            next_sequence=next_sequence,
            max_fps=15,
            max_chunk_bytes=1 << 20,
            steps=[interview_pb2.CONSENT, interview_pb2.DOCUMENT],
        )
        await self.context.write(messages.AttendResponse(opened=opened))

    async def prompt(self, **fields: Any) -> None:
        prompt = messages.InterviewPrompt(number=1, text="please", **fields)
        await self.context.write(messages.AttendResponse(prompt=prompt))

    async def take(self, chunks: int = 0, answers: int = 0) -> None:
        """Take in until as many chunks and answers are here."""
        while len(self.chunks) < chunks or len(self.answers) < answers:
            request = await anext(self.requests)
            kind = request.WhichOneof("payload")
            if kind == "chunk":
                self.chunks.append(request.chunk)
            elif kind != "heartbeat":
                self.answers.append(request)

    async def acknowledge(self, sequence: int) -> None:
        await self.context.write(messages.AttendResponse(ack=Ack(sequence=sequence)))

    async def decide(self) -> None:
        verdict = interview_pb2.InterviewVerdict(
            outcome=interview_pb2.InterviewVerdict.REFUSED, state=interview_pb2.REVIEW
        )
        verdict.reasons.add(code="DOCUMENT_INVALID", text="the document contradicts itself")
        verdict.checks.add(name="document", outcome=interview_pb2.FAILED)
        await self.context.write(messages.AttendResponse(verdict=verdict))

    async def lose(self) -> None:
        await self.context.abort(grpc.StatusCode.UNAVAILABLE, "gone")

    async def refuse(self, code: grpc.StatusCode) -> None:
        self.config = (await anext(self.requests)).config
        await self.context.abort(code, "no")


Script = Callable[[Line], Awaitable[None]]


class Scripted:
    """Follows one script for each connection."""

    def __init__(self) -> None:
        self.scripts: list[Script] = []
        self.lines: list[Line] = []
        self.address = ""

    async def attend(self, requests: AsyncIterator[messages.AttendRequest], context: Any) -> None:
        line = Line(requests, context)
        self.lines.append(line)
        await self.scripts[len(self.lines) - 1](line)


@pytest.fixture
async def scripted() -> AsyncIterator[Scripted]:
    made, server = Scripted(), grpc.aio.server()
    handler = grpc.stream_stream_rpc_method_handler(
        made.attend,
        request_deserializer=messages.AttendRequest.FromString,
        response_serializer=messages.AttendResponse.SerializeToString,
    )
    service = "smartbranch.kyc.v1.InterviewService"
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(service, {"Attend": handler}),)
    )
    made.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    yield made
    await server.stop(None)


@pytest.fixture
async def app(scripted: Scripted) -> AsyncIterator[SmartBranchClient]:
    async with SmartBranchClient(scripted.address, retry=Retry(4, 0.02)) as client:
        yield client


OPTIONS = AttendOptions(attend_token="secret", language=Language.CHINESE, camera_label="Front")
Doing = Callable[[AttendSession, InterviewPrompt], object]


async def run_through(session: AttendSession, on_prompt: Doing = lambda *_: None) -> None:
    async with session as run:
        async for event in run:
            if isinstance(event, InterviewPrompt):
                on_prompt(run, event)


async def test_prompts_are_answered_and_one_verdict_comes_last(
    app: SmartBranchClient, scripted: Scripted
) -> None:
    async def script(line: Line) -> None:
        await line.open(1, "r1")
        await line.prompt(kind=messages.InterviewPrompt.GIVE_CONSENT, text_version="7")
        await line.take(answers=1)
        await line.prompt(kind=messages.InterviewPrompt.SHOW_DOCUMENT, side=1)
        await line.take(chunks=3)
        await line.acknowledge(3)
        await line.decide()

    def answer(run: AttendSession, prompt: InterviewPrompt) -> None:
        if prompt.kind is PromptKind.GIVE_CONSENT:
            run.consent(prompt.text_version, accepted=True, accepted_face=False)
        else:
            assert prompt.side is not None
            assert run.show_document(prompt.side, b"card")
            assert run.send_picture(b"jpeg", pts_s=1.5)
            assert run.send_sound(b"pcm!")

    scripted.scripts = [script]
    session = app.attend(OPTIONS)
    assert not session.send_picture(b"too early")
    assert not session.show_document(DocumentSide.FRONT, b"too early")
    await run_through(session, answer)
    (line,) = scripted.lines
    assert (line.config.attend_token, line.config.resume_token) == ("secret", "")
    assert line.config.camera_label == "Front"
    consent = line.answers[0].consent
    assert (consent.text_version, consent.accepted, consent.accepted_face) == ("7", True, False)
    tracks = [(chunk.sequence, chunk.track) for chunk in line.chunks]
    assert tracks == [(1, "document_front"), (2, "camera"), (3, "microphone")]
    assert session.acknowledged == 3
    assert session.verdict is not None
    assert session.verdict.outcome is InterviewOutcome.REFUSED
    assert session.verdict.state is InterviewState.REVIEW
    assert session.verdict.checks[0].outcome is CheckOutcome.FAILED
    assert "secret" not in repr(OPTIONS)


async def test_what_was_not_acknowledged_is_sent_again_after_a_lost_connection(
    app: SmartBranchClient, scripted: Scripted
) -> None:
    async def first(line: Line) -> None:
        await line.open(1, "r1")
        await line.prompt(kind=messages.InterviewPrompt.FACE_CAMERA)
        await line.take(chunks=4, answers=1)
        await line.acknowledge(1)
        await line.lose()

    async def second(line: Line) -> None:
        await line.open(3, "r2")
        await line.take(chunks=2, answers=1)
        await line.decide()

    def film(run: AttendSession, _: InterviewPrompt) -> None:
        for number in range(4):
            assert run.send_picture(bytes([number]))
        run.locate(31.2, 121.5, 20.0)

    scripted.scripts = [first, second]
    session = app.attend(OPTIONS)
    await run_through(session, film)
    again = scripted.lines[1]
    assert (again.config.attend_token, again.config.resume_token) == ("", "r1")
    assert [(chunk.sequence, chunk.data) for chunk in again.chunks] == [(3, b"\2"), (4, b"\3")]
    # Nobody asks for the position a second time.
    assert again.answers[0].position.latitude_deg == 31.2
    assert (session.return_count, session.resume_token) == (1, "r2")


async def test_a_return_whose_answer_was_lost_comes_in_by_the_first_token(
    app: SmartBranchClient, scripted: Scripted
) -> None:
    """A resume token is good once; one that was used up for nothing locked the client out."""

    async def first(line: Line) -> None:
        await line.open(1, "r1")
        await line.prompt(kind=messages.InterviewPrompt.FACE_CAMERA)
        await line.lose()

    async def used(line: Line) -> None:
        line.config = (await anext(line.requests)).config
        await refuse_with(line.context, "ATTEND_TOKEN_INVALID", grpc.StatusCode.UNAUTHENTICATED)

    async def still_there(line: Line) -> None:
        line.config = (await anext(line.requests)).config
        await refuse_with(line.context, "ALREADY_ATTENDING", grpc.StatusCode.FAILED_PRECONDITION)

    async def last(line: Line) -> None:
        await line.open(1, "r3")
        await line.decide()

    scripted.scripts = [first, used, still_there, last]
    session = app.attend(OPTIONS)
    await run_through(session)
    assert session.verdict is not None
    tokens = [(line.config.attend_token, line.config.resume_token) for line in scripted.lines]
    assert tokens == [("secret", ""), ("", "r1"), ("secret", ""), ("secret", "")]


async def test_another_client_goes_on_with_the_token_of_the_first(
    app: SmartBranchClient, scripted: Scripted
) -> None:
    async def script(line: Line) -> None:
        await line.open(57, "r2")
        await line.prompt(kind=messages.InterviewPrompt.FACE_CAMERA)
        await line.take(chunks=1)
        await line.decide()

    scripted.scripts = [script]
    session = app.attend(AttendOptions(resume_token="r1"))
    await run_through(session, lambda run, _: run.send_picture(b"jpeg"))
    (line,) = scripted.lines
    assert line.config.resume_token == "r1"
    assert line.chunks[0].sequence == 57


@pytest.mark.parametrize(
    "code", [grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.FAILED_PRECONDITION]
)
async def test_a_refusal_is_an_api_error(
    app: SmartBranchClient, scripted: Scripted, code: grpc.StatusCode
) -> None:
    async def script(line: Line) -> None:
        await line.refuse(code)

    scripted.scripts = [script]
    with pytest.raises(ApiError) as caught:
        await run_through(app.attend(OPTIONS))
    assert caught.value.code == code.name


async def test_leaving_keeps_what_leads_back(app: SmartBranchClient, scripted: Scripted) -> None:
    async def script(line: Line) -> None:
        await line.open(1, "r1")
        await line.prompt(kind=messages.InterviewPrompt.WAIT)
        await line.take(answers=1)

    scripted.scripts = [script]
    async with app.attend(OPTIONS) as run:
        async for event in run:
            if isinstance(event, InterviewPrompt):
                break
    assert run.verdict is None
    assert run.resume_token == "r1"


def picture(track: str = "camera", size: int = 1) -> MediaChunk:
    return MediaChunk(track=track, data=bytes(size))


def test_a_ring_is_bounded_by_kind_so_that_pictures_leave_room_for_sound() -> None:
    ring = Ring()
    taken = [ring.put(picture()) for _ in range(MAX_PICTURES + 5)]
    assert sum(taken) == MAX_PICTURES
    assert ring.put(picture("microphone"))
    ring.acknowledge(3)
    assert ring.put(picture())


def test_a_ring_begins_again_where_the_server_wants_it() -> None:
    ring = Ring()
    for _ in range(5):
        ring.put(picture())
    written = [chunk.sequence for chunk in iter(ring.next, None)]
    assert written == [1, 2, 3, 4, 5]
    ring.restart(4)
    written = [chunk.sequence for chunk in iter(ring.next, None)]
    assert written == [4, 5]
    ring.restart(6)
    ring.put(picture())
    written = [chunk.sequence for chunk in iter(ring.next, None)]
    assert written == [6]


async def refuse_with(context: Any, reason: str, code: grpc.StatusCode) -> None:
    """Refuse as the server does: with a status that says why."""
    status = Status(code=code.value[0], message="no")
    status.details.add().Pack(ErrorInfo(reason=reason, domain="smartbranch"))
    metadata = (("grpc-status-details-bin", status.SerializeToString()),)
    await context.abort(code, "no", metadata)

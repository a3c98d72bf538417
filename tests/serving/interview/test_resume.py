"""Attendances with a real server process: what it refuses, and what outlives its death."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from protos.smartbranch.kyc.v1 import attend_pb2 as messages
from protos.smartbranch.kyc.v1 import interview_pb2
from protos.smartbranch.kyc.v1 import interview_service_pb2 as calls
from protos.smartbranch.kyc.v1.interview_service_pb2_grpc import InterviewServiceStub
from protos.smartbranch.media.v1 import media_pb2
from tests.support.attending import SOUND
from tests.support.grpc_attendances import (
    AGREED,
    Line,
    MortalServer,
    Request,
    answer,
    chunk,
    open_case,
)
from tests.support.server import ServerProcess

pytestmark = pytest.mark.timed

MIB = 2**20


@pytest.fixture
async def stub(mortal: ServerProcess) -> AsyncIterator[Any]:
    options = [("grpc.max_send_message_length", 200 * MIB)]
    async with grpc.aio.insecure_channel(mortal.grpc, options=options) as channel:
        yield InterviewServiceStub(channel)


async def test_a_killed_server_goes_on_behind_what_it_acknowledged_and_repeats_no_step(
    mortal: MortalServer,
) -> None:
    async with grpc.aio.insecure_channel(mortal.grpc) as channel:
        stub: Any = InterviewServiceStub(channel)
        case = await open_case(stub)
        line = Line(stub)
        opened = await line.open(attend_token=case.accesses[0].attend_token)
        await line.send(*(chunk(number) for number in range(1, 11)), AGREED)
        await line.asked("first")
        await line.send(answer("first"))
        await line.asked("second")
        await line.send(*(chunk(number) for number in range(11, 41)))
        await line.acknowledged(11)
        mortal.die()
        line.hang_up()
    mortal.rise()
    async with grpc.aio.insecure_channel(mortal.grpc) as channel:
        stub = InterviewServiceStub(channel)
        again = Line(stub)
        reopened = await again.open(resume_token=opened.resume_token)
        assert line.last_ack < reopened.next_sequence <= 41
        await again.asked("second")
        await again.send(*(chunk(number) for number in range(reopened.next_sequence, 46)))
        await again.acknowledged(45)
        await again.send(answer("second"))
        verdict = (await again.until(lambda one: one.HasField("verdict"))).verdict
        assert await again.ends_with() == "OK"
        assert "GIVE_CONSENT" not in again.prompts
        assert verdict.state == interview_pb2.REVIEW
        request = calls.GetInterviewRequest(name=case.interview.name)
        person = (await stub.GetInterview(request)).interview.participants[0]
    assert person.recorded_count == 45
    assert len(person.consents) == 1
    assert [one.question for one in person.questions] == ["first", "second"]
    assert not person.is_attending


async def test_participants_of_one_case_attend_at_once_and_each_alone(stub: Any) -> None:
    case = await open_case(stub, "CUSTOMER", "SPOUSE")
    lines = [Line(stub), Line(stub)]
    for line, access in zip(lines, case.accesses, strict=True):
        await line.open(attend_token=access.attend_token)
    second = Line(stub)
    await second.send(config(attend_token=case.accesses[0].attend_token))
    assert await second.ends_with() == "ALREADY_ATTENDING"
    for line in lines:
        await line.send(chunk(1))
        await line.acknowledged(1)
        line.hang_up()


async def test_a_resume_token_takes_over_and_an_attend_token_goes_on_where_nobody_is(
    stub: Any,
) -> None:
    case = await open_case(stub)
    token = case.accesses[0].attend_token
    first, second, third = Line(stub), Line(stub), Line(stub)
    opened = await first.open(attend_token=token)
    await first.send(chunk(1))
    await first.acknowledged(1)
    assert (await second.open(resume_token=opened.resume_token)).next_sequence == 2
    assert await first.ends_with() == "SESSION_TAKEN_OVER"
    await second.send(chunk(2))
    await second.acknowledged(2)
    await second._call.done_writing()
    assert await second.ends_with() == "ATTENDANCE_UNFINISHED"
    assert (await third.open(attend_token=token)).next_sequence == 3
    third.hang_up()


def config(**fields: Any) -> Request:
    return Request(config=messages.AttendConfig(**fields))


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (chunk(1), "ARGUMENT_INVALID"),
        (config(), "ARGUMENT_INVALID"),
        (config(attend_token="a", resume_token="b"), "ARGUMENT_INVALID"),
        (config(attend_token="wrong"), "ATTEND_TOKEN_INVALID"),
        (config(resume_token="wrong"), "ATTEND_TOKEN_INVALID"),
    ],
    ids=["frame before config", "no token", "both tokens", "wrong token", "wrong resume token"],
)
async def test_nobody_comes_in_but_by_one_token(stub: Any, first: Request, reason: str) -> None:
    line = Line(stub)
    await line.send(first)
    assert await line.ends_with() == reason


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (config(attend_token="again"), "ARGUMENT_INVALID"),
        (chunk(1, codec=media_pb2.MediaChunk.H264), "ARGUMENT_INVALID"),
        (chunk(7), "SEQUENCE_GAP"),
        (chunk(1, b"x" * (9 * MIB)), "MESSAGE_TOO_LARGE"),
        (chunk(1, b"x" * (100 * MIB)), "MESSAGE_TOO_LARGE"),
        (chunk(1, SOUND, track="screen"), "ARGUMENT_INVALID"),
        (Request(position=interview_pb2.ReportedPosition(latitude_deg=1)), "ARGUMENT_INVALID"),
        (Request(), "ARGUMENT_INVALID"),
    ],
    ids=["config twice", "codec", "gap", "9 MB", "100 MB", "track", "position", "empty"],
)
async def test_an_odd_message_ends_the_connection_and_leaves_the_case_intact(
    stub: Any, odd: Request, reason: str
) -> None:
    case = await open_case(stub)
    line = Line(stub)
    opened = await line.open(attend_token=case.accesses[0].attend_token)
    await line.send(odd)
    assert await line.ends_with() == reason
    again = Line(stub)
    assert (await again.open(resume_token=opened.resume_token)).next_sequence == 1
    await again.send(chunk(1), AGREED)
    await again.asked("first")
    again.hang_up()


async def test_a_silent_client_has_gone_and_may_come_back(stub: Any) -> None:
    case = await open_case(stub)
    line = Line(stub)
    opened = await line.open(attend_token=case.accesses[0].attend_token)
    assert await line.ends_with() == "DEADLINE_EXCEEDED"
    again = Line(stub)
    await again.open(resume_token=opened.resume_token)
    again.hang_up()


async def test_whoever_is_done_has_nothing_left_to_attend(stub: Any) -> None:
    case = await open_case(stub)
    token = case.accesses[0].attend_token
    line = Line(stub)
    await line.open(attend_token=token)
    await line.send(chunk(1))
    await line.send(Request(hand_over=messages.HandOverWish(text="please")))
    verdict = (await line.until(lambda one: one.HasField("verdict"))).verdict
    assert verdict.state == interview_pb2.REVIEW
    again = Line(stub)
    await again.send(config(attend_token=token))
    assert await again.ends_with() == "INTERVIEW_CLOSED"


async def test_a_camera_that_is_not_there_is_told_and_the_attendance_goes_on_without(
    stub: Any,
) -> None:
    case = await open_case(stub)
    token = case.accesses[0].attend_token
    line = Line(stub)
    await line.open(attend_token=token, camera="tenants/default/devices/box/cameras/desk")
    assert await line.ends_with() == "CAMERA_OFFLINE"
    again = Line(stub)
    await again.open(attend_token=token)
    again.hang_up()


async def test_a_browser_attends_by_the_same_messages(mortal: ServerProcess, stub: Any) -> None:
    case = await open_case(stub)
    url = f"ws://{mortal.http}/v1/interviews:attend"
    async with connect(url, subprotocols=[Subprotocol("smartbranch.v1")]) as socket:
        await socket.send(config(attend_token=case.accesses[0].attend_token).SerializeToString())
        first = await read(socket)
        assert first.opened.participant == case.accesses[0].participant
        await socket.send(chunk(1).SerializeToString())
        while (await read(socket)).ack.sequence < 1:
            pass
        await socket.send("no message")
        while isinstance(last := await socket.recv(), bytes):
            pass
    assert "ARGUMENT_INVALID" in last


async def read(socket: ClientConnection) -> messages.AttendResponse:
    data = await socket.recv()
    assert isinstance(data, bytes), data
    return messages.AttendResponse.FromString(data)

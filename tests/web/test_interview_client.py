"""The Python client beside the page, against the same real server."""

import grpc

from client import SmartBranchClient
from client.attend import AttendSession
from client.attend_types import (
    Attended,
    AttendOptions,
    InterviewPrompt,
    InterviewState,
    InterviewVerdict,
    PromptKind,
)
from media.image import ImageRGB
from media.pictures import encode_jpeg
from tests.support.invitations import Stub, invite
from tests.support.server import ServerProcess


async def test_the_client_goes_on_behind_what_is_recorded_and_asks_for_a_person(
    server: ServerProcess, astronaut: ImageRGB
) -> None:
    async def film(run: AttendSession) -> None:
        """Agree, and send pictures until some are recorded."""
        async for event in run:
            if isinstance(event, InterviewPrompt) and event.kind is PromptKind.GIVE_CONSENT:
                run.consent(event.text_version, accepted=True, accepted_face=True)
            if isinstance(event, InterviewPrompt) and event.kind is PromptKind.FACE_CAMERA:
                break
        for _ in range(5):
            assert run.send_picture(encode_jpeg(astronaut))
        async for _ in run:
            if run.acknowledged >= 5:
                break

    async def attend_twice(token: str) -> tuple[int, InterviewVerdict | None]:
        async with SmartBranchClient(server.grpc) as client:
            async with client.attend(AttendOptions(attend_token=token)) as first:
                await film(first)
            assert first.verdict is None
            options = AttendOptions(resume_token=first.resume_token)
            async with client.attend(options) as second:
                async for event in second:
                    if isinstance(event, Attended):
                        recorded = second.acknowledged
                        second.ask_for_person("my hands are full")
        return recorded, second.verdict

    with grpc.insecure_channel(server.grpc) as channel:
        (access,) = invite(Stub(channel)).accesses
    recorded, verdict = await attend_twice(access.attend_token)
    assert recorded == 5
    assert verdict is not None
    assert verdict.state is InterviewState.REVIEW
    assert verdict.reasons[0].code == "ASKED_FOR_PERSON"

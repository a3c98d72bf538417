"""A whole session through the client, over real gRPC, with a judge that follows a script."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from client import ApiError, Retry, SmartBranchClient
from client.liveness import LivenessRun
from client.liveness_types import (
    Advice,
    Challenge,
    ChallengeState,
    Language,
    LivenessOutcome,
    Notice,
    Opened,
    Progress,
    Prompt,
    Verdict,
)
from liveness.outcome import LivenessOutcome as ServerOutcome
from protos.smartbranch.liveness.v1 import liveness_service_pb2 as messages
from protos.smartbranch.liveness.v1 import liveness_service_pb2_grpc
from tests.support.liveness import InProcessServer, serving_scripted

QUICK: dict[str, Any] = {"session_resume_s": 5.0, "session_heartbeat_s": 0.3}


@pytest.fixture
async def scripted(tmp_path: Path) -> AsyncIterator[InProcessServer]:
    async with serving_scripted(tmp_path, **QUICK) as server:
        yield server


@pytest.fixture
async def app(scripted: InProcessServer) -> AsyncIterator[SmartBranchClient]:
    async with SmartBranchClient(scripted.grpc, retry=Retry(4, 0.02)) as client:
        yield client


async def film(run: LivenessRun, picture: bytes) -> None:
    """Be a camera of twelve pictures a second."""
    pts_s = 0.0
    while True:
        run.send(picture, pts_s=pts_s)
        pts_s += 0.08
        await asyncio.sleep(0.08)


async def run_through(session: LivenessRun) -> None:
    async with session as run:
        async for _ in run:
            pass


async def test_a_session_gives_prompts_and_one_verdict(
    app: SmartBranchClient, scripted: InProcessServer, portrait: bytes
) -> None:
    async with app.run_liveness(person="c-17", challenge_count=2, language=Language.CHINESE) as run:
        filming = asyncio.create_task(film(run, portrait))
        events = [event async for event in run]
        filming.cancel()
    first = events[0]
    assert isinstance(first, Opened)
    assert first.session.startswith("tenants/default/livenessSessions/")
    assert not first.is_return
    prompts = [event for event in events if isinstance(event, Prompt)]
    assert [prompt.number for prompt in prompts] == [1, 2]
    assert prompts[0].challenge is Challenge.BLINK
    assert prompts[0].time_limit_s == 5.0
    assert {Advice, Notice, Progress} <= {type(event) for event in events}
    verdict = events[-1]
    assert isinstance(verdict, Verdict)
    assert verdict is run.verdict
    assert verdict.decision.outcome is LivenessOutcome.LIVE
    assert verdict.decision.signals[1].score is None
    assert [result.state for result in verdict.challenges] == [ChallengeState.PASSED] * 2
    assert verdict.challenges[0].response_s == pytest.approx(0.4)
    assert scripted.house.rows()[0].person == "c-17"


async def test_a_lost_connection_is_mended_without_a_word(
    app: SmartBranchClient, scripted: InProcessServer, portrait: bytes
) -> None:
    async with Breaking(scripted.grpc) as breaking:
        async with SmartBranchClient(breaking.address, retry=Retry(4, 0.02)) as client:
            async with client.run_liveness(challenge_count=2) as run:
                filming = asyncio.create_task(film(run, portrait))
                events = []
                async for event in run:
                    events.append(event)
                    if isinstance(event, Prompt) and event.number == 2 and not run.return_count:
                        breaking.cut()
                filming.cancel()
    # A machine that is very busy can lose it once more.
    first, *returns = [event.is_return for event in events if isinstance(event, Opened)]
    assert not first
    assert returns == [True] * run.return_count != []
    assert run.verdict is not None
    assert run.verdict.decision.outcome is LivenessOutcome.LIVE
    (row,) = scripted.house.rows()
    assert (row.outcome, row.resumed_count) == ("LIVE", run.return_count)


async def test_leaving_early_ends_the_session(
    app: SmartBranchClient, scripted: InProcessServer
) -> None:
    async with app.run_liveness() as run:
        async for event in run:
            if isinstance(event, Prompt):
                break
    (row,) = scripted.house.rows()
    assert row.outcome == "INCONCLUSIVE"
    assert run.verdict is not None
    assert run.verdict.decision.reasons[0].code == "SESSION_ABANDONED"


async def test_a_camera_that_is_too_fast_for_the_line_drops_pictures(
    app: SmartBranchClient, portrait: bytes
) -> None:
    async with app.run_liveness() as run:
        assert not run.send(portrait)
        async for event in run:
            if isinstance(event, Prompt):
                break
        for _ in range(200):
            run.send(portrait)
        assert run.dropped_count >= 100


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"challenge_count": 0}, "ARGUMENT_INVALID"), ({"person": "?"}, "RESOURCE_NAME_INVALID")],
    ids=["zero challenges", "person"],
)
async def test_a_refusal_is_an_api_error(
    app: SmartBranchClient, options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ApiError) as caught:
        await run_through(app.run_liveness(**options))
    assert caught.value.reason == reason


async def test_a_server_that_is_not_there_is_told_soon() -> None:
    async with SmartBranchClient("127.0.0.1:1", retry=Retry(2, 0.01)) as client:
        with pytest.raises(ApiError) as caught:
            await run_through(client.run_liveness())
    assert caught.value.is_unavailable


async def test_a_spoof_is_an_answer_and_no_error(
    app: SmartBranchClient, scripted: InProcessServer, portrait: bytes
) -> None:
    scripted.house.judge.ending = ServerOutcome.SPOOF
    async with app.run_liveness(challenge_count=1) as run:
        filming = asyncio.create_task(film(run, portrait))
        async for _ in run:
            pass
        filming.cancel()
    assert run.verdict is not None
    assert run.verdict.decision.outcome is LivenessOutcome.SPOOF


class Breaking:
    """A line to a server that a test cuts; it lets the next connection through."""

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = host, int(port)
        self._ends: list[asyncio.StreamWriter] = []
        self._pumps: list[asyncio.Task[None]] = []
        self.address = ""

    async def __aenter__(self) -> "Breaking":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        self._server.close()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def cut(self) -> None:
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._target)
        self._ends += [writer, back]
        self._pumps += [
            asyncio.create_task(_pump(reader, back)),
            asyncio.create_task(_pump(there, writer)),
        ]


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


class CutOffOnce(liveness_service_pb2_grpc.LivenessServiceServicer):
    """Ends the first call as gRPC does when a write meets a call that has just ended."""

    def __init__(self) -> None:
        self.call_count = 0

    async def CheckImage(self, request: Any, context: Any) -> Any:
        raise NotImplementedError

    async def RunSession(
        self, requests: AsyncIterator[messages.RunSessionRequest], context: Any
    ) -> AsyncIterator[messages.RunSessionResponse]:
        self.call_count += 1
        yield messages.RunSessionResponse(
            opened=messages.SessionOpened(next_sequence=1, resume_token="t")
        )
        if self.call_count == 1:
            await context.abort(grpc.StatusCode.INTERNAL, "Internal error from Core")
        yield messages.RunSessionResponse(verdict=messages.SessionVerdict(frame_count=3))


async def test_a_write_that_meets_the_end_of_its_call_is_a_lost_connection() -> None:
    """The client gave up with INTERNAL, whatever had ended the call."""
    servicer, server = CutOffOnce(), grpc.aio.server()
    liveness_service_pb2_grpc.add_LivenessServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with SmartBranchClient(f"127.0.0.1:{port}", retry=Retry(4, 0.02)) as client:
        session = client.run_liveness()
        await run_through(session)
    await server.stop(None)
    # A verdict that is lost on its way in the same manner is told again.
    assert servicer.call_count >= 2
    assert session.verdict is not None

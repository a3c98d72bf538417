"""A person on a clip, over real gRPC in real time, looked at and judged by the real models."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from client import SmartBranchClient
from client.liveness_types import ChallengeState, LivenessOutcome, Opened, Verdict
from liveness.events import Challenge
from liveness.plan import SessionPlan
from liveness.session import LivenessSession
from media.clips import read_frames
from media.pictures import encode_jpeg
from serving.open_models import OpenModels, open_models
from serving.settings import load_settings
from tests.support.liveness import InProcessServer, serving_scripted
from tests.support.scripted_sessions import KnownDraw
from tests.support.server import write_settings

pytestmark = [pytest.mark.shared, pytest.mark.timed]
CLIP, END_S, PAUSE_S = "talking/head_motion/d6.mp4", 7.0, 0.7
FPS = 15.0


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenModels]:
    with open_models(load_settings(write_settings(tmp_path_factory.mktemp("models")))) as models:
        models.warm_up()
        yield models


class KnownJudge:
    """Asks for one challenge that a test knows; everything else is as it is."""

    def __init__(self, models: OpenModels, challenge: Challenge) -> None:
        self._models = models
        self._challenge = challenge

    def open_session(self, plan: SessionPlan) -> LivenessSession:
        draw = KnownDraw([self._challenge], [PAUSE_S])
        one_try = SessionPlan(1, retry_count=0, move_limit_s=5.0)
        return self._models.liveness.open_session(one_try, draw)


def install(server: InProcessServer, models: OpenModels, challenge: Challenge) -> None:
    house = server.house
    house.facts = models.facts
    house.liveness._judge = KnownJudge(models, challenge)  # type: ignore[assignment]
    house.liveness._open_analyzer = models.vision.open_analyzer


async def play(server: InProcessServer, clip: Path) -> Verdict:
    frames = [
        (frame.received_monotonic_s, encode_jpeg(frame.image, 90))
        for frame in read_frames(clip, target_fps=FPS)
        if frame.received_monotonic_s <= END_S
    ]
    loop = asyncio.get_running_loop()
    async with SmartBranchClient(server.grpc) as client, client.run_liveness() as run:

        async def film() -> None:
            started_s = loop.time()
            for at_s, picture in frames:
                await asyncio.sleep(max(0.0, started_s + at_s - loop.time()))
                run.send(picture, pts_s=at_s)
            run.leave()

        filming: asyncio.Task[None] | None = None
        async for event in run:
            if isinstance(event, Opened):
                filming = asyncio.create_task(film())
        assert filming is not None
        filming.cancel()
        assert run.verdict is not None
        return run.verdict


@pytest.mark.parametrize(
    ("asked", "is_made"),
    [(Challenge.OPEN_MOUTH, True), (Challenge.TURN_RIGHT, False)],
    ids=["made", "not made"],
)
async def test_who_makes_the_move_passes_and_who_does_not_fails(
    tmp_path: Path, models: OpenModels, shared_data: Path, asked: Challenge, is_made: bool
) -> None:
    async with serving_scripted(tmp_path) as server:
        install(server, models, asked)
        verdict = await play(server, shared_data / CLIP)
        (row,) = server.house.rows()
    (result,) = verdict.challenges
    assert (result.state is ChallengeState.PASSED) == is_made
    assert (verdict.decision.outcome is LivenessOutcome.LIVE) == is_made
    assert row.outcome == verdict.decision.outcome.value
    assert verdict.frame_count >= 40

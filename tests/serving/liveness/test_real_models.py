"""The real models behind the real server: pictures, and sessions that must not pass."""

import asyncio
import itertools
from collections.abc import Iterator

import httpx
import pytest

from client import ApiError, SmartBranchClient
from client.liveness_types import Advice, LivenessOutcome, Opened, Verdict
from client.types import Selection
from tests.support.server import ServerProcess

pytestmark = pytest.mark.timed

CAMERA_FPS = 12.0


async def play(
    client: SmartBranchClient, pictures: Iterator[bytes], until: type = Verdict
) -> tuple[list[object], Verdict]:
    """Run a session with a camera that shows these pictures, until an event of a kind."""
    events: list[object] = []
    async with client.run_liveness(challenge_count=1) as run:

        async def film() -> None:
            for number, picture in enumerate(pictures):
                run.send(picture, pts_s=number / CAMERA_FPS)
                await asyncio.sleep(1 / CAMERA_FPS)

        filming: asyncio.Task[None] | None = None
        async for event in run:
            events.append(event)
            if isinstance(event, Opened):
                filming = asyncio.create_task(film())
            if isinstance(event, until):
                break
        assert filming is not None
        filming.cancel()
    assert run.verdict is not None
    return events, run.verdict


async def test_a_picture_is_judged_with_reasons_and_error_rates(
    client: SmartBranchClient, portrait: bytes
) -> None:
    check = await client.check_liveness(portrait, request_id="check-1")
    assert check.decision.outcome is not LivenessOutcome.SPOOF
    assert check.decision.reasons[0].text
    assert 0 <= (check.decision.live_score or 0) <= 1
    assert 0 < check.decision.operating_point.max_apcer < 1
    assert check.decision.operating_point.data
    (model,) = check.decision.models
    assert (model.model_id, model.terms) == ("pad-texture", "RESEARCH")
    assert [signal.name for signal in check.decision.signals] == ["passive_texture"]
    assert check.face.quality.score > 0


@pytest.mark.parametrize(
    ("name", "selection", "reason"),
    [
        ("scenery", Selection.SINGLE, "NO_FACE"),
        ("table_photograph", Selection.SINGLE, "SEVERAL_FACES"),
        ("table_photograph", Selection.LARGEST, None),
    ],
)
async def test_a_picture_must_say_who_is_meant(
    client: SmartBranchClient,
    request: pytest.FixtureRequest,
    name: str,
    selection: Selection,
    reason: str | None,
) -> None:
    picture: bytes = request.getfixturevalue(name)
    if reason is None:
        await client.check_liveness(picture, selection=selection)
        return
    with pytest.raises(ApiError) as caught:
        await client.check_liveness(picture, selection=selection)
    assert caught.value.reason == reason


async def test_pages_get_the_same_answer_as_json(
    server: ServerProcess, client: SmartBranchClient, portrait: bytes
) -> None:
    files = {"picture": ("a.jpg", portrait)}
    async with httpx.AsyncClient(base_url=f"http://{server.http}") as browser:
        answer = (await browser.post("/v1/liveness:check", files=files)).json()
        refused = await browser.post("/v1/liveness:check", files={"picture": ("a.jpg", b"text")})
    check = await client.check_liveness(portrait)
    assert answer["decision"] == check.decision.outcome.value
    assert answer["live_score"] == pytest.approx(check.decision.live_score)
    assert {"code", "text"} == set(answer["reasons"][0])
    assert {"name", "llr", "score"} <= set(answer["signals"][0])
    assert answer["models"][0]["id"] == "pad-texture"
    assert len(answer["face"]["landmarks"]) == 5
    assert (refused.status_code, refused.json()["error"]["reason"]) == (400, "PICTURE_UNSUPPORTED")


async def test_a_still_picture_is_no_living_person(
    client: SmartBranchClient, portrait: bytes
) -> None:
    _, verdict = await play(client, itertools.repeat(portrait))
    assert verdict.decision.outcome is not LivenessOutcome.LIVE
    assert verdict.decision.reasons[0].code == "FRAMES_REPEATED"
    assert verdict.frame_count >= 3


async def test_without_a_face_there_is_advice_and_no_pass(
    client: SmartBranchClient, scenery: bytes
) -> None:
    events, verdict = await play(client, itertools.repeat(scenery), until=Advice)
    assert isinstance(events[-1], Advice)
    assert events[-1].code == "SHOW_FACE"
    assert verdict.decision.outcome is LivenessOutcome.INCONCLUSIVE


async def test_health_and_readiness_name_liveness(
    server: ServerProcess, client: SmartBranchClient
) -> None:
    assert await client.is_serving("smartbranch.liveness.v1.LivenessService")
    async with httpx.AsyncClient() as browser:
        ready = (await browser.get(f"http://{server.http}/readyz")).json()
    ids = {model["id"] for model in ready["models"]}
    assert {"retinaface-mnet025", "mobilefacenet-fr", "pad-texture", "face-landmarker"} <= ids

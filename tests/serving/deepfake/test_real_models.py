"""The real models behind the real server: a picture and a clip, by way of the client and HTTP."""

import asyncio
from pathlib import Path

import httpx
import pytest

from client import ApiError, SmartBranchClient
from client.deepfake_types import ForgeryOutcome
from media.image import ImageRGB
from tests.support.clips import make_clip
from tests.support.server import ServerProcess

pytestmark = pytest.mark.timed


async def test_a_picture_is_judged_with_reasons_error_rates_and_a_map(
    client: SmartBranchClient, portrait: bytes
) -> None:
    found = await client.check_deepfake_image(portrait, wants_heat_map=True)
    decision = found.decision
    assert decision.reasons[0].text
    assert 0 <= (decision.fake_score or 0) <= 1
    assert 0 < decision.operating_point.max_false_alarm_rate < 1
    assert [model.model_id for model in decision.models] == ["forgery-blend"]
    assert "frame_forgery" in {signal.name for signal in decision.signals}
    assert decision.heat_map is not None
    x1, y1, x2, y2 = found.face.box_xyxy
    left, top, right, bottom = decision.heat_map.window_xyxy
    assert left < (x1 + x2) / 2 < right
    assert top < (y1 + y2) / 2 < bottom


async def test_a_picture_without_a_face_is_refused(
    client: SmartBranchClient, scenery: bytes, table_photograph: bytes
) -> None:
    reasons = []
    for picture in (scenery, table_photograph):
        with pytest.raises(ApiError) as caught:
            await client.check_deepfake_image(picture)
        reasons.append(caught.value.reason)
    assert reasons == ["NO_FACE", "SEVERAL_FACES"]


async def test_a_clip_of_a_still_picture_is_no_genuine_clip(
    client: SmartBranchClient, server: ServerProcess, astronaut: ImageRGB, tmp_path: Path
) -> None:
    path = tmp_path / "still.mp4"
    path.write_bytes(make_clip(pictures=[astronaut] * 30, tone_s=1.0))
    found = await client.check_clip_file(path)
    assert found.decision.outcome is not ForgeryOutcome.GENUINE
    assert found.decision.reasons[0].text
    data = await asyncio.to_thread(path.read_bytes)
    async with httpx.AsyncClient(base_url=f"http://{server.http}", timeout=30) as browser:
        response = await browser.post("/v1/deepfake:check", files={"file": ("f", data)})
    answer = response.json()
    assert answer["decision"] == found.decision.outcome.value
    assert answer["frame_count"] == found.frame_count > 0


async def test_a_clip_without_a_face_cannot_be_told(
    client: SmartBranchClient, tmp_path: Path
) -> None:
    path = tmp_path / "nobody.mp4"
    path.write_bytes(make_clip(pictures=None))
    found = await client.check_clip_file(path)
    assert found.decision.outcome is ForgeryOutcome.INCONCLUSIVE
    assert "NO_FACE" in [reason.code for reason in found.decision.reasons]
    assert found.decision.fake_score is None


async def test_a_signed_clip_goes_from_the_client_to_the_judge(
    client: SmartBranchClient, portrait: bytes
) -> None:
    async with client.open_clip() as clip:
        for number in range(5):
            await clip.send_picture(portrait, pts_s=number / 25)
        found = await clip.finish()
    assert found.decision.outcome is not ForgeryOutcome.GENUINE
    assert not [one for one in found.decision.moments if one.signal == "frame_chain"]


async def test_health_metrics_and_readiness_name_the_check(
    server: ServerProcess, client: SmartBranchClient, portrait: bytes
) -> None:
    assert await client.is_serving("smartbranch.deepfake.v1.DeepfakeService")
    await client.check_deepfake_image(portrait)
    async with httpx.AsyncClient(base_url=f"http://{server.http}") as browser:
        ready = (await browser.get("/readyz")).json()
        metrics = (await browser.get("/metrics")).text
    assert {"forgery-blend", "silero-vad"} <= {model["id"] for model in ready["models"]}
    assert 'smartbranch_decisions_total{outcome="' in metrics
    assert 'task="deepfake.check"' in metrics

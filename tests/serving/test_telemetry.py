"""What operators see, and what they must never see."""

import json
import re

import httpx

from client import ApiError, SmartBranchClient
from tests.support.server import ServerProcess


async def test_every_request_leaves_one_line_without_personal_data(
    server: ServerProcess, client: SmartBranchClient, portrait: bytes, scenery: bytes
) -> None:
    seen = len(server.events("request"))
    await client.verify_faces(portrait, portrait)
    try:
        await client.verify_faces(portrait, scenery)
    except ApiError as error:
        request_id = error.metadata["request_id"]
    async with httpx.AsyncClient() as browser:
        await browser.get(f"http://{server.http}/healthz")
    good, bad = server.events("request")[seen:]
    assert (good["code"], good["reason"]) == ("OK", "")
    assert (bad["code"], bad["reason"]) == ("INVALID_ARGUMENT", "NO_FACE")
    assert bad["request_id"] == request_id
    assert good["duration_ms"] > 0
    assert set(good) == {
        "request_id", "tenant", "caller", "method", "code", "reason", "duration_ms",
        "event", "level", "timestamp",
    }  # fmt: skip
    assert len(json.dumps(good)) < 500
    assert server.plain == []


async def test_metrics_count_requests_batches_and_models(
    server: ServerProcess, client: SmartBranchClient, portrait: bytes
) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server.http}") as browser:
        before = (await browser.get("/metrics")).text
        await client.verify_faces(portrait, portrait)
        after = (await browser.get("/metrics")).text
    method = "smartbranch.vision.v1.FaceService/VerifyFaces"
    line = f'smartbranch_requests_total{{code="OK",method="{method}",reason=""}}'
    assert value(after, line) == value(before, line) + 1
    runs = 'smartbranch_engine_items_total{model="mobilefacenet-fr",outcome="answered"}'
    assert value(after, runs) == value(before, runs) + 2
    assert 'terms="undisclosed-data"' in after
    assert value(after, "smartbranch_ready") == 1


def value(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0

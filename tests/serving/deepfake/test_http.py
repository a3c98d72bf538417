"""POST /v1/deepfake:check: a picture or a clip, the same limits and reasons as over gRPC."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from tests.support.clips import make_clip, square_picture
from tests.support.grpc_clips import PICTURE, clip_codes, until
from tests.support.liveness import InProcessServer

Count = Callable[[], int]
PATH = "/v1/deepfake:check"


@pytest.fixture
async def browser(scripted: InProcessServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://{scripted.http}", timeout=30) as client:
        yield client


async def check(browser: httpx.AsyncClient, data: bytes, **fields: str) -> tuple[int, Any]:
    response = await browser.post(PATH, files={"file": ("f", data)}, data=fields)
    return response.status_code, response.json()


async def test_a_clip_answers_with_the_keys_of_the_command_line(
    browser: httpx.AsyncClient, scripted: InProcessServer, clip: bytes, spooled: Count
) -> None:
    before = spooled()
    status, answer = await check(browser, clip, heat_map="true")
    assert status == 200
    assert (answer["decision"], answer["fake_score"]) == ("GENUINE", 0.3)
    assert {"code", "text"} == set(answer["reasons"][0])
    assert {"name", "score", "llr"} <= set(answer["signals"][0])
    assert answer["operating_point"]["max_false_alarm_rate"] == 0.05
    assert answer["models"][0]["id"] == "toy-passive"
    assert answer["heat_map"]["cells"] == [[0.0, 0.5], [1.0, 0.25]]
    assert (answer["frame_count"], answer["is_early"], answer["moments"]) == (8, False, [])
    line = list(scripted.house.audit.lines("default"))[-1].event
    assert line.action == "deepfake.clip"
    assert str(line.details["request_id"]).startswith("req-")
    await until(lambda: spooled() == before)


async def test_a_clip_that_is_not_held_in_memory_is_a_file_without_a_name(
    browser: httpx.AsyncClient, scripted: InProcessServer, clip: bytes, spooled: Count
) -> None:
    before = spooled()
    scripted.house.forgery.gate.clear()
    asking = asyncio.create_task(check(browser, clip))
    await until(lambda: scripted.house.forgery.waiting > 0)
    assert spooled() > before
    scripted.house.forgery.gate.set()
    assert (await asking)[0] == 200
    await until(lambda: spooled() == before)


async def test_a_picture_answers_with_its_face(browser: httpx.AsyncClient) -> None:
    status, answer = await check(browser, PICTURE, selection="largest")
    assert (status, answer["decision"], answer["heat_map"]) == (200, "GENUINE", None)
    assert answer["face"]["box_xyxy"] == [1.0, 2.0, 30.0, 40.0]


async def test_who_hangs_up_leaves_nothing(
    browser: httpx.AsyncClient, scripted: InProcessServer, clip: bytes, spooled: Count
) -> None:
    before = spooled()
    scripted.house.forgery.gate.clear()
    asking = asyncio.create_task(check(browser, clip))
    await until(lambda: scripted.house.forgery.waiting > 0)
    asking.cancel()
    await asyncio.wait({asking})
    await until(lambda: clip_codes(scripted._metrics) == ["CANCELLED"])
    scripted.house.forgery.gate.set()
    await until(lambda: spooled() == before and not scripted.house.forgery.open_analyzers)
    assert not scripted.house.deepfake.decisions.snapshot()


async def test_silence_in_the_middle_of_a_file_ends_it(
    browser: httpx.AsyncClient, scripted: InProcessServer, spooled: Count
) -> None:
    """A few senders that stalled kept every place for minutes."""
    before = spooled()
    host, _, port = scripted.http.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST {PATH} HTTP/1.1\r\nHost: {scripted.http}\r\nContent-Length: 5000\r\n"
    writer.write(f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n".encode())
    assert (await reader.readline()).split()[1] == b"504"
    writer.close()
    await until(lambda: spooled() == before)
    assert (await check(browser, PICTURE))[0] == 200


async def test_one_clip_too_many_is_refused(
    browser: httpx.AsyncClient, scripted: InProcessServer, clip: bytes
) -> None:
    scripted.house.forgery.gate.clear()
    first = [asyncio.create_task(check(browser, clip)) for _ in range(2)]
    await until(lambda: scripted.house.forgery.waiting == 2)
    status, answer = await check(browser, clip)
    assert (status, answer["error"]["reason"]) == (429, "SERVER_BUSY")
    scripted.house.forgery.gate.set()
    assert [status for status, _ in await asyncio.gather(*first)] == [200, 200]


async def test_what_is_no_picture_and_no_whole_clip_is_refused(
    browser: httpx.AsyncClient, spooled: Count
) -> None:
    before = spooled()
    wide = make_clip(pictures=[square_picture(width=256, height=128)])
    cases: list[tuple[bytes, dict[str, str], int, str]] = [
        (b"", {}, 400, "PICTURE_EMPTY"),
        (b"PK\x03\x04", {}, 400, "PICTURE_UNSUPPORTED"),
        (make_clip()[:-400], {}, 400, "CLIP_BROKEN"),
        (wide, {}, 400, "CLIP_TOO_LARGE"),
        (make_clip() + bytes(200_000), {}, 400, "CLIP_TOO_LARGE"),
        (PICTURE, {"heat_map": "maybe"}, 400, "ARGUMENT_INVALID"),
        (PICTURE, {"selection": "any"}, 400, "ARGUMENT_INVALID"),
    ]
    for data, fields, status, reason in cases:
        got, answer = await check(browser, data, **fields)
        assert (got, answer["error"]["reason"]) == (status, reason)
    response = await browser.post(PATH, files={"other": ("f", PICTURE)})
    assert response.json()["error"]["reason"] == "ARGUMENT_INVALID"
    twice = [("file", ("a", make_clip())), ("file", ("b", PICTURE))]
    response = await browser.post(PATH, files=twice)
    assert response.json()["error"]["reason"] == "ARGUMENT_INVALID"
    await until(lambda: spooled() == before)

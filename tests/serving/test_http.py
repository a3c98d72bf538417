"""The JSON calls and pages: the same answers and the same reasons as over gRPC."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from client import SmartBranchClient
from tests.support.server import ServerProcess

UNREADABLE = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nc\r\n--x--\r\n'


@pytest.fixture
async def browser(server: ServerProcess) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://{server.http}", timeout=30) as client:
        yield client


async def test_verify_answers_with_the_keys_of_the_command_line(
    browser: httpx.AsyncClient, portrait: bytes
) -> None:
    files = {"reference": ("a.jpg", portrait), "probe": ("b.jpg", portrait)}
    response = await browser.post("/v1/faces:verify", files=files, data={"target_fmr": "1e-3"})
    answer = response.json()
    assert response.status_code == 200
    assert answer["decision"] == "MATCH"
    assert answer["target_fmr"] == 1e-3
    assert {"similarity", "threshold", "fmr", "model", "reasons"} <= set(answer)
    assert {"code", "text"} == set(answer["reasons"][0])
    assert len(answer["probe_face"]["landmarks"]) == 5
    assert response.headers["x-request-id"].startswith("req-")


async def test_detect_answers_with_faces(
    browser: httpx.AsyncClient, table_photograph: bytes
) -> None:
    files = {"picture": ("t.jpg", table_photograph)}
    response = await browser.post("/v1/faces:detect", files=files, data={"profile": "crowd"})
    assert len(response.json()["faces"]) >= 6


@pytest.mark.parametrize(
    ("files", "data", "status", "reason"),
    [
        ({"reference": b"", "probe": b""}, {}, 400, "PICTURE_EMPTY"),
        ({"reference": b"text", "probe": b"text"}, {}, 400, "PICTURE_UNSUPPORTED"),
        ({"reference": b"text"}, {}, 400, "ARGUMENT_INVALID"),
        ({"reference": b"a", "probe": b"b"}, {"target_fmr": "x"}, 400, "ARGUMENT_INVALID"),
        ({"reference": b"a", "probe": b"b"}, {"target_fmr": "2"}, 400, "ERROR_RATE_OUT_OF_RANGE"),
        ({"reference": b"a", "probe": b"b"}, {"selection": "any"}, 400, "ARGUMENT_INVALID"),
        ({"reference": b"x" * 41 * 2**20, "probe": b""}, {}, 413, "MESSAGE_TOO_LARGE"),
    ],
    ids=["empty", "text", "one missing", "no number", "rate", "selection", "too large"],
)
async def test_bad_input_has_a_stable_reason(
    browser: httpx.AsyncClient,
    files: dict[str, bytes],
    data: dict[str, str],
    status: int,
    reason: str,
) -> None:
    parts = {name: (f"{name}.jpg", content) for name, content in files.items()}
    response = await browser.post("/v1/faces:verify", files=parts, data=data)
    assert (response.status_code, response.json()["error"]["reason"]) == (status, reason)


async def test_a_body_that_is_no_form_is_refused(browser: httpx.AsyncClient) -> None:
    for content, headers in (
        (b"{}", {"content-type": "application/json"}),
        (b"--x\r\nnonsense", {"content-type": "multipart/form-data; boundary=x"}),
        (b"", {"content-type": "multipart/form-data"}),
        (UNREADABLE, {"content-type": "multipart/form-data; boundary=x; charset=undefined"}),
    ):
        response = await browser.post("/v1/faces:detect", content=content, headers=headers)
        assert response.json()["error"]["reason"] == "ARGUMENT_INVALID"


async def test_other_sites_can_neither_call_nor_frame_nor_rename_the_server(
    browser: httpx.AsyncClient, portrait: bytes
) -> None:
    files = {"picture": ("a.jpg", portrait)}
    foreign = {"origin": "https://elsewhere.example"}
    response = await browser.post("/v1/faces:detect", files=files, headers=foreign)
    assert (response.status_code, response.json()["error"]["reason"]) == (403, "ROLE_NOT_ALLOWED")
    rebound = await browser.get("/try/faces", headers={"host": "elsewhere.example"})
    assert rebound.status_code == 400
    for origin in ("null", "http://[broken", f"https://{browser.base_url.host}"):
        foreign = {"origin": origin}
        response = await browser.post("/v1/faces:detect", files=files, headers=foreign)
        assert response.status_code == 403
    policy = (await browser.get("/try/faces")).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_health_and_readiness(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/healthz")).json() == {"status": "alive"}
    ready = (await browser.get("/readyz")).json()
    assert ready["status"] == "ready"
    assert {model["provider"] for model in ready["models"]} == {"cpu"}
    assert (await browser.get("/", follow_redirects=True)).url.path == "/try/faces"


def request_of(server: ServerProcess, pictures: dict[str, bytes]) -> bytes:
    """Return a whole verification as it goes over the wire."""
    files = {name: (f"{name}.jpg", picture) for name, picture in pictures.items()}
    request = httpx.Request("POST", f"http://{server.http}/v1/faces:verify", files=files)
    lines = [b"%b: %b" % pair for pair in request.headers.raw]
    return b"POST /v1/faces:verify HTTP/1.1\r\n%b\r\n\r\n%b" % (b"\r\n".join(lines), request.read())


async def send(server: ServerProcess, data: bytes) -> asyncio.StreamWriter:
    host, port = server.http.split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    await writer.drain()
    return writer


async def test_whoever_hangs_up_is_not_worked_for_and_is_no_fault(
    tmp_path: Path, portrait: bytes
) -> None:
    """The work went on for nobody, and an upload that broke off was logged as our fault."""
    with ServerProcess(tmp_path, workers=1) as server:
        whole = request_of(server, {"reference": portrait, "probe": portrait})
        callers = [await send(server, whole) for _ in range(24)]
        callers.append(await send(server, whole[:2000]))
        await asyncio.sleep(0.2)
        for caller in callers:
            caller.close()
        await asyncio.sleep(1)
        async with SmartBranchClient(server.grpc) as client:
            await client.verify_faces(portrait, portrait)
        codes = [line["code"] for line in server.events("request")]
        assert codes.count("CANCELLED") >= 5
        assert not server.events("fault")


async def test_a_connection_without_a_request_is_closed(tmp_path: Path) -> None:
    """Each one held a file for as long as it liked, until none were left for anybody."""
    with ServerProcess(tmp_path, receive_limit_s=0.5) as server:
        host, port = server.http.split(":")
        whole = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        for start in (b"", whole[:20], whole + whole[:20]):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(start[: len(whole)])
            await asyncio.sleep(0.2)
            writer.write(start[len(whole) :])
            answer = await asyncio.wait_for(reader.read(), 3)
            assert (b"alive" in answer) is (len(start) > len(whole))
            writer.close()

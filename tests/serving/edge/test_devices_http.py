"""The JSON twin of DeviceService, and the commands, against a server with tokens."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import httpx
import pytest
from typer.testing import CliRunner

from cli.device import app
from tests.support.boxes import JPEG, EdgeHouse, ScriptedBox, serving_boxes
from tests.support.liveness import InProcessServer
from tests.support.tokens import TokenMaker

SCENE = {
    "zones": [
        {
            "id": "queue-1",
            "kind": "QUEUE",
            "display_name": "Main queue",
            "polygon": {"corners": [{"x": 0, "y": 0}, {"x": 1, "y": 0}, {"x": 0.5, "y": 0.5}]},
        }
    ]
}


@pytest.fixture
def tokens(tmp_path: Path) -> TokenMaker:
    return TokenMaker(tmp_path)


@pytest.fixture
async def bank(tmp_path: Path, tokens: TokenMaker) -> AsyncIterator[InProcessServer]:
    async with serving_boxes(tmp_path / "server", **tokens.settings) as server:
        yield server


@pytest.fixture
def house(bank: InProcessServer) -> EdgeHouse:
    assert isinstance(bank.house, EdgeHouse)
    return bank.house


def browser(server: InProcessServer, token: str | None) -> httpx.AsyncClient:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=f"http://{server.http}", headers=headers, timeout=10)


async def test_an_operator_invites_looks_draws_and_revokes(
    bank: InProcessServer, house: EdgeHouse, tokens: TokenMaker
) -> None:
    house.register()
    own = tokens.token("edge_device", sub="box-1")
    async with (
        browser(bank, tokens.token("operator")) as http,
        grpc.aio.insecure_channel(bank.grpc) as channel,
        ScriptedBox(channel, token=own) as box,
    ):
        await box.sight(1)
        await box.acknowledged(1)
        made = await http.post("/v1/devices:createCode", json={"device": "box-2", "branch": "west"})
        assert len(made.json()["code"].replace("-", "")) == 28
        devices = (await http.get("/v1/devices", params={"branch": "west"})).json()["devices"]
        assert [one["name"] for one in devices] == ["tenants/default/devices/box-1"]
        (camera,) = (await http.get("/v1/cameras?branch=west")).json()["cameras"]
        assert (camera["is_connected"], camera["last_sequence"]) == (True, "1")

        change = {"scene": {**SCENE, "version": "0"}, "display_name": "Door by the lift"}
        path = "/v1/devices/box-1/cameras/door"
        changed = (await http.patch(path, json=change)).json()
        assert changed["scene"]["version"] == "1"
        await box.until(lambda: bool(box.scenes))
        other = {"scene": {**SCENE, "target_fps": 1}}
        refused = await http.patch(path, json=other)
        assert (refused.status_code, refused.json()["error"]["reason"]) == (409, "SCENE_CHANGED")

        asked = asyncio.create_task(http.get(f"{path}/frame"))
        await box.until(lambda: bool(box.wishes))
        assert box.wishes[0].max_side_px == 1280
        await box.show(box.wishes[0].request)
        frame = await asked
        assert (frame.content, frame.headers["content-type"]) == (JPEG, "image/jpeg")
        assert frame.headers["cache-control"] == "no-store"
        actions = [line.event.action for line in house.audit.lines("default")]
        assert actions.count("camera.frame") == 1

        gone = await http.post("/v1/devices/box-1:revoke")
        assert "revoke_time" in gone.json()
        error = await box.ended()
        assert error is not None
        assert error.reason == "DEVICE_REVOKED"
        assert (await http.get("/v1/cameras")).json() == {"cameras": []}


async def test_what_is_wrong_with_a_request_is_told(
    bank: InProcessServer, house: EdgeHouse, tokens: TokenMaker
) -> None:
    house.register()
    async with browser(bank, tokens.token("operator")) as http:
        for method, path, body, reason in (
            ("POST", "/v1/devices:createCode", {"device": "B!", "branch": "w"}, "RESOURCE_NAME_"),
            ("POST", "/v1/devices:createCode", {"device": "box-1", "branch": "w"}, "DEVICE_EXISTS"),
            ("POST", "/v1/devices:createCode", {"devise": "box-1"}, "ARGUMENT_INVALID"),
            ("POST", "/v1/devices/box-7:revoke", None, "DEVICE_NOT_FOUND"),
            ("PATCH", "/v1/devices/box-1/cameras/x", {"scene": {}}, "CAMERA_NOT_FOUND"),
            ("PATCH", "/v1/devices/box-1/cameras/x", {"scene": {"zones": 3}}, "ARGUMENT_INVALID"),
            ("GET", "/v1/devices/box-1/cameras/x/frame", None, "CAMERA_NOT_FOUND"),
        ):
            answer = await http.request(method, path, json=body)
            assert answer.json()["error"]["reason"].startswith(reason), path
            assert 400 <= answer.status_code < 500
        endless = b'{"scene": {"min_face_px": 1e999}}'
        kind = {"content-type": "application/json"}
        answer = await http.patch("/v1/devices/box-1/cameras/x", content=endless, headers=kind)
        assert answer.json()["error"]["reason"] == "ARGUMENT_INVALID"


async def test_staff_see_how_cameras_are_and_nothing_through_them(
    bank: InProcessServer, house: EdgeHouse, tokens: TokenMaker
) -> None:
    house.register()
    async with browser(bank, tokens.token("lobby_staff", branch="east")) as http:
        assert (await http.get("/v1/cameras?branch=east")).json() == {"cameras": []}
        for path, reason in (
            ("/v1/cameras?branch=west", "BRANCH_NOT_FOUND"),
            ("/v1/devices", "ROLE_NOT_ALLOWED"),
            ("/v1/devices/box-1/cameras/door/frame", "ROLE_NOT_ALLOWED"),
        ):
            assert (await http.get(path)).json()["error"]["reason"] == reason
    async with browser(bank, None) as http:
        assert (await http.get("/v1/cameras")).status_code == 401


async def test_the_commands_do_the_same(
    bank: InProcessServer, house: EdgeHouse, tokens: TokenMaker, tmp_path: Path
) -> None:
    house.register()
    own = ["--server", bank.grpc, "--token", tokens.token("operator"), "--json"]
    drawn = tmp_path / "scene.json"
    drawn.write_text(json.dumps(SCENE))

    async def call(*words: str) -> tuple[int, dict[str, object]]:
        ran = await asyncio.to_thread(CliRunner().invoke, app, [*words, *own])
        return ran.exit_code, json.loads(ran.stdout)

    async with (
        grpc.aio.insecure_channel(bank.grpc) as channel,
        ScriptedBox(channel, token=tokens.token("edge_device", sub="box-1")) as box,
    ):
        await box.opened()
        code, made = await call("create-code", "box-2", "--branch", "west")
        assert (code, made["device"]) == (0, "box-2")
        for version in (1, 2):
            _, camera = await call("set-scene", "box-1/door", str(drawn))
            assert camera["scene"]["version"] == str(version)  # type: ignore[index]
            drawn.write_text(json.dumps({**SCENE, "target_fps": 2}))
        _, listed = await call("cameras")
        assert listed["cameras"] == [camera]
        code, failed = await call("set-scene", "box-1/roof", str(drawn))
        assert (code, failed["error"]["reason"]) == (2, "CAMERA_NOT_FOUND")  # type: ignore[index]
        _, gone = await call("revoke", "box-1")
        assert gone["revoked_at"]
    code, failed = await call("create-code", "box-3", "--branch", "west", "--hours", "1000")
    assert (code, failed["error"]["reason"]) == (2, "ARGUMENT_INVALID")  # type: ignore[index]

"""How the HTTP app serves what the workspace was built into."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from serving.http.guard import SecurityHeaders
from serving.http.pages import PAGES, add_pages


def client_of(folder: Path) -> httpx.AsyncClient:
    app = FastAPI()
    app.add_middleware(SecurityHeaders)
    add_pages(app, folder)
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


@pytest.fixture
def built(root: Path) -> httpx.AsyncClient:
    return client_of(root / "serving/http/static")


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_that_is_not_built_says_so_and_nothing_else_breaks(
    path: str, tmp_path: Path
) -> None:
    client = client_of(tmp_path / "nothing")
    answer = await client.get(path)
    assert answer.status_code == 503
    assert "scripts/web build" in answer.text
    assert (await client.get("/static/icon.svg")).status_code == 404


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_never_kept_and_its_parts_for_ever(
    path: str, built: httpx.AsyncClient
) -> None:
    """A part's name changes with its content; a page kept too long would ask for old parts."""
    page = await built.get(path)
    assert page.headers["cache-control"] == "no-store"
    parts = re.findall(r'(?:src|href)="(/static/assets/[^"]+)"', page.text)
    assert {Path(part).suffix for part in parts} >= {".js", ".css"}
    for part in parts:
        answer = await built.get(part)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_may_use_the_camera_and_runs_nothing_inline(
    path: str, built: httpx.AsyncClient
) -> None:
    page = await built.get(path)
    assert "camera=(self)" in page.headers["permissions-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=", page.text)


async def test_the_page_of_an_interview_may_film_with_sound_and_tells_nobody_its_address(
    built: httpx.AsyncClient,
) -> None:
    page = await built.get("/interview/any-token")
    assert page.status_code == 200
    for feature in ("camera", "microphone", "geolocation"):
        assert f"{feature}=(self)" in page.headers["permissions-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=", page.text)


async def test_a_missing_part_is_not_kept(built: httpx.AsyncClient) -> None:
    answer = await built.get("/static/assets/none.js")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


async def test_the_parts_of_others_are_named_with_their_licences(built: httpx.AsyncClient) -> None:
    licences = (await built.get("/static/licenses.md")).text
    assert "@bufbuild/protobuf" in licences
    assert "Apache" in licences


async def test_the_lobby_can_be_installed(built: httpx.AsyncClient) -> None:
    page = (await built.get("/lobby")).text
    address = re.search(r'rel="manifest" href="([^"]+)"', page)
    assert address is not None
    manifest = (await built.get(address[1])).json()
    assert (manifest["start_url"], manifest["display"]) == ("/lobby", "standalone")
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        assert (await built.get(icon["src"])).headers["content-type"] == icon["type"]
    worker = await built.get("/lobby/sw.js")
    assert "javascript" in worker.headers["content-type"]
    assert worker.headers["service-worker-allowed"] == "/lobby"

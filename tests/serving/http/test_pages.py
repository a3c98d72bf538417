"""Pages: each has its address, its type and its policy, and one that is not built says so."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from serving.http.guard import SecurityHeaders
from serving.http.pages import NOT_BUILT, PAGES, PARTS, add_pages


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder as the workspace is built into, with a line in each file."""
    for path in (*(f"{page}.html" for page in PAGES), *PARTS):
        file = tmp_path / path[1:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)
    return tmp_path


def serve(folder: Path) -> httpx.AsyncClient:
    app = FastAPI()
    app.add_middleware(SecurityHeaders)
    add_pages(app, folder)
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_html_that_may_run_nothing_from_elsewhere(built: Path, path: str) -> None:
    page = await serve(built).get(path)
    assert page.text == f"{path}.html"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert {"manifest-src 'self'", "worker-src 'self'"} <= set(policy.split("; "))


async def test_the_tablet_page_can_be_installed(built: Path) -> None:
    browser = serve(built)
    worker = await browser.get("/lobby/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["service-worker-allowed"] == "/lobby"
    manifest = await browser.get("/lobby/manifest.webmanifest")
    assert manifest.headers["content-type"] == "application/manifest+json"
    for part in (worker, manifest):
        assert part.headers["cache-control"] == "no-store"


async def test_what_is_not_built_says_what_to_do(tmp_path: Path) -> None:
    browser = serve(tmp_path)
    for path in (*PAGES, *PARTS):
        answer = await browser.get(path)
        assert (answer.status_code, answer.text) == (503, NOT_BUILT)

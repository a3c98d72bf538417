"""The pages: what the workspace in `web/` was built into."""

from collections.abc import Callable, Mapping
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
PAGES = ("/try/faces", "/try/liveness", "/lobby", "/console", "/review")
FIRST = PAGES[0]
PAGE_TYPE = "text/html; charset=utf-8"
# The one page that films with sound; its address ends with what opens the interview.
INTERVIEW, INTERVIEW_FILE = "/interview/{token}", "interview.html"
INTERVIEW_HEADERS = {
    "permissions-policy": "camera=(self), microphone=(self), geolocation=(self), display-capture=()"
}
NOT_BUILT = "The pages are not built here. Run `scripts/web build`; `make setup` does, too.\n"
# What installs the tablet page lies below it: a worker serves no page above its own address unless
# a header lets it.
PARTS = {
    "/lobby/sw.js": ("text/javascript; charset=utf-8", {"service-worker-allowed": "/lobby"}),
    "/lobby/manifest.webmanifest": ("application/manifest+json", {}),
}
# Names under assets/ change with their content.
FOR_EVER = "public, max-age=31536000, immutable"


class _Assets(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file; one whose name tells its content may be kept."""
        response = await super().get_response(path, scope)
        if path.startswith("assets/") and response.status_code == 200:
            response.headers["cache-control"] = FOR_EVER
        return response


def add_pages(app: FastAPI, folder: Path = STATIC) -> None:
    """Serve every page of `folder`; one that is not built is answered with 503."""
    if folder.is_dir():
        app.mount("/static", _Assets(directory=folder), name="static")

    @app.get("/")
    async def go_to_page() -> RedirectResponse:
        return RedirectResponse(FIRST)

    for path in PAGES:
        app.add_api_route(path, _file(folder / f"{path[1:]}.html", PAGE_TYPE, {}))
    app.add_api_route(INTERVIEW, _file(folder / INTERVIEW_FILE, PAGE_TYPE, INTERVIEW_HEADERS))
    for path, (media_type, headers) in PARTS.items():
        app.add_api_route(path, _file(folder / path[1:], media_type, headers))


def _file(file: Path, media_type: str, headers: Mapping[str, str]) -> Callable[[], Response]:
    def show_file() -> Response:
        if not file.is_file():
            return PlainTextResponse(NOT_BUILT, 503)
        return FileResponse(file, media_type=media_type, headers=headers)

    return show_file

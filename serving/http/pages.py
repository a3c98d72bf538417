"""The pages: what the workspace in `web/` was built into."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
PAGES = ("/try/faces", "/try/liveness")
FIRST = PAGES[0]
NOT_BUILT = "The pages are not built here. Run `scripts/web build`; `make setup` does, too.\n"
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
        app.add_api_route(path, _page(folder / f"{path[1:]}.html"), include_in_schema=False)


def _page(file: Path) -> Callable[[], Response]:
    def show_page() -> Response:
        if not file.is_file():
            return PlainTextResponse(NOT_BUILT, 503)
        return FileResponse(file, media_type="text/html; charset=utf-8")

    return show_page

"""A real port that serves the built pages and whatever a test puts beside them."""

import socket
import threading
import time
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI

from serving.http.guard import SecurityHeaders
from serving.http.pages import add_pages

START_LIMIT_S = 10.0


class PageServer:
    """Runs an app with the pages, guarded as the real ones are, in a thread of its own."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        app = FastAPI()
        app.add_middleware(SecurityHeaders)
        self.add_routes(app)
        add_pages(app)
        # Streams of events would outlast every test.
        config = uvicorn.Config(
            app,
            log_config=None,
            lifespan="off",
            ws="websockets-sansio",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    def add_routes(self, app: FastAPI) -> None:
        """Add what a test wants beside the pages."""

    @property
    def url(self) -> str:
        """Address of the pages."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        deadline_s = time.monotonic() + START_LIMIT_S
        while not self._server.started:
            assert time.monotonic() < deadline_s, "the scripted server did not start"
            time.sleep(0.01)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

"""Connections: as many as there are files for, and none for somebody who does not read."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from serving.http.connections import MIN_CONNECTIONS, bounded_protocol, connections_for


@pytest.mark.parametrize(
    ("streams", "files", "expected"),
    [(1, 1024, MIN_CONNECTIONS), (1000, 16_384, 1512), (20_000, 16_384, 8192), (1000, 256, 512)],
)
def test_connections_follow_the_streams_and_the_files(
    streams: int, files: int, expected: int
) -> None:
    assert connections_for(streams, files) == expected


async def test_whoever_does_not_read_loses_the_connection() -> None:
    """A page on a telephone that was switched off held its stream and its memory for ever."""
    app, ended = FastAPI(), asyncio.Event()

    async def much() -> AsyncIterator[bytes]:
        try:
            while True:
                await asyncio.sleep(0)
                yield b"x" * 65_536
        finally:
            ended.set()

    app.add_api_route("/", lambda: StreamingResponse(much()))
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http=bounded_protocol(5, unread_limit_s=0.3), log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    with socket.create_connection(listener.getsockname()) as silent:
        silent.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        async with asyncio.timeout(15):
            await ended.wait()
    server.should_exit = True
    await serving

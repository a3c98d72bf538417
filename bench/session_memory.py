"""`python -m bench.session_memory`: what large pictures do to the memory of a server."""

import argparse
import asyncio
import json
from collections.abc import Callable

import cv2
import numpy as np

from bench.server import RunningServer, running_server
from client import SmartBranchClient
from media.pictures import encode_jpeg
from tour import photographs

FPS = 10.0
_MIB = 2**20


async def watch(server: RunningServer, picture: bytes, sessions: int, span_s: float) -> list[int]:
    """Let `sessions` cameras show a picture for `span_s`; return the resident bytes each second."""
    sizes: list[int] = []
    async with SmartBranchClient(server.address) as client:
        filming = [asyncio.create_task(_film(client, picture)) for _ in range(sessions)]
        for _ in range(round(span_s)):
            await asyncio.sleep(1)
            sizes.append(server.resident_bytes())
        for task in filming:
            task.cancel()
        await asyncio.wait(filming)
    return sizes


async def _film(client: SmartBranchClient, picture: bytes) -> None:
    """Be a camera whose visitor never moves, session after session."""
    while True:
        async with client.run_liveness() as run:
            sending = asyncio.create_task(_send(run.send, picture))
            try:
                async for _ in run:
                    pass
            finally:
                sending.cancel()


async def _send(send: Callable[[bytes], bool], picture: bytes) -> None:
    while True:
        send(picture)
        await asyncio.sleep(1 / FPS)


def main() -> None:
    """Start a server, let cameras film, and print how its memory went."""
    parser = argparse.ArgumentParser(prog="python -m bench.session_memory")
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--side-px", type=int, default=2040)
    parser.add_argument("--seconds", type=float, default=30.0)
    plan = parser.parse_args()
    side = plan.side_px
    scaled = cv2.resize(photographs.astronaut(), (side, side), interpolation=cv2.INTER_CUBIC)
    picture = encode_jpeg(np.asarray(scaled, np.uint8))
    settings = {"MAX_SESSIONS": str(2 * plan.sessions), "LIVENESS_MAX_INCONCLUSIVE": "1000"}
    with running_server(settings) as server:
        started = server.resident_bytes()
        sizes = asyncio.run(watch(server, picture, plan.sessions, plan.seconds))
    report = {
        "sessions": plan.sessions,
        "picture": f"{side}x{side} JPEG",
        "started_mib": round(started / _MIB),
        "peak_mib": round(max(sizes) / _MIB),
        "last_mib": round(sizes[-1] / _MIB),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()

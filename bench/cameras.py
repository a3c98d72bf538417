"""`smartbranch bench cameras`: what reading and sampling network cameras costs in cores."""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import structlog

from base.errors import SourceEndedError
from bench.footage import make_camera_footage
from bench.rtsp_server import Mounts, RtspServer
from bench.server import resident_bytes
from branch_edge.sampling import SamplingSettings
from branch_edge.sources.address import CameraAddress
from branch_edge.sources.camera import CameraSource
from branch_edge.sources.opening import open_source
from branch_edge.sources.settings import SourceSettings
from media.live import Transport

Report = dict[str, object]
Say = Callable[[str], None]
# As if something moved before every camera all the time.
SAMPLED_FPS = 5.0
_SAMPLING = SamplingSettings(target_fps=SAMPLED_FPS, idle_fps=SAMPLED_FPS)


@dataclass(frozen=True, slots=True)
class CamerasPlan:
    """counts: cameras side by side, one run each. span_s: length of a run, after warm_s."""

    counts: tuple[int, ...] = (1, 2, 4)
    span_s: float = 20.0
    warm_s: float = 3.0
    transport: Transport = Transport.TCP


@dataclass(frozen=True, slots=True)
class ReadingCost:
    """What a run of cameras took, with all its frames in RGB at full size."""

    cores: float
    decoded_fps: float
    taken_fps: float
    dropped_count: int
    resident_mib: float


def halves(most: int) -> tuple[int, ...]:
    """Return 1 to `most` in doublings."""
    counts = [most]
    while counts[-1] > 1:
        counts.append(counts[-1] // 2)
    return tuple(reversed(counts))


def bench_cameras(plan: CamerasPlan, say: Say, footage: Path | None = None) -> Report:
    """Play footage over a real RTSP server and read it; the server is not counted.

    footage: H.264 of scripts/footage; None makes some. Raises ServerNotReadyError.
    """
    with tempfile.TemporaryDirectory() as folder:
        if footage is None:
            say("making 1080p footage")
            footage = make_camera_footage(Path(folder, "camera.h264"))
        names = [f"camera-{place}" for place in range(max(plan.counts))]
        with RtspServer(Mounts(files=dict.fromkeys(names, footage))) as server:
            costs = {}
            for count in plan.counts:
                say(f"reading {count} for {plan.span_s:g} s")
                urls = [server.url(name) for name in names[:count]]
                costs[count] = asyncio.run(reading_cost(urls, plan))
    most = costs[max(costs)]
    return {
        "decode_cores": round(most.cores, 3),
        "cameras": max(costs),
        "cores_by_cameras": {str(count): round(cost.cores, 3) for count, cost in costs.items()},
        "decoded_fps": round(most.decoded_fps, 1),
        "taken_fps": round(most.taken_fps, 1),
        "dropped_count": most.dropped_count,
        "resident_mib": round(most.resident_mib),
    }


async def reading_cost(urls: Sequence[str], plan: CamerasPlan) -> ReadingCost:
    """Read cameras side by side, hand every taken frame to nobody, and return what it cost."""
    log = structlog.wrap_logger(structlog.WriteLogger(StringIO()))
    sources = [
        open_source(
            f"camera-{place}",
            CameraAddress.parse(url),
            log,
            SourceSettings(transport=plan.transport),
            _SAMPLING,
        )
        for place, url in enumerate(urls)
    ]
    async with asyncio.TaskGroup() as tasks:
        for source in sources:
            tasks.create_task(_receive(source))
        await asyncio.sleep(plan.warm_s)
        cost = await _measure(sources, plan.span_s)
        for source in sources:
            await source.close()
    return cost


async def _receive(source: CameraSource) -> None:
    with suppress(SourceEndedError):
        while True:
            await source.recv()


async def _measure(sources: Sequence[CameraSource], span_s: float) -> ReadingCost:
    begun_s, begun_cpu_s = time.monotonic(), time.process_time()
    decoded = sum(source.decoded_count for source in sources)
    taken = sum(source.taken_count for source in sources)
    await asyncio.sleep(span_s)
    gone_s = time.monotonic() - begun_s
    each = gone_s * len(sources)
    return ReadingCost(
        cores=(time.process_time() - begun_cpu_s) / gone_s,
        decoded_fps=(sum(source.decoded_count for source in sources) - decoded) / each,
        taken_fps=(sum(source.taken_count for source in sources) - taken) / each,
        dropped_count=sum(source.dropped_count for source in sources),
        resident_mib=resident_bytes(os.getpid()) / 1024**2,
    )

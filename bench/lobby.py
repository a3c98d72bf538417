"""`smartbranch bench lobby`: alerts of many branches to the tablets of each, on one server."""

import asyncio
import contextlib
import itertools
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from base.clock import SystemClock
from base.errors import SettingsError
from bench.lobby_cameras import BenchCamera, register_box
from bench.lobby_tablets import BenchTablet, sign_in
from bench.server import RunningServer, free_port, running_server
from serving.audit.log import AuditLog
from serving.caller import Role
from serving.crypto.keyring import Keyring
from serving.crypto.master import choose_master_key
from serving.staff.accounts import StaffAccounts
from serving.storage.database import DATABASE_FILE, Database

Say = Callable[[str], None]
PASSWORD = "a password of the bench"
CAMERAS = 5  # Of a branch.
MAX_P99_S = 1.0
_READY_S = 60.0
_SETTLE_S = 15.0
RULES = """[[rule]]
id = "covered"
kind = "camera"
conditions = ["covered"]
cooldown_minutes = 0

[[rule]]
id = "down"
kind = "camera"
conditions = ["down"]
cooldown_minutes = 0
"""
BRANCH = """
[[branch]]
tenant = "default"
id = "{id}"
time_zone = "UTC"
"""


@dataclass(frozen=True, slots=True)
class LobbyBenchPlan:
    """How many branches, tablets of each, and alerts a second in all, for how long."""

    branches: int = 20
    tablets: int = 10
    alerts_per_s: float = 50.0
    span_s: float = 60.0


QUICK = LobbyBenchPlan(span_s=10.0)


@dataclass
class Tally:
    """What was told, and how long it took from the camera's record to each tablet."""

    cameras: dict[tuple[str, str], BenchCamera]
    told_s: dict[str, float] = field(default_factory=dict)
    delays_s: list[float] = field(default_factory=list)

    def take(self, tablet: BenchTablet, alert: str, camera: str, now_s: float) -> None:
        """Note that a tablet has an alert; the first one finds the record that raised it."""
        sent_s = self.told_s.get(alert)
        if sent_s is None:
            waiting = self.cameras[tablet.branch, camera].sent_s
            sent_s = self.told_s[alert] = waiting.pop(min(waiting))
        self.delays_s.append(now_s - sent_s)


def bench_lobby(plan: LobbyBenchPlan, say: Say) -> dict[str, object]:
    """Raise alerts through boxes' streams and read them on every tablet."""
    with tempfile.TemporaryDirectory(prefix="smartbranch-bench-") as name:
        folder, http = Path(name), f"127.0.0.1:{free_port()}"
        branches = [f"branch-{number}" for number in range(plan.branches)]
        (folder / "rules.toml").write_text(RULES)
        parts = [BRANCH.format(id=branch) for branch in branches]
        (folder / "lobby.toml").write_text('rules = "rules.toml"\n' + "".join(parts))
        _add_staff(folder / "data", branches)
        overrides = {
            "DATA_DIR": str(folder / "data"),
            "LOBBY_FILE": str(folder / "lobby.toml"),
            "HTTP_ENABLED": "true",
            "HTTP_LISTEN": http,
        }
        with running_server(overrides) as server:
            return asyncio.run(_run(plan, branches, server, http, say))


def _add_staff(data: Path, branches: Sequence[str]) -> None:
    data.mkdir(mode=0o700)
    database = Database.open_file(data / DATABASE_FILE)
    keyring, clock = Keyring(choose_master_key(None, None, data)), SystemClock()
    accounts = StaffAccounts(database, AuditLog(database, keyring, clock, data / "audit"), clock)
    for branch in branches:
        accounts.add("bench", "default", branch, PASSWORD, {Role.LOBBY_STAFF}, branch)
    database.close()


async def _run(
    plan: LobbyBenchPlan, branches: Sequence[str], server: RunningServer, http: str, say: Say
) -> dict[str, object]:
    say(f"opening {plan.branches} branches with {plan.tablets} tablets each")
    cameras = [
        BenchCamera(f"box-{branch}", f"camera-{number}", branch)
        for number in range(CAMERAS)
        for branch in branches
    ]
    tally = Tally({(camera.branch, camera.name): camera for camera in cameras})
    tablets: list[BenchTablet] = []
    for branch in branches:
        cookie = await sign_in(http, branch, PASSWORD)
        tablets += [BenchTablet(branch, cookie, tally.take) for _ in range(plan.tablets)]
    async with server.aio_channel() as channel:
        for branch in branches:
            await register_box(channel, f"box-{branch}", branch)
        running = [asyncio.create_task(tablet.run(http)) for tablet in tablets]
        running += [asyncio.create_task(camera.run(channel)) for camera in cameras]
        try:
            ready = [part.ready for part in tablets] + [part.ready for part in cameras]
            await _all_ready(ready, running)
            say(f"raising {plan.alerts_per_s:g} alerts a second for {plan.span_s:g} s")
            started_s, cpu_s = time.perf_counter(), server.cpu_seconds()
            own_s = time.process_time()
            await _raise(plan, cameras)
            sending_s = time.perf_counter() - started_s
            cores = {
                "server_cores": round((server.cpu_seconds() - cpu_s) / sending_s, 2),
                "tablets_cores": round((time.process_time() - own_s) / sending_s, 2),
            }
            await _settle(tally, tablets, cameras)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
    return _report(plan, tally, tablets, cameras, sending_s) | cores


async def _all_ready(
    events: Sequence[asyncio.Event], running: Sequence[asyncio.Task[None]]
) -> None:
    """Wait until everything is open; whatever ended before that says why. Raises TimeoutError."""

    async def open_all() -> None:
        for event in events:
            await event.wait()

    opening = asyncio.create_task(open_all())
    async with asyncio.timeout(_READY_S):
        await asyncio.wait({opening, *running}, return_when=asyncio.FIRST_COMPLETED)
    if not opening.done():
        opening.cancel()
        for task in running:
            if task.done():
                await task
        raise SettingsError("the server closed a stream while the others were being opened")


async def _raise(plan: LobbyBenchPlan, cameras: Sequence[BenchCamera]) -> None:
    """Let cameras tell at the planned times, whether the server keeps up or not."""
    started_s, turns = time.perf_counter(), itertools.cycle(cameras)
    for number in range(round(plan.alerts_per_s * plan.span_s)):
        wait_s = started_s + number / plan.alerts_per_s - time.perf_counter()
        await asyncio.sleep(max(0.0, wait_s))
        next(turns).tell()


async def _settle(
    tally: Tally, tablets: Sequence[BenchTablet], cameras: Sequence[BenchCamera]
) -> None:
    """Wait until every tablet has what its branch's cameras told, or for a while."""
    wanted = sum(camera.record_count for camera in cameras)
    each = len(tablets) // len({tablet.branch for tablet in tablets})
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SETTLE_S):
            while len(tally.delays_s) < wanted * each:  # noqa: ASYNC110 -- nothing tells it.
                await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)  # One too many would come about now.


def _report(
    plan: LobbyBenchPlan,
    tally: Tally,
    tablets: Sequence[BenchTablet],
    cameras: Sequence[BenchCamera],
    sending_s: float,
) -> dict[str, object]:
    raised = sum(camera.record_count for camera in cameras)
    delays_ms = sorted(1000 * delay for delay in tally.delays_s)
    expected = raised * plan.tablets
    p99 = delays_ms[int(0.99 * (len(delays_ms) - 1))] if delays_ms else None
    missing = expected - len(delays_ms)
    strays = sum(tablet.stray_count for tablet in tablets)
    return {
        "branches": plan.branches,
        "tablets": len(tablets),
        "alerts": raised,
        "alerts_per_s": round(raised / sending_s, 1),
        "deliveries": len(delays_ms),
        "missing": missing,
        "strays": strays,
        "incomplete": sum(tablet.incomplete_count for tablet in tablets),
        "events_read": sum(tablet.event_count for tablet in tablets),
        "p50_ms": round(delays_ms[len(delays_ms) // 2], 1) if delays_ms else None,
        "p99_ms": None if p99 is None else round(p99, 1),
        "max_ms": round(delays_ms[-1], 1) if delays_ms else None,
        "holds": missing == 0 and strays == 0 and p99 is not None and p99 <= 1000 * MAX_P99_S,
    }

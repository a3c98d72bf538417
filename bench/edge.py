"""`smartbranch bench edge`: from the doors of a branch to a tablet, box and server together.

Four cameras of 1080p at 25 pictures a second over a real RTSP server; before each of them two
people come and go all the time, and every coming is told anew. The people are photographs that
move into view: what is measured is the way, not how well people in a lobby are found.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from bench.cameras import CamerasPlan, bench_cameras
from bench.footage import CAMERA_BITS_PER_S, FPS, KEY_EVERY, encode_h264
from bench.rtsp_server import Mounts, RtspServer
from bench.server import cpu_seconds
from client import ApiError
from client.types import Consent, LegalBasis
from evaluation.pipeline import core_count
from media.image import ImageRGB
from tour import photographs
from tour.branch import running_box
from tour.door import Door, open_door
from tour.exhibits import TENANT, jpeg
from tour.lobby_film import Walk, lobby_frames
from tour.photographs import Person
from tour.server import Addresses, running_server
from tour.staff import OPERATOR, add_staff
from tour.tablet import Heard

Report = dict[str, object]
Say = Callable[[str], None]
BRANCH, GALLERY, DEVICE = "bench", "bench", "box-1"
SIZE_WH = (1920, 1080)
# Two people take turns before a camera; between two comings of one, the visit has ended.
_TURN_S, _LOOP_S = 6.0, 12.0
_WARM_S = 15.0
_LOBBY = f"""rules = "rules.toml"
[visits]
gone_after_seconds = 2
gone_after_final_seconds = 1
rejoin_seconds = 1
stranger_memory_seconds = 1
[[branch]]
tenant = "{TENANT}"
id = "{BRANCH}"
time_zone = "UTC"
galleries = ["{GALLERY}"]
"""
_RULES = """[[rule]]
id = "arrival"
kind = "arrival"
tiers = ["*"]
cooldown_minutes = 0
"""


@dataclass(frozen=True, slots=True)
class EdgeBenchPlan:
    """cameras: of the one box, 1 to 4. span_s: how long arrivals are timed, after a warm-up.

    footage: H.264 of scripts/footage for all cameras but the first, whose arrivals are timed.
    """

    cameras: int = 4
    span_s: float = 120.0
    footage: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.cameras <= 4:
            raise ValueError(f"cameras must be 1 to 4, got {self.cameras}")


QUICK = EdgeBenchPlan(span_s=25.0)


@dataclass(frozen=True, slots=True)
class _Load:
    """Processor time that box and server used over a span, in cores."""

    box_cores: float
    server_cores: float


def bench_edge(plan: EdgeBenchPlan, say: Say) -> Report:
    """Time arrivals to a tablet, then what decoding alone costs. Raises ServerNotReadyError."""
    people = _people()
    with tempfile.TemporaryDirectory(prefix="smartbranch-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        say(f"filming {plan.cameras} doors")
        films = _film(folder, people, 1 if plan.footage else plan.cameras)
        for place in range(len(films), plan.cameras):
            films[f"hall-{place}"] = plan.footage[place % len(plan.footage)]
        rtsp = stack.enter_context(RtspServer(Mounts(files=films, fps=FPS)))
        cameras = {camera: rtsp.url(camera) for camera in films}
        data, lobby_file = folder / "server", _write_lobby(folder)
        addresses = stack.enter_context(running_server(data, lobby_file=str(lobby_file)))
        code = _prepare(addresses, data, people)
        tablet = stack.enter_context(OPERATOR.tablet(addresses.http, BRANCH))
        box = stack.enter_context(running_box(folder / "box", addresses.grpc, code, cameras))
        say("waiting for the first arrival")
        tablet.wait_for(_is_arrival, 60.0)
        time.sleep(_WARM_S)
        say(f"timing arrivals for {plan.span_s:g} s")
        seen_before = len(tablet.heard)
        load = _load_over(plan.span_s, box.pid, addresses.pid)
        delays_s = _delays_s(tablet.heard[seen_before:])
    say("decoding and sampling alone")
    reading = bench_cameras(CamerasPlan(counts=(plan.cameras,)), say)
    return _report(plan, delays_s, load, reading)


def _report(
    plan: EdgeBenchPlan, delays_s: Sequence[float], load: _Load, reading: Mapping[str, object]
) -> Report:
    def at(share: float) -> float | None:
        return round(1000 * float(np.quantile(delays_s, share))) if delays_s else None

    return {
        "door_to_tablet_p50_ms": at(0.5),
        "door_to_tablet_p99_ms": at(0.99),
        "door_to_tablet_max_ms": at(1.0),
        "arrivals": len(delays_s),
        "decode_cores": reading["decode_cores"],
        "box_cores": round(load.box_cores, 2),
        "server_cores": round(load.server_cores, 2),
        "cameras": plan.cameras,
        "cores": core_count(),
    }


def _people() -> tuple[Person, ...]:
    """Return seven who can be told apart."""
    table = photographs.people()
    return (*table, Person("astronaut", photographs.astronaut()[0:300, 110:360]))


def _film(folder: Path, people: Sequence[Person], count: int) -> dict[str, Path]:
    films = {}
    for place in range(count):
        pair = [people[(2 * place + turn) % len(people)] for turn in range(2)]
        path = folder / f"door-{place + 1}.h264"
        frames = _enlarged(lobby_frames(_walks(pair, place), _LOOP_S, FPS))
        path.write_bytes(encode_h264(frames, CAMERA_BITS_PER_S, KEY_EVERY))
        films[path.stem] = path
    return films


def _walks(pair: Sequence[Person], place: int) -> tuple[Walk, ...]:
    """Let two people come one after the other; each door a little later than the one before."""
    walks = []
    for turn, person in enumerate(pair):
        at_s = turn * _TURN_S + 0.7 * place
        walks.append(Walk(photographs.reshot(person.portrait), at_s, at_s + 1, at_s + 2, at_s + 3))
    return tuple(walks)


def _enlarged(frames: Iterator[ImageRGB]) -> Iterator[ImageRGB]:
    for frame in frames:
        yield np.asarray(cv2.resize(frame, SIZE_WH), np.uint8)


def _write_lobby(folder: Path) -> Path:
    (folder / "rules.toml").write_text(_RULES, encoding="utf-8")
    path = folder / "lobby.toml"
    path.write_text(_LOBBY, encoding="utf-8")
    return path


def _prepare(addresses: Addresses, data: Path, people: Sequence[Person]) -> str:
    """Enrol everybody who can be, add an operator, and return a box's code."""
    with open_door(addresses.grpc) as door:
        door.create_gallery(TENANT, GALLERY, "to time arrivals", LegalBasis.CONSENT)
        for person in people:
            _enrol(door, person)
    add_staff(data, OPERATOR)
    with OPERATOR.browser(addresses.http) as client:
        sent = {"device": DEVICE, "branch": BRANCH}
        return str(
            client.post("/v1/devices:createCode", json=sent).raise_for_status().json()["code"]
        )


def _enrol(door: Door, person: Person) -> None:
    consent = Consent("the bench", datetime.now(UTC))
    try:
        door.enrol(
            f"tenants/{TENANT}/galleries/{GALLERY}", person.id, jpeg(person.portrait), consent
        )
    except ApiError as refusal:
        if refusal.reason != "QUALITY_TOO_LOW":
            raise


def _is_arrival(one: Heard) -> bool:
    return one.kind == "alert" and one.data.get("kind") == "ARRIVAL"


def _delays_s(heard: Sequence[Heard]) -> list[float]:
    """Return for each new arrival how long after its first usable face it was heard."""
    first = {one.data["name"]: one for one in reversed(heard) if _is_arrival(one)}
    return [
        (one.at - datetime.fromisoformat(one.data["face_time"])).total_seconds()
        for one in first.values()
        if one.data.get("state", "RAISED") == "RAISED" and "face_time" in one.data
    ]


def _load_over(span_s: float, box_pid: int, server_pid: int) -> _Load:
    before = cpu_seconds(box_pid), cpu_seconds(server_pid)
    begun_s = time.monotonic()
    time.sleep(span_s)
    gone_s = time.monotonic() - begun_s
    return _Load(
        (cpu_seconds(box_pid) - before[0]) / gone_s, (cpu_seconds(server_pid) - before[1]) / gone_s
    )

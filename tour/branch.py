"""The tour's branch: its files, its box, and the camera that is not there."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.rtsp_server import Mounts, RtspServer, has_rtsp_server
from media.image import ImageRGB
from tour import photographs
from tour.filming import write_film
from tour.lobby_film import FPS, Walk, lobby_frames
from tour.photographs import Person

BRANCH, OTHER_BRANCH = "main-street", "harbour"
CUSTOMERS, WATCHLIST = "lobby-customers", "lobby-watchlist"
DEVICE, CAMERA = "box-1", "door"
TIER, MANAGER_DUTY, SECURITY_DUTY = "private", "manager", "security"
STOP_LIMIT_S = 20.0
_FILM_S = 16.0
_LOBBY = f"""rules = "rules.toml"

[directory]
kind = "csv"
file = "customers.csv"
appointments_file = "appointments.csv"

[visits]
gone_after_seconds = 60
gone_after_final_seconds = 20
rejoin_seconds = 60

[[branch]]
tenant = "default"
id = "{BRANCH}"
display_name = "Main Street"
time_zone = "UTC"
galleries = ["{CUSTOMERS}"]
watchlists = ["{WATCHLIST}"]

[[branch]]
tenant = "default"
id = "{OTHER_BRANCH}"
display_name = "Harbour"
time_zone = "UTC"
"""
_RULES = f"""[[rule]]
id = "private-arrival"
kind = "arrival"
tiers = ["{TIER}"]
roles = ["{MANAGER_DUTY}"]

[[rule]]
id = "appointment"
kind = "appointment"
within_minutes = 60

[[rule]]
id = "watchlist"
kind = "watchlist"
severity = "urgent"
roles = ["{SECURITY_DUTY}", "{MANAGER_DUTY}"]

[[rule]]
id = "camera"
kind = "camera"
for_seconds = 2
"""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who walks through the film: a customer, somebody unknown, somebody on the watchlist."""

    customer: Person
    visitor: Person
    watched: Person


@dataclass(frozen=True, slots=True)
class Stage:
    """The branch's folder and who walks through its door."""

    folder: Path
    cast: Cast

    @classmethod
    def of(cls, folder: Path) -> "Stage":
        """Return a stage below a folder, with three of the six who look into the camera."""
        by_seat = {person.id: person for person in photographs.people()}
        return cls(folder / "branch", Cast(by_seat["seat-6"], by_seat["seat-2"], by_seat["seat-4"]))

    def write(self) -> Path:
        """Write branches, rules and the customer directory; return the lobby's file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        soon = datetime.now(UTC) + timedelta(minutes=20)
        customer = self.cast.customer.id
        files = {
            "lobby.toml": _LOBBY,
            "rules.toml": _RULES,
            "customers.csv": "subject,name,tier,language,relationship_manager,needs,offers\n"
            f"{customer},Customer of {customer},{TIER},en,Ms Wu,mortgage,Fixed rate\n",
            "appointments.csv": "subject,start_time,about,with_whom\n"
            f"{customer},{soon.isoformat(timespec='minutes')},mortgage,Ms Wu\n",
        }
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        return self.folder / "lobby.toml"

    @contextmanager
    def playing_on(self, server: str, code: str = "") -> Iterator[None]:
        """Let the box show the film to a server. code: only for the first time."""
        with (
            camera_address(self.folder, self.cast) as camera,
            running_box(self.folder / "box", server, code, {CAMERA: camera}),
        ):
            yield


@contextmanager
def camera_address(folder: Path, cast: Cast) -> Iterator[str]:
    """Play the film over a real RTSP server if one is there, else from its file, over and over."""
    folder.mkdir(parents=True, exist_ok=True)
    film = folder / "door.h264" if has_rtsp_server() else folder / "door.mp4"
    write_film(film, lobby_frames(_walks(cast), _FILM_S), FPS)
    with ExitStack() as stack:
        if film.suffix != ".h264":
            yield str(film)
            return
        server = stack.enter_context(RtspServer(Mounts(files={CAMERA: film}, fps=FPS)))
        yield server.url(CAMERA)


def _walks(cast: Cast) -> tuple[Walk, ...]:
    def walk(person: Person, at_s: float) -> Walk:
        portrait: ImageRGB = photographs.reshot(person.portrait)
        return Walk(portrait, at_s, at_s + 1.5, at_s + 3.0, at_s + 4.2)

    return walk(cast.customer, 1.0), walk(cast.visitor, 5.7), walk(cast.watched, 10.4)


@contextmanager
def running_box(
    folder: Path, server: str, code: str, cameras: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the agent as a process of its own; its log is `box.log` in the folder.

    code: for the first time; empty for a box that is registered. cameras: addresses by id.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if code:
        (folder / "code").write_text(code, encoding="utf-8")
    config = folder / "edge.toml"
    config.write_text(_box_settings(folder, server, cameras), encoding="utf-8")
    with (folder / "box.log").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "edge", "run", "--config", str(config)],
            env={key: value for key, value in os.environ.items() if not key.startswith("EDGE_")},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _box_settings(folder: Path, server: str, cameras: Mapping[str, str]) -> str:
    head = (
        f'server = "{server}"\ninsecure = true\ncode_file = "{folder / "code"}"\n'
        f'data_dir = "{folder / "data"}"\n'
    )
    each = (
        f'\n[[camera]]\nid = "{name}"\naddress = "{address}"\n'
        f'display_name = "{name.capitalize()}"\nloop = true\n'
        for name, address in cameras.items()
    )
    return head + "".join(each)

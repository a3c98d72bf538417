"""A real RTSP server in a process of its own, on loopback, for tests, measurements and the tour."""

import json
import random
import select
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from base.errors import ServerNotReadyError

# The system's Python: GStreamer's bindings come from there.
PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).with_name("rtsp_script.py")
PACKAGES = "gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-bad python3-gi"
_ASK = """
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
raise SystemExit(not all(map(Gst.ElementFactory.find, ("appsrc", "h264parse", "rtph264pay"))))
"""
_START_S, _STOP_S = 20.0, 5.0
# Below the ports that clients are given: a client that keeps trying a port of theirs while nobody
# listens there connects to itself in the end.
_PORTS = range(20_000, 32_000)
_TRIES = 5


def has_rtsp_server() -> bool:
    """Tell whether GStreamer's RTSP server is installed."""
    try:
        asked = subprocess.run([PYTHON, "-c", _ASK], capture_output=True, timeout=20, check=False)
    except OSError:
        return False
    return asked.returncode == 0


@dataclass(frozen=True, slots=True)
class Mounts:
    """What is served. files: H.264 with delimiters (`ffmpeg -bsf:v h264_metadata=aud=insert`).

    launches: anything else, as gst-launch takes it, with a payloader named pay0. login: user and
    password that all of them ask for.
    """

    files: Mapping[str, Path] = field(default_factory=dict)
    launches: Mapping[str, str] = field(default_factory=dict)
    login: tuple[str, str] | None = None
    fps: int = 25


class RtspServer:
    """Serves while its block runs; it can be killed and started again at the same port."""

    def __init__(self, mounts: Mounts) -> None:
        self._mounts = mounts
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def url(self, name: str, login: tuple[str, str] | None = None) -> str:
        """Return the address of a mount."""
        who = "" if login is None else f"{login[0]}:{login[1]}@"
        return f"rtsp://{who}127.0.0.1:{self.port}/{name}"

    @property
    def pid(self) -> int | None:
        """The process that serves, None if none does."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Serve, at the same port as before. Raises ServerNotReadyError."""
        if self.port:
            self._start_at(self.port)
            return
        for port in random.sample(_PORTS, _TRIES):
            with suppress(ServerNotReadyError):
                self._start_at(port)
                return
        raise ServerNotReadyError(f"no RTSP server; install with: apt-get install {PACKAGES}")

    def _start_at(self, port: int) -> None:
        plan = json.dumps(self._plan(port))
        self._process = process = subprocess.Popen(
            [PYTHON, str(SCRIPT), plan], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], _START_S)
        told = process.stdout.readline() if ready else ""
        if not told.strip().isdigit():
            self.kill()
            raise ServerNotReadyError(f"the RTSP server does not listen at port {port}")
        self.port = int(told)

    def kill(self) -> None:
        """End it as a power cut does: nobody is told."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait(_STOP_S)
        if process.stdout is not None:
            process.stdout.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def _plan(self, port: int) -> dict[str, object]:
        mounts = self._mounts
        plan: dict[str, object] = {
            "port": port,
            "files": {name: str(path.resolve()) for name, path in mounts.files.items()},
            "launches": dict(mounts.launches),
            "fps": mounts.fps,
        }
        if mounts.login is not None:
            plan |= {"user": mounts.login[0], "password": mounts.login[1]}
        return plan

"""A server process of its own for a test: started, watched through its log, stopped."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 60.0
STOP_LIMIT_S = 30.0
LOOPBACK = {"grpc_listen": "127.0.0.1:0", "http_listen": "127.0.0.1:0"}


class ServerProcess:
    """`python -m serving` with the given settings; a context manager that waits for SERVING."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.config = write_settings(folder, **settings)
        self.log: list[dict[str, Any]] = []
        self.plain: list[str] = []
        self.process: subprocess.Popen[str] | None = None
        self._news = threading.Condition()

    def __enter__(self) -> Self:
        self.start()
        self.wait_for("serving")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process and read its log."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "serving", "--config", str(self.config)],
            cwd=ROOT,
            env=clean_environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process is not None
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            for line in stream:
                with self._news:
                    try:
                        self.log.append(json.loads(line))
                    except json.JSONDecodeError:
                        self.plain.append(line)
                    self._news.notify_all()

    def wait_for(self, event: str, limit_s: float = START_LIMIT_S) -> dict[str, Any]:
        """Return the first log line of an event."""
        deadline_s = time.monotonic() + limit_s
        with self._news:
            while not (lines := self.events(event)):
                left_s = deadline_s - time.monotonic()
                ended = self.process is not None and self.process.poll() is not None
                if left_s <= 0 or ended:
                    raise AssertionError(f"no {event!r} from the server: {self.log} {self.plain}")
                self._news.wait(min(left_s, 0.2))
        return lines[0]

    def events(self, event: str) -> list[dict[str, Any]]:
        """Return the log lines of an event so far."""
        return [line for line in self.log if line.get("event") == event]

    @property
    def grpc(self) -> str:
        """Address of the gRPC server."""
        return f"127.0.0.1:{self.wait_for('serving')['grpc_port']}"

    @property
    def http(self) -> str:
        """Address of the pages."""
        return f"127.0.0.1:{self.wait_for('serving')['http_port']}"

    def signal(self) -> None:
        """Ask the process to stop."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """Stop the process and return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.signal()
        try:
            return self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


def write_settings(folder: Path, **settings: object) -> Path:
    """Write a settings file with a data folder of its own and ports that are free."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {**LOOPBACK, "data_dir": str(folder / "data"), **settings}
    path = folder / "server.toml"
    path.write_text("".join(f"{name} = {_toml(value)}\n" for name, value in values.items()))
    return path


def clean_environment() -> dict[str, str]:
    """Return our environment without settings, but for the cache of weights."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SMARTBRANCH_") or name == "SMARTBRANCH_CACHE"
    }


def _toml(value: object) -> str:
    if isinstance(value, Path):
        value = str(value)
    return json.dumps(value)

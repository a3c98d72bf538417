"""A real server process on loopback, started for a measurement and stopped after it."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from base.errors import SettingsError
from serving.settings import ENV_PREFIX

MESSAGE_BYTES = 64 * 2**20
_SERVING_WITHIN_S = 60.0
_STOPPED_WITHIN_S = 30.0
_POLL_S = 0.02
# A bench is one client that sends all it can; the limits on one client are not what it measures.
_UNLIMITED = {"RATE_PER_S": "1000000", "RATE_BURST": "1000000", "HTTP_ENABLED": "false"}


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where the server answers, and how long it took from its start to SERVING."""

    address: str
    pid: int
    start_s: float

    def resident_bytes(self) -> int:
        """Return the memory that the process holds in RAM."""
        return resident_bytes(self.pid)

    def cpu_seconds(self) -> float:
        """Return the processor time that the process has used."""
        return cpu_seconds(self.pid)

    def channel(self) -> grpc.Channel:
        """Open a channel for synchronous calls."""
        return grpc.insecure_channel(self.address, options=channel_options())

    def aio_channel(self) -> grpc.aio.Channel:
        """Open a channel for calls on the running event loop."""
        return grpc.aio.insecure_channel(self.address, options=channel_options())


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used, in user code and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def channel_options() -> list[tuple[str, int]]:
    """Return the options of a measuring channel; each has a connection of its own."""
    return [
        ("grpc.max_send_message_length", MESSAGE_BYTES),
        ("grpc.use_local_subchannel_pool", 1),
    ]


def resident_bytes(pid: int) -> int:
    """Return a process's resident memory, from /proc."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running_server(overrides: Mapping[str, str] | None = None) -> Iterator[RunningServer]:
    """Start `smartbranch serve` with a data folder of its own and wait until it is SERVING.

    overrides: settings by upper-case name without the prefix, such as {"MAX_IN_FLIGHT": "8"}.
    Raises SettingsError if the server ends by itself or does not get ready.
    """
    with tempfile.TemporaryDirectory(prefix="smartbranch-bench-") as folder:
        address = f"127.0.0.1:{free_port()}"
        settings = {**_UNLIMITED, "GRPC_LISTEN": address, "DATA_DIR": f"{folder}/data"}
        settings |= {"LOG_LEVEL": "error", **(overrides or {})}
        log = Path(folder) / "server.log"
        started = time.perf_counter()
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "cli", "serve"],
                env=os.environ | {ENV_PREFIX + name: value for name, value in settings.items()},
                stdout=out,
                stderr=out,
            )
        try:
            _wait_until_serving(process, address, log)
            yield RunningServer(address, process.pid, time.perf_counter() - started)
        finally:
            _stop(process)


def _wait_until_serving(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    deadline_s = time.monotonic() + _SERVING_WITHIN_S
    with grpc.insecure_channel(address, options=_eager_options()) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        while time.monotonic() < deadline_s:
            if process.poll() is not None:
                raise SettingsError(f"the server ended with {process.returncode}: {_tail(log)}")
            try:
                answer = health.Check(health_pb2.HealthCheckRequest(), timeout=1)
            except grpc.RpcError:
                pass
            else:
                if answer.status == health_pb2.HealthCheckResponse.SERVING:
                    return
            time.sleep(_POLL_S)
    raise SettingsError(f"the server was not ready after {_SERVING_WITHIN_S:.0f} s: {_tail(log)}")


def _eager_options() -> list[tuple[str, int]]:
    """Try to connect often, so that waiting for the port does not round the start up."""
    return [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 100)]


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _tail(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"

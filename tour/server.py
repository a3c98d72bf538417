"""The real server as a process of its own, on loopback, with a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from base.errors import FaultError, ServerNotReadyError

HOST = "127.0.0.1"
START_LIMIT_S = 90.0
STOP_LIMIT_S = 20.0
_POLL_S = 0.1
_LOG_LINES_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the server listens, as `host:port`, the file that holds its log, and its process."""

    grpc: str
    http: str
    log: Path
    pid: int = 0


def free_port(preferred: int = 0) -> int:
    """Return `preferred` if nobody listens there, else a port that is free now."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise FaultError("no port is free on loopback")


@contextmanager
def running_server(
    data_dir: Path, grpc_port: int = 0, http_port: int = 0, **settings: str
) -> Iterator[Addresses]:
    """Start the server, wait until it is SERVING, stop it afterwards.

    data_dir: created if missing. settings: further ones by name, as the environment gives them.
    Raises ServerNotReadyError.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    addresses = Addresses(
        f"{HOST}:{free_port(grpc_port)}",
        f"{HOST}:{free_port(http_port)}",
        data_dir / "server.log",
    )
    with addresses.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "serve"],
            env=_environment(data_dir, addresses, settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for the tour, which then stops the server in order.
            start_new_session=True,
        )
    try:
        _wait_until_serving(process, addresses)
        yield replace(addresses, pid=process.pid)
    finally:
        _stop(process)


def _environment(data_dir: Path, addresses: Addresses, settings: dict[str, str]) -> dict[str, str]:
    own = {
        "data_dir": str(data_dir),
        "grpc_listen": addresses.grpc,
        "http_listen": addresses.http,
    }
    named = {f"SMARTBRANCH_{key.upper()}": value for key, value in (own | settings).items()}
    return dict(os.environ) | named


def _wait_until_serving(process: "subprocess.Popen[bytes]", addresses: Addresses) -> None:
    end = time.monotonic() + START_LIMIT_S
    with grpc.insecure_channel(addresses.grpc) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        while time.monotonic() < end and process.poll() is None:
            try:
                answer = health.Check(health_pb2.HealthCheckRequest(), timeout=1.0)
            except grpc.RpcError:
                time.sleep(_POLL_S)
                continue
            if answer.status == health_pb2.HealthCheckResponse.SERVING:
                return
            time.sleep(_POLL_S)
    last = addresses.log.read_text(errors="replace").splitlines()[-_LOG_LINES_SHOWN:]
    raise ServerNotReadyError("the server did not start; its log ends:\n" + "\n".join(last))


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

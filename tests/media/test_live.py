"""What is no camera is told apart, within its time, and no message holds the address."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import av
import pytest

from base.errors import (
    CameraAddressError,
    CameraRefusedError,
    CameraUnavailableError,
    SmartBranchError,
)
from media.live import LiveLimits, read_device, read_rtsp

LIMITS = LiveLimits(open_timeout_s=0.4, read_timeout_s=0.4)
PATIENT = LiveLimits(open_timeout_s=30.0)


@contextmanager
def listener(answer: bytes | None) -> Iterator[str]:
    """Listen at a port and give every caller the same answer, or none at all."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        if answer is not None:
            threading.Thread(target=_answer, args=(server, answer), daemon=True).start()
        yield f"rtsp://box:s3cret@127.0.0.1:{server.getsockname()[1]}/door"


def _answer(server: socket.socket, answer: bytes) -> None:
    try:
        while True:
            caller, _ = server.accept()
            with caller:
                caller.recv(4096)
                caller.sendall(answer)
    except OSError:
        return  # The test is over.


def failure(read: Callable[[], Iterator[object]]) -> SmartBranchError:
    with pytest.raises(SmartBranchError) as caught:
        next(read())
    error = caught.value
    assert "s3cret" not in f"{error} {error.metadata} {error.__cause__}"
    return error


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", CameraAddressError),
        (b"SSH-2.0-OpenSSH_9.2\r\n", CameraAddressError),
        (b"RTSP/1.0 403 Forbidden\r\nCSeq: 1\r\n\r\n", CameraRefusedError),
        (b"RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n", CameraAddressError),
        (b"RTSP/1.0 503 Service Unavailable\r\nCSeq: 1\r\n\r\n", CameraUnavailableError),
    ],
    ids=["a web server", "a shell", "forbidden", "no such stream", "out of service"],
)
def test_what_answers_is_told_apart(answer: bytes, expected: type[SmartBranchError]) -> None:
    with listener(answer) as url:
        assert type(failure(lambda: read_rtsp(url, limits=PATIENT))) is expected


def test_what_never_answers_holds_a_thread_for_its_limit_only() -> None:
    begun_s = time.monotonic()
    with listener(None) as url:
        error = failure(lambda: read_rtsp(url, limits=LIMITS))
    assert type(error) is CameraUnavailableError
    assert "within 0.4 s" in error.message
    assert time.monotonic() - begun_s < 10


def test_a_host_that_nobody_knows_is_not_reached() -> None:
    error = failure(lambda: read_rtsp("rtsp://box:s3cret@nowhere.invalid/door"))
    assert type(error) is CameraUnavailableError


def test_what_a_network_camera_does_not_permit_is_no_matter_of_this_machines_users(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """FFmpeg says so of a stream without pictures, and the operator was sent to look at a device.

    It was then asked once a minute, as where only a person can help.
    """

    def refuse(*_: object, **__: object) -> None:
        raise av.PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("media.live.av.open", refuse)
    error = failure(lambda: read_rtsp("rtsp://box:s3cret@127.0.0.1/door"))
    assert type(error) is CameraUnavailableError
    assert type(failure(lambda: read_device("/dev/video0"))) is CameraRefusedError


def test_a_device_that_is_not_there_is_said() -> None:
    assert type(failure(lambda: read_device("/dev/video-of-nobody"))) is CameraAddressError


def test_a_device_that_is_no_camera_is_said() -> None:
    error = failure(lambda: read_device("/dev/null", size_wh=(640, 480), fps=15))
    assert type(error) is CameraUnavailableError

"""Footage made from a photograph, and a real RTSP server that plays it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bench.footage import encode_h264, walk
from bench.rtsp_server import PACKAGES, Mounts, RtspServer, has_rtsp_server
from media.image import ImageRGB
from media.pictures import decode_picture

WIDTH, HEIGHT = 640, 360
SOUND = "( audiotestsrc is-live=true ! audioconvert ! rtpL16pay name=pay0 )"
THEORA = "( videotestsrc is-live=true ! theoraenc ! rtptheorapay name=pay0 )"


@pytest.fixture(scope="session")
def views(table_photograph: bytes) -> Sequence[ImageRGB]:
    """Two seconds of a view that pans over a photograph."""
    return list(walk(decode_picture(table_photograph), WIDTH, HEIGHT))


@pytest.fixture(scope="session")
def footage(views: Sequence[ImageRGB], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a camera encodes it."""
    path = tmp_path_factory.mktemp("footage") / "door.h264"
    path.write_bytes(encode_h264(views))
    return path


@pytest.fixture(scope="session")
def changing_footage(views: Sequence[ImageRGB], footage: Path) -> Path:
    """A camera that changes its size every second, from small to large and back."""
    path = footage.with_name("changing.h264")
    smaller = [view[::2, ::2].copy() for view in views[:25]]
    path.write_bytes(encode_h264(smaller) + encode_h264(views[:25]))
    return path


@pytest.fixture(scope="session")
def rtsp_is_there() -> None:
    if not has_rtsp_server():
        pytest.skip(f"there is no RTSP server; apt-get install {PACKAGES}")


@pytest.fixture(scope="session")
def cameras(rtsp_is_there: None, footage: Path, changing_footage: Path) -> Iterator[RtspServer]:
    """A server that stays up, for all tests; mark them `rtsp`."""
    mounts = Mounts(
        files={"door": footage, "changing": changing_footage},
        launches={"sound": SOUND, "theora": THEORA},
        login=("box", "s3cret"),
    )
    with RtspServer(mounts) as server:
        yield server


@pytest.fixture
def mortal_camera(rtsp_is_there: None, footage: Path) -> Iterator[RtspServer]:
    """A server that a test may kill and start again; it asks for no password."""
    with RtspServer(Mounts(files={"door": footage})) as server:
        yield server


@pytest.fixture
def mortal_changing_camera(rtsp_is_there: None, changing_footage: Path) -> Iterator[RtspServer]:
    """One whose timeline begins with the test: small pictures first."""
    with RtspServer(Mounts(files={"changing": changing_footage})) as server:
        yield server

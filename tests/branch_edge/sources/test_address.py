"""An address says what gives the frames, and keeps its password to itself."""

from pathlib import Path

import pytest

from base.errors import CameraAddressError
from branch_edge.sources.address import MAX_ADDRESS_CHARS, CameraAddress, SourceKind


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("rtsp://10.0.0.7/main", SourceKind.RTSP, "rtsp://10.0.0.7/main"),
        ("rtsp://box:p%40ss@cam:554/a?key=k#x", SourceKind.RTSP, "rtsp://cam:554/a"),
        ("rtsps://u:p@[fe80::1]:322/a", SourceKind.RTSP, "rtsps://[fe80::1]:322/a"),
        ("/dev/video0", SourceKind.USB, "/dev/video0"),
        ("clips/door.mp4", SourceKind.FILE, "clips/door.mp4"),
    ],
    ids=["network", "with secrets", "encrypted, IPv6", "USB", "file"],
)
def test_an_address_is_read_and_shown_without_secrets(
    text: str, kind: SourceKind, shown: str
) -> None:
    address = CameraAddress.parse(text)
    assert (address.kind, address.location, address.shown) == (kind, text, shown)
    assert repr(address) == f"CameraAddress({kind.value}, {shown})"


def test_a_folder_is_known_by_being_there(tmp_path: Path) -> None:
    assert CameraAddress.parse(str(tmp_path)).kind is SourceKind.FOLDER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rtsp://box:s3cret@/main",
        "rtsp://box:s3cret@cam:port/main",
        "rtsp://box:s3cret@cam/ma in",
        "rtsp://box:s3cret@cam/\r\nTeardown: yes",
        "http://box:s3cret@cam/",
        "file:///etc/s3cret",
        "concat://s3cret",
        "rtsp://s3cret@[::1/",
        "rtsp://s3cret/" + "x" * MAX_ADDRESS_CHARS,
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(CameraAddressError, match="not usable") as caught:
        CameraAddress.parse(text)
    assert "s3cret" not in caught.value.message

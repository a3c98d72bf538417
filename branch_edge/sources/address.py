"""Where a camera is, with whatever is secret in it kept out of sight."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from base.errors import CameraAddressError

MAX_ADDRESS_CHARS = 2048
KNOWN_ADDRESSES = "rtsp://HOST/PATH, rtsps://HOST/PATH, /dev/videoN, a file or a folder"


class SourceKind(Enum):
    """What gives the frames."""

    RTSP = "rtsp"
    USB = "usb"
    FILE = "file"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True, repr=False)
class CameraAddress:
    """One camera's address. location: as FFmpeg or the file system takes it; may hold a password.

    shown: the same for logs and people, without user, password and query.
    """

    kind: SourceKind
    location: str
    shown: str

    def __repr__(self) -> str:
        return f"CameraAddress({self.kind.value}, {self.shown})"

    @classmethod
    def parse(cls, text: str) -> "CameraAddress":
        """Read an address as an administrator writes it.

        Raises CameraAddressError, which never repeats the address.
        """
        if not text or len(text) > MAX_ADDRESS_CHARS or not text.isprintable():
            raise _wrong(f"it has no, unprintable or more than {MAX_ADDRESS_CHARS} characters")
        if "://" in text:
            return _network(cls, text)
        if text.startswith("/dev/"):
            return cls(SourceKind.USB, text, text)
        kind = SourceKind.FOLDER if Path(text).is_dir() else SourceKind.FILE
        return cls(kind, text, text)


def _network(cls: type[CameraAddress], text: str) -> CameraAddress:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _wrong("its host or port cannot be read") from None
    if parts.scheme not in ("rtsp", "rtsps"):
        raise _wrong("only rtsp and rtsps are spoken")
    if not host or " " in text:
        raise _wrong("it names no host, or has a space in it")
    host = f"[{host}]" if ":" in host else host
    place = host if port is None else f"{host}:{port}"
    return cls(SourceKind.RTSP, text, f"{parts.scheme}://{place}{parts.path}")


def _wrong(why: str) -> CameraAddressError:
    return CameraAddressError(f"the camera's address is not usable: {why}; use {KNOWN_ADDRESSES}")

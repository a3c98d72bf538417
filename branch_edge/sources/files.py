"""Files and folders of pictures as readers: they stand in for a camera, or are read in full."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np

from base.clock import Clock
from base.errors import CameraAddressError, SmartBranchError, UnsupportedSourceError
from branch_edge.sources.address import CameraAddress, SourceKind
from branch_edge.sources.reader import Arrival, RawFrame
from branch_edge.sources.settings import SourceSettings
from media.clips import read_decoded
from media.decoded import Luma
from media.encoding import Encoding, picture_encoding
from media.image import ImageRGB
from media.pictures import decode_picture

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
MAX_FOLDER_PICTURES = 100_000
MAX_PICTURE_BYTES = 20 * 1024 * 1024
# Between two rounds of a loop; also what a file with one frame lasts.
_USUAL_STEP_S = 0.04


class StillFrame:
    """A decoded picture of a folder."""

    def __init__(self, image: ImageRGB, pts_s: float, encoding: Encoding | None) -> None:
        self._image = image
        self.pts_s: float | None = pts_s
        self.encoding = encoding

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height."""
        return self._image.shape[1], self._image.shape[0]

    def luma(self) -> Luma:
        """Return brightness, (H, W) uint8."""
        return np.asarray(cv2.cvtColor(self._image, cv2.COLOR_RGB2GRAY), np.uint8)

    def image(self) -> ImageRGB:
        """Return the picture."""
        return self._image


class FileReader:
    """A file or folder that is played, once or over and over.

    Paced, frames come at the times they are shown; unpaced, at once, with the same times on them.
    """

    is_live = False

    def __init__(self, address: CameraAddress, settings: SourceSettings, clock: Clock) -> None:
        path = Path(address.location)
        self._play: Callable[[], Iterator[tuple[float, RawFrame]]] = lambda: (
            _read_folder(path, settings)
            if address.kind is SourceKind.FOLDER
            else _read_file(path, settings)
        )
        self._settings = settings
        self._clock = clock

    def arrivals(self, stop: threading.Event) -> Generator[Arrival, None, None]:
        """Play from the start."""
        begun, begun_s = self._clock.now(), self._clock.monotonic()
        for at_s, frame in self._rounds():
            if self._settings.is_paced:
                stop.wait(max(0.0, begun_s + at_s - self._clock.monotonic()))
            if stop.is_set():
                return
            yield Arrival(frame, begun_s + at_s, begun + timedelta(seconds=at_s))

    def _rounds(self) -> Iterator[tuple[float, RawFrame]]:
        """Yield frames with the seconds since the first round began; they go on in the next."""
        offset_s = 0.0
        while True:
            at_s, step_s = offset_s, _USUAL_STEP_S
            for shown_s, frame in self._play():
                if offset_s + shown_s > at_s:
                    at_s, step_s = offset_s + shown_s, offset_s + shown_s - at_s
                yield at_s, frame
            if not self._settings.is_looped:
                return
            offset_s = at_s + step_s


def _read_file(path: Path, settings: SourceSettings) -> Iterator[tuple[float, RawFrame]]:
    try:
        with closing(read_decoded(path, settings.file_limits)) as frames:
            yield from frames
    except OSError as error:
        raise _unreadable("file", error) from None


def _read_folder(path: Path, settings: SourceSettings) -> Iterator[tuple[float, RawFrame]]:
    try:
        names = sorted(
            found.name for found in path.iterdir() if found.suffix.lower() in PICTURE_SUFFIXES
        )
    except OSError as error:
        raise _unreadable("folder", error) from None
    if not 0 < len(names) <= MAX_FOLDER_PICTURES:
        raise UnsupportedSourceError(
            f"the folder has {len(names)} pictures; expected 1 to {MAX_FOLDER_PICTURES}, named "
            f"{', '.join(sorted(PICTURE_SUFFIXES))}"
        )
    for place, name in enumerate(names):
        yield _read_picture(path / name, place / settings.folder_fps)


def _read_picture(path: Path, at_s: float) -> tuple[float, RawFrame]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PICTURE_BYTES + 1)
    except OSError as error:
        raise _unreadable(f"picture {path.name}", error) from None
    try:
        return at_s, StillFrame(decode_picture(data), at_s, picture_encoding(data))
    except SmartBranchError as error:
        raise type(error)(f"{path.name}: {error.message}", **error.metadata) from None


def _unreadable(what: str, error: OSError) -> CameraAddressError:
    return CameraAddressError(f"the {what} cannot be read: {error.strerror}")

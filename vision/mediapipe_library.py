"""MediaPipe's native library, loaded so that it keeps to itself.

The library posts figures about its use (latencies, counts, platform) to an address of its maker,
in the background, and has no switch for it. Nothing about a bank's interviews leaves the
machine, so the address in the loaded copy is made one that no client can speak to.
"""

import ctypes
import mmap
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mediapipe.tasks.python.core import (  # type: ignore[import-untyped]
    mediapipe_c_bindings,
)

from base.errors import SettingsError

_METRICS_URL = b"https://play.googleapis.com/log\0"
# As long as the original; curl knows no such scheme and gives up before it asks for a name.
_NOWHERE_URL = b"never://play.googleapis.com/log\0"
_LIBRARY = "libmediapipe.so"
_MAPS = Path("/proc/self/maps")
_CHATTER = re.compile(
    rb"^([IW]\d{4} \d\d:\d\d:|INFO: Created TensorFlow Lite|WARNING: Logging before InitGoogle)"
)
_LOCK = threading.Lock()


def load_quietly() -> None:
    """Load the library, if it is not, and take its metrics address away.

    Raises SettingsError where a system library is missing, or where the address cannot be found:
    another version of MediaPipe may send its figures elsewhere, so it is not used.
    """
    with _LOCK:
        try:
            mediapipe_c_bindings.load_raw_library()
        except OSError as error:
            raise SettingsError(
                f"MediaPipe's library does not load: {error}; on Debian, "
                "`apt-get install libegl1 libgles2` brings what it needs"
            ) from error
        found = sum(_blank(start, stop) for start, stop in _mapped_ranges())
    if not found:
        raise SettingsError(
            "the address that MediaPipe sends its usage figures to was not found in its library; "
            "install the version that requirements/ pins"
        )


def _mapped_ranges() -> list[tuple[int, int]]:
    """Return where the library's readable pages lie in memory; nowhere where Linux is not."""
    try:
        maps = _MAPS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    ranges = []
    for line in maps:
        span, rights, *_ = line.split(maxsplit=2)
        if line.endswith(_LIBRARY) and rights.startswith("r"):
            start, stop = (int(word, 16) for word in span.split("-"))
            ranges.append((start, stop))
    return ranges


def _blank(start: int, stop: int) -> int:
    """Overwrite every such address in a range; return how many are blank now."""
    content = (ctypes.c_char * (stop - start)).from_address(start)
    view = memoryview(content).cast("B")
    places = [match.start() for match in re.finditer(re.escape(_METRICS_URL), view)]
    done = sum(1 for _ in re.finditer(re.escape(_NOWHERE_URL), view))
    for place in places:
        _overwrite(start + place, _NOWHERE_URL)
    return len(places) + done


def _overwrite(address: int, content: bytes) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    first = address & -mmap.PAGESIZE
    size = address + len(content) - first
    # The page holds constants and no code, so it needs no right to be run afterwards.
    for rights in (mmap.PROT_READ | mmap.PROT_WRITE, mmap.PROT_READ):
        if libc.mprotect(ctypes.c_void_p(first), ctypes.c_size_t(size), rights):
            raise SettingsError(
                f"MediaPipe's metrics could not be turned off: {os.strerror(ctypes.get_errno())}"
            )
        if rights & mmap.PROT_WRITE:
            ctypes.memmove(address, content, len(content))


@contextmanager
def without_chatter() -> Iterator[None]:
    """Keep the library's start-up lines from standard error; let everything else through.

    It writes to the file descriptor itself and has no log level either.
    """
    with _LOCK, os.fdopen(os.memfd_create("stderr"), "w+b") as kept:
        sys.stderr.flush()
        original = os.dup(2)
        os.dup2(kept.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(original, 2)
            os.close(original)
            kept.seek(0)
            for line in kept:
                if not _CHATTER.match(line):
                    os.write(2, line)

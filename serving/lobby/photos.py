"""Pictures of known people while they are there: in memory alone, and few."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from base.clock import Clock
from base.ids import SubjectName
from lobby.branch import Branch

_MAX_BYTES = 32 * 1024 * 1024
_AFTER_END_S = 180.0
_LONGEST_S = 12 * 3600.0  # For a visit whose end was never told.

Key = tuple[str, str, str]  # Tenant, branch and visit.


@dataclass(frozen=True, slots=True, repr=False)
class _Photo:
    subject: SubjectName
    jpeg: bytes
    quality: float
    goes_s: float


class Photos:
    """The best picture of each known visitor; safe to share between threads.

    A picture belongs to a visit and a subject, so that it never shows for somebody else.
    """

    def __init__(self, clock: Clock, max_bytes: int = _MAX_BYTES) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._photos: OrderedDict[Key, _Photo] = OrderedDict()
        self._byte_count = 0

    def __len__(self) -> int:
        return len(self._photos)

    def put(
        self, branch: Branch, visit: str, subject: SubjectName, jpeg: bytes, quality: float
    ) -> None:
        """Keep a picture if it is the best of this visitor; quality: 0 to 100."""
        key = branch.tenant, branch.id, visit
        goes_s = self._clock.monotonic() + _LONGEST_S
        with self._lock:
            old = self._photos.get(key)
            if old is not None and old.subject == subject and old.quality >= quality:
                return
            self._drop(key)
            self._photos[key] = _Photo(subject, jpeg, quality, goes_s)
            self._byte_count += len(jpeg)
            while self._byte_count > self._max_bytes:
                self._drop(next(iter(self._photos)))

    def get(self, branch: Branch, visit: str, subject: SubjectName | None) -> bytes | None:
        """Return the picture of a visitor, JPEG, None if there is none of this subject."""
        with self._lock:
            photo = self._photos.get((branch.tenant, branch.id, visit))
        if photo is None or photo.subject != subject or photo.goes_s <= self._clock.monotonic():
            return None
        return photo.jpeg

    def end(self, branch: Branch, visit: str) -> None:
        """Let the picture of a visit that ended go in a few minutes."""
        key = branch.tenant, branch.id, visit
        goes_s = self._clock.monotonic() + _AFTER_END_S
        with self._lock:
            photo = self._photos.get(key)
            if photo is not None:
                self._photos[key] = _Photo(photo.subject, photo.jpeg, photo.quality, goes_s)

    def forget(self, tenant: str, gallery: str, subject: str | None) -> int:
        """Drop the pictures of a subject, or of all of a gallery; return how many."""
        with self._lock:
            gone = [
                key
                for key, photo in self._photos.items()
                if (photo.subject.tenant, photo.subject.gallery) == (tenant, gallery)
                and subject in (None, photo.subject.subject)
            ]
            for key in gone:
                self._drop(key)
        return len(gone)

    def sweep(self) -> None:
        """Drop what has outlived its visit."""
        now_s = self._clock.monotonic()
        with self._lock:
            for key in [key for key, photo in self._photos.items() if photo.goes_s <= now_s]:
                self._drop(key)

    def _drop(self, key: Key) -> None:
        photo = self._photos.pop(key, None)
        if photo is not None:
            self._byte_count -= len(photo.jpeg)

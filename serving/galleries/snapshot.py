"""Snapshots of an index on disk: encrypted, bound to gallery and revision, replaced whole."""

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, cast

from base.errors import SecretsUnavailableError
from serving.crypto.key import Key
from serving.storage.migrate import exclusive

_MAGIC = b"SBSNAP1\n"
_CHUNK_BYTES = 64 * 1024 * 1024
_MAX_HEADER_BYTES = 4096
SUFFIX = ".snapshot"


@dataclass(frozen=True, slots=True)
class SnapshotHeader:
    """What a snapshot is of; stands in clear and is authenticated with every chunk.

    size_bytes: of the plain content.
    """

    tenant: str
    gallery_id: int
    model_id: str
    revision: int
    size_bytes: int


class SnapshotStore:
    """The folder of snapshots. Safe for several processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, tenant: str, gallery_id: int) -> Path:
        """Return where the snapshot of a gallery lies."""
        return self._folder / tenant / f"{gallery_id}{SUFFIX}"

    def header(self, tenant: str, gallery_id: int) -> SnapshotHeader | None:
        """Return the header of a gallery's snapshot, None if there is none to read."""
        try:
            with self.path(tenant, gallery_id).open("rb") as file:
                return _read_header(file)
        except (OSError, ValueError, TypeError):
            return None

    def read(
        self, tenant: str, gallery_id: int, model_id: str, key: Key
    ) -> tuple[SnapshotHeader, bytes] | None:
        """Return a gallery's snapshot; None if there is none, or none that opens."""
        try:
            with self.path(tenant, gallery_id).open("rb") as file:
                header = _read_header(file)
                if (header.tenant, header.gallery_id, header.model_id) != (
                    tenant,
                    gallery_id,
                    model_id,
                ):
                    return None
                return header, _read_content(file, header, key)
        except (OSError, ValueError, TypeError, SecretsUnavailableError):
            return None

    def write(self, header: SnapshotHeader, content: bytes, key: Key) -> bool:
        """Replace a gallery's snapshot; False if there is one as new already.

        Raises OSError.
        """
        path = self.path(header.tenant, header.gallery_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with exclusive(path.with_suffix(".lock")):
            present = self.header(header.tenant, header.gallery_id)
            if present is not None and present.revision >= header.revision:
                return False
            draft = path.with_suffix(f".{secrets.token_hex(4)}.draft")
            try:
                with draft.open("xb") as file:
                    _write_all(file, header, content, key)
                os.replace(draft, path)
            finally:
                draft.unlink(missing_ok=True)
            _sync_folder(path.parent)
        return True

    def remove(self, tenant: str, gallery_id: int) -> bool:
        """Remove a gallery's snapshot and drafts of it; return whether there was one."""
        path = self.path(tenant, gallery_id)
        for draft in path.parent.glob(f"{gallery_id}.*.draft"):
            draft.unlink(missing_ok=True)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _sync_folder(path.parent)
        return True

    def remove_drafts(self) -> None:
        """Remove what a crash left half written; call it while nobody writes."""
        for draft in self._folder.glob("*/*.draft"):
            draft.unlink(missing_ok=True)

    def all(self) -> list[tuple[str, int]]:
        """Return tenant and gallery id of every snapshot."""
        paths = self._folder.glob(f"*/*{SUFFIX}")
        return [(path.parent.name, int(path.stem)) for path in paths if path.stem.isdigit()]


def _read_header(file: BinaryIO) -> SnapshotHeader:
    if file.read(len(_MAGIC)) != _MAGIC:
        raise ValueError("not a snapshot")
    return SnapshotHeader(**json.loads(file.readline(_MAX_HEADER_BYTES)))


def _chunks(size_bytes: int) -> Iterator[tuple[int, int]]:
    for start in range(0, size_bytes, _CHUNK_BYTES):
        yield start, min(start + _CHUNK_BYTES, size_bytes)


def _context(header: SnapshotHeader, start: int) -> str:
    return f"snapshot:{json.dumps(asdict(header), sort_keys=True)}:{start}"


def _read_content(file: BinaryIO, header: SnapshotHeader, key: Key) -> bytes:
    if not 0 <= header.size_bytes <= os.fstat(file.fileno()).st_size:
        raise ValueError("the snapshot is shorter than it says")
    content = bytearray(header.size_bytes)
    overhead = len(key.seal(b"", ""))
    for start, end in _chunks(header.size_bytes):
        sealed = file.read(end - start + overhead)
        content[start:end] = key.open(sealed, _context(header, start))
    # Read only from here on; a true copy of a large gallery would cost a gigabyte.
    return cast(bytes, content)


def _write_all(file: BinaryIO, header: SnapshotHeader, content: bytes, key: Key) -> None:
    file.write(_MAGIC + json.dumps(asdict(header)).encode() + b"\n")
    view = memoryview(content)
    for start, end in _chunks(len(content)):
        file.write(key.seal(bytes(view[start:end]), _context(header, start)))
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

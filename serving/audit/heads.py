"""Sealed heads: files beside the database that say how far each chain had come.

A head is written after its line is durable, so it can lag behind the database and never run
ahead of it: a database that ends before its head was cut.
"""

import hmac
import json
import logging
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from serving.audit.chain import FIRST_SEQUENCE, NO_HASH
from serving.crypto.key import Key
from serving.storage.migrate import exclusive

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain had come; `is_genuine` is False for a head that we did not seal."""

    sequence: int
    hash: str
    is_genuine: bool


class SealedHeads:
    """The folder of heads, one file a writer, each signed with the audit key."""

    def __init__(self, folder: Path, key: Key) -> None:
        self._folder = folder
        self._key = key
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def read(self, writer: str) -> Head | None:
        """Return the head of a writer, None if there is no file."""
        try:
            content = json.loads(self._path(writer).read_text())
            sequence, line_hash = int(content["sequence"]), str(content["hash"])
            mac = bytes.fromhex(content["mac"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            return Head(0, "", is_genuine=False)
        return Head(
            sequence, line_hash, hmac.compare_digest(mac, self._mac(writer, sequence, line_hash))
        )

    def writers(self) -> list[str]:
        """Return the writers that have a head."""
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def begin(self, writer: str) -> None:
        """Write the head of a chain that has no line yet."""
        if self.read(writer) is None:
            self._write(writer, FIRST_SEQUENCE - 1, NO_HASH)

    def advance(self, writer: str, sequence: int, line_hash: str) -> None:
        """Move a head on. A missing or forged one is left for `verify` to report.

        The line is durable by now: a head that cannot be written is logged, not raised.
        """
        try:
            with exclusive(self._folder / f"{writer}.lock"):
                head = self.read(writer)
                if head is not None and head.is_genuine and head.sequence < sequence:
                    self._write(writer, sequence, line_hash)
        except OSError as error:
            _log.error("the audit head of %s was not written: %s", writer, error.strerror)

    def reseal(self, writer: str, sequence: int, line_hash: str) -> None:
        """Write a head whatever stood there, after a restore; the caller records that."""
        with exclusive(self._folder / f"{writer}.lock"):
            self._write(writer, sequence, line_hash)

    def _write(self, writer: str, sequence: int, line_hash: str) -> None:
        mac = self._mac(writer, sequence, line_hash).hex()
        text = json.dumps({"sequence": sequence, "hash": line_hash, "mac": mac})
        draft = self._path(writer).with_suffix(f".{secrets.token_hex(4)}.tmp")
        draft.write_text(text)
        os.replace(draft, self._path(writer))

    def _mac(self, writer: str, sequence: int, line_hash: str) -> bytes:
        return self._key.mac(f"{writer}\n{sequence}\n{line_hash}".encode(), "audit-head")

    def _path(self, writer: str) -> Path:
        return self._folder / f"{writer}.json"

"""The spool's key: pictures of faces lie on a disk that can be carried away."""

import binascii
import hashlib
import hmac
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from base.errors import SecretsUnavailableError
from branch_edge.private_files import write_private

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D: random, good for 2^32 records under one key.


class SpoolCipher:
    """Seals records with AES-256-GCM, each bound to its camera and number; hides its key."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a spool's key has {KEY_BYTES} bytes, got {len(key)}")
        self._aead = AESGCM(key)
        self.fingerprint = hmac.new(key, b"spool fingerprint", hashlib.sha256).digest()[:8]

    def __repr__(self) -> str:
        return "SpoolCipher(<hidden>)"

    def seal(self, payload: bytes, camera: str, sequence: int) -> bytes:
        """Encrypt one record."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, payload, _context(camera, sequence))

    def open(self, sealed: bytes, camera: str, sequence: int) -> bytes | None:
        """Decrypt what `seal` made, None if it was changed or belongs elsewhere."""
        nonce = sealed[:NONCE_BYTES]
        try:
            return self._aead.decrypt(nonce, sealed[NONCE_BYTES:], _context(camera, sequence))
        except (InvalidTag, ValueError):
            return None


def _context(camera: str, sequence: int) -> bytes:
    return f"{camera}/{sequence}".encode()


def read_key(given: str | None, key_file: Path | None, own_file: Path) -> bytes:
    """Return the key: as given, from a file, or from one that is made on first use.

    given: 64 hex digits. Raises SecretsUnavailableError.
    """
    if given is not None:
        return _parse(given, "EDGE_SPOOL_KEY")
    if key_file is None:
        if not own_file.exists():
            write_private(own_file, secrets.token_hex(KEY_BYTES) + "\n")
        key_file = own_file
    try:
        return _parse(key_file.read_text(encoding="ascii"), str(key_file))
    except (OSError, UnicodeDecodeError) as error:
        raise SecretsUnavailableError(f"the spool's key {key_file} cannot be read") from error


def _parse(text: str, where: str) -> bytes:
    try:
        key = binascii.unhexlify(text.strip())
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise SecretsUnavailableError(
            f"the spool's key in {where} is not usable; expected {2 * KEY_BYTES} hex digits"
        )
    return key

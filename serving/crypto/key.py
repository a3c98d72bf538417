"""A symmetric key that seals, opens and signs, and never shows itself."""

import hashlib
import hmac
import secrets
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from base.errors import SecretsUnavailableError

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D: 96 random bits, good for 2^32 messages under one key.
_VERSION = b"\x01"


class Key:
    """256 bits for AES-GCM; hidden in `repr`, not comparable, not picklable."""

    __slots__ = ("_cipher", "_material")

    def __init__(self, material: bytes) -> None:
        if len(material) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, got {len(material)}")
        self._material = material
        self._cipher = AESGCM(material)

    @classmethod
    def generate(cls) -> "Key":
        """Return a new random key."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def __repr__(self) -> str:
        return "Key(<hidden>)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not pickled")

    def fingerprint(self) -> bytes:
        """Return 8 bytes that name the key and tell nothing about it."""
        return self.mac(b"", "fingerprint")[:8]

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt and bind to `context`: the result opens with the same context alone."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt what `seal` made.

        Raises SecretsUnavailableError if key, context or bytes are not the ones of `seal`.
        """
        start = len(_VERSION)
        if sealed[:start] != _VERSION:
            raise SecretsUnavailableError("sealed data has an unknown format", context=context)
        nonce = sealed[start : start + NONCE_BYTES]
        try:
            return self._cipher.decrypt(nonce, sealed[start + NONCE_BYTES :], context.encode())
        except (InvalidTag, ValueError):
            raise SecretsUnavailableError(
                "sealed data does not open: it was changed, moved, or sealed with another key",
                context=context,
            ) from None

    def wrap(self, key: "Key", context: str) -> bytes:
        """Seal another key."""
        return self.seal(key._material, f"key:{context}")

    def unwrap(self, wrapped: bytes, context: str) -> "Key":
        """Open a key that `wrap` sealed. Raises SecretsUnavailableError."""
        return Key(self.open(wrapped, f"key:{context}"))

    def mac(self, data: bytes, purpose: str) -> bytes:
        """Return the 32-byte HMAC-SHA256 of `data` under a key made for `purpose` alone."""
        own = hmac.new(self._material, b"mac:" + purpose.encode(), hashlib.sha256).digest()
        return hmac.new(own, data, hashlib.sha256).digest()

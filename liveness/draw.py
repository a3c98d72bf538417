"""Which challenges a session asks for, and when: random, bound to a one-time nonce.

The draw is a function of the nonce and of a secret of the server's (HMAC-SHA-256 in counter
mode, NIST SP 800-108): who sees the nonce can foretell nothing, and who holds the
secret can show later that the record is the draw.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Protocol

from liveness.events import Challenge

NONCE_BYTES = SECRET_BYTES = 16
# Long enough to see the face at rest before the prompt, short enough for patience.
MIN_PAUSE_S, MAX_PAUSE_S = 0.7, 3.0
_PAUSE_STEPS = 1 << 16


class Draw(Protocol):
    """Where a session's challenges and pauses come from."""

    @property
    def nonce(self) -> str:
        """One-time value in hexadecimal."""
        ...

    def challenge(self, choices: Sequence[Challenge], but: Challenge | None) -> Challenge:
        """Return one of the choices that is not `but`."""
        ...

    def pause_s(self) -> float:
        """Return how long a face rests before the prompt."""
        ...


def new_nonce() -> str:
    """Return a value that was never used and cannot be guessed (128 random bits)."""
    return secrets.token_hex(NONCE_BYTES)


class SecretDraw:
    """The draw that belongs to one nonce under one secret.

    secret: at least 16 bytes. Raises ValueError.
    """

    def __init__(self, nonce: str, secret: bytes) -> None:
        if len(secret) < SECRET_BYTES:
            raise ValueError(f"a secret has at least {SECRET_BYTES} bytes, got {len(secret)}")
        self._nonce = nonce
        self._secret = secret
        self._counter = 0

    @property
    def nonce(self) -> str:
        """One-time value in hexadecimal."""
        return self._nonce

    def challenge(self, choices: Sequence[Challenge], but: Challenge | None) -> Challenge:
        """Return one of the choices that is not `but`, each as likely as the others."""
        rest = [choice for choice in choices if choice is not but]
        return rest[self._below(len(rest))]

    def pause_s(self) -> float:
        """Return how long a face rests before the prompt."""
        share = self._below(_PAUSE_STEPS) / (_PAUSE_STEPS - 1)
        return MIN_PAUSE_S + share * (MAX_PAUSE_S - MIN_PAUSE_S)

    def _below(self, limit: int) -> int:
        """Return a number from 0 to limit - 1; what would favour some is thrown away."""
        span = 1 << 64
        usable = span - span % limit
        while True:
            value = int.from_bytes(self._next_block()[:8], "big")
            if value < usable:
                return value % limit

    def _next_block(self) -> bytes:
        self._counter += 1
        message = f"liveness draw/{self._nonce}/{self._counter}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).digest()

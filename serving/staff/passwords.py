"""Passwords: what is taken, and how it is kept."""

import hashlib
import hmac
import secrets
import unicodedata

from base.errors import InvalidArgumentError

MIN_CHARACTERS = 12
MAX_CHARACTERS = 128  # A longer one would only be work for the hash.
MIN_DISTINCT = 5
GENERATED_BYTES = 15  # 120 bits, 20 characters.
_SCHEME = "scrypt"
# 32 MiB and about 0.2 s of one core (OWASP's password storage advice for scrypt, its third row).
_LOG2_N, _R, _P = 15, 8, 3
_SALT_BYTES, _HASH_BYTES = 16, 32
_MAX_MEMORY_BYTES = 64 * 1024 * 1024


def check_password(password: str, name: str) -> str:
    """Return a password that may be set. Raises InvalidArgumentError, without repeating it."""
    text = unicodedata.normalize("NFKC", password)
    if not MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS:
        raise InvalidArgumentError(
            f"a password has {MIN_CHARACTERS} to {MAX_CHARACTERS} characters", field="password"
        )
    if len(set(text)) < MIN_DISTINCT or name.casefold() in text.casefold():
        raise InvalidArgumentError(
            f"a password has {MIN_DISTINCT} different characters and does not hold the name",
            field="password",
        )
    return text


def new_password() -> str:
    """Return a password that nobody can guess."""
    return secrets.token_urlsafe(GENERATED_BYTES)


def hash_password(password: str) -> str:
    """Return what is kept of a password: scheme, cost, salt and hash."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return _kept(salt, _digest(password, salt, _LOG2_N, _R, _P))


def hash_of_nobody() -> str:
    """Return what looks like a hash and is no password's, to be compared with all the same."""
    return _kept(secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_HASH_BYTES))


def is_password(password: str, kept: str) -> bool:
    """Return whether a password is the one that was kept; takes as long for a wrong one."""
    _, log2_n, r, p, salt, digest = kept.split("$")
    found = _digest(password[: MAX_CHARACTERS + 1], bytes.fromhex(salt), *map(int, (log2_n, r, p)))
    return hmac.compare_digest(found, bytes.fromhex(digest))


def _kept(salt: bytes, digest: bytes) -> str:
    return "$".join((_SCHEME, str(_LOG2_N), str(_R), str(_P), salt.hex(), digest.hex()))


def _digest(password: str, salt: bytes, log2_n: int, r: int, p: int) -> bytes:
    text = unicodedata.normalize("NFKC", password).encode()
    return hashlib.scrypt(
        text, salt=salt, n=1 << log2_n, r=r, p=p, maxmem=_MAX_MEMORY_BYTES, dklen=_HASH_BYTES
    )

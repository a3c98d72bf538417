"""Tokens that open an attendance: random, and kept as a hash alone."""

import hashlib
import secrets

TOKEN_BYTES = 32
MAX_TOKEN_TEXT = 128


def new_token() -> str:
    """Return a token that nobody can guess: 43 characters that fit an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what is kept of a token. A plain hash does: nobody can try 2^256 tokens."""
    return hashlib.sha256(token[:MAX_TOKEN_TEXT].encode(errors="replace")).hexdigest()

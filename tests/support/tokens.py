"""Signed tokens for a test."""

import time
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ISSUER, AUDIENCE = "test-bank", "smartbranch"


class TokenMaker:
    """Signs with Ed25519; the public key lies in a file for the server."""

    def __init__(self, folder: Path) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.public_key = folder / "token-key.pem"
        self.public_key.write_bytes(
            self._key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )

    @property
    def settings(self) -> dict[str, object]:
        """What a server that accepts the tokens is set to."""
        return {"jwt_key_file": self.public_key, "jwt_issuer": ISSUER}

    def token(self, *roles: str, tenant: str = "default", **claims: Any) -> str:
        """Return a token; claims of None are left out."""
        all_claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "teller-7",
            "tenant": tenant,
            "roles": list(roles),
            "exp": int(time.time()) + 600,
            **claims,
        }
        kept = {name: value for name, value in all_claims.items() if value is not None}
        return jwt.encode(kept, self._key, algorithm="EdDSA")

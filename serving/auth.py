"""Bearer tokens: from a signed JWT to a caller."""

import hashlib
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from base.errors import (
    ExpiredTokenError,
    InvalidResourceNameError,
    InvalidTokenError,
    MissingTokenError,
    SecretsUnavailableError,
)
from base.ids import check_id
from serving.caller import Caller, Role
from serving.settings import ServerSettings

MIN_SECRET_BYTES = 32  # RFC 7518, 3.2: a key for HS256 is at least as long as the hash.
MIN_RSA_BITS = 2048
MAX_TOKEN_BYTES = 8192
MAX_DUTIES = 16
_REQUIRED = ["exp", "iss", "aud", "sub", "tenant", "roles"]
_REMEMBERED_TOKENS = 1024

VerificationKey = bytes | RSAPublicKey | Ed25519PublicKey


def load_key(path: Path, algorithm: str) -> VerificationKey:
    """Read the key that tokens are checked with. Raises SecretsUnavailableError."""
    try:
        data = path.read_bytes()
        if algorithm == "HS256":
            return _check_secret(data.strip())
        return _check_public(load_pem_public_key(data), algorithm)
    except (OSError, ValueError) as error:
        raise SecretsUnavailableError(
            f"the token key {path} is no {algorithm} key: {error}", path=path
        ) from None


def _check_secret(secret: bytes) -> bytes:
    if len(secret) < MIN_SECRET_BYTES:
        raise ValueError(f"expected at least {MIN_SECRET_BYTES} bytes, got {len(secret)}")
    if secret.startswith(b"-----BEGIN"):
        raise ValueError("a PEM file is no secret; set jwt_algorithm to RS256 or EdDSA")
    return secret


def _check_public(key: object, algorithm: str) -> VerificationKey:
    if algorithm == "RS256" and isinstance(key, RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
        return key
    if algorithm == "EdDSA" and isinstance(key, Ed25519PublicKey):
        return key
    raise ValueError(f"expected a public key, Ed25519 or RSA of {MIN_RSA_BITS} bits or more")


class KeyFile:
    """The key of a file, read again when the file changes."""

    def __init__(self, path: Path, algorithm: str) -> None:
        self._path = path
        self._algorithm = algorithm
        self._read_as = self._stamp()
        self._key = load_key(path, algorithm)

    def key(self) -> VerificationKey:
        """Return the key as the file has it now. Raises SecretsUnavailableError."""
        stamp = self._stamp()
        if stamp != self._read_as:
            self._key = load_key(self._path, self._algorithm)
            self._read_as = stamp
        return self._key

    def _stamp(self) -> tuple[int, int, int]:
        try:
            facts = self._path.stat()
        except OSError as error:
            # Better to refuse all than to go on with a key that was taken away.
            raise SecretsUnavailableError(
                f"the token key {self._path} cannot be read: {error}", path=self._path
            ) from None
        return facts.st_mtime_ns, facts.st_ino, facts.st_size


class TokenChecker:
    """Turns bearer tokens into callers.

    A token that was good stays good until it expires or the key changes.
    """

    def __init__(
        self, key_file: KeyFile, algorithm: str, issuer: str, audience: str, leeway_s: float
    ) -> None:
        self._key_file = key_file
        self._key = key_file.key()
        self._algorithm = algorithm
        self._issuer = issuer
        self._audience = audience
        self._leeway_s = leeway_s
        self._good: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()

    @classmethod
    def from_settings(cls, settings: ServerSettings) -> "TokenChecker | None":
        """Return the checker that the settings ask for, None where no token is needed."""
        if settings.jwt_key_file is None:
            return None
        return cls(
            KeyFile(settings.jwt_key_file, settings.jwt_algorithm),
            settings.jwt_algorithm,
            settings.jwt_issuer,
            settings.jwt_audience,
            settings.jwt_leeway_s,
        )

    def check(self, authorization: str | None) -> Caller:
        """Return who an `Authorization` header speaks for.

        Raises MissingTokenError, InvalidTokenError, ExpiredTokenError or SecretsUnavailableError.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise MissingTokenError("no token came; send `authorization: Bearer <token>`")
        if len(token) > MAX_TOKEN_BYTES:
            raise InvalidTokenError(f"the token is longer than {MAX_TOKEN_BYTES} bytes")
        self._refresh()
        digest = hashlib.sha256(token.encode()).digest()
        known = self._good.get(digest)
        # `exp` is wall time by RFC 7519.
        if known is not None and time.time() < known[1]:
            return known[0]
        claims = self._decode(token)
        caller, expires_s = _caller_from(claims)
        self._good[digest] = caller, expires_s + self._leeway_s
        if len(self._good) > _REMEMBERED_TOKENS:
            self._good.popitem(last=False)
        return caller

    def _refresh(self) -> None:
        key = self._key_file.key()
        if key is not self._key:
            self._key = key
            self._good.clear()

    def _decode(self, token: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                self._key,
                algorithms=[self._algorithm],
                issuer=self._issuer,
                audience=self._audience,
                leeway=self._leeway_s,
                options={"require": _REQUIRED},
            )
        except jwt.ExpiredSignatureError:
            raise ExpiredTokenError("the token has expired; get a new one") from None
        except jwt.PyJWTError as error:
            raise InvalidTokenError(f"the token is not accepted: {_describe(error)}") from None


def _describe(error: jwt.PyJWTError) -> str:
    known: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
        (jwt.InvalidAudienceError, "it was made for another audience"),
        (jwt.InvalidIssuerError, "it was made by another issuer"),
        (jwt.MissingRequiredClaimError, f"it needs the claims {', '.join(_REQUIRED)}"),
        (jwt.ImmatureSignatureError, "it is not valid yet"),
        (jwt.InvalidAlgorithmError, "it is signed with another algorithm"),
        (jwt.InvalidSignatureError, "its signature is wrong"),
    )
    return next((text for kind, text in known if isinstance(error, kind)), "it is no JWT of ours")


def _caller_from(claims: dict[str, Any]) -> tuple[Caller, float]:
    """Return the caller and when the token ends, seconds since 1970."""
    try:
        expires_s = float(claims["exp"])
        tenant = check_id(str(claims["tenant"]), "tenant")
        subject = check_id(str(claims["sub"]), "sub")
        names = claims["roles"]
        if not isinstance(names, list):
            raise InvalidTokenError("the token is not accepted: its roles are no list")
        roles = frozenset(Role(name) for name in names)
        branch = claims.get("branch")
        if branch is not None:
            branch = check_id(str(branch), "branch")
        duties = _duties_in(claims.get("duties") or [])
    except (InvalidResourceNameError, ValueError, OverflowError) as error:
        raise InvalidTokenError(f"the token is not accepted: {error}") from None
    return Caller(tenant, subject, roles, branch, duties), expires_s


def _duties_in(names: object) -> frozenset[str]:
    if not isinstance(names, list) or len(names) > MAX_DUTIES:
        raise InvalidTokenError("the token is not accepted: its duties are no short list")
    return frozenset(check_id(str(name), "duties") for name in names)

"""Who signs evidence, and how: a named suite, so that others can stand beside the first one.

A further suite, such as SM2 with SM3, is one more entry of `SUITES`; a time stamp of RFC 3161 is
one more signature over the same manifest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from base.errors import EvidenceInvalidError
from kyc.evidence.canonical import sha256

ED25519 = "ed25519-sha256"
MAX_KEY_BYTES = 16 * 1024
_PREFIX = b"smartbranch.evidence.v1\0"  # A signature over something else is none over a pack.


class Signer(Protocol):
    """Signs manifests."""

    @property
    def suite(self) -> str:
        """Name of the suite."""
        ...

    @property
    def public_key(self) -> bytes:
        """The key that checks signatures, PEM."""
        ...

    def sign(self, manifest: bytes) -> bytes:
        """Return the signature over a manifest."""
        ...


class Ed25519Signer:
    """Signs with Ed25519 (RFC 8032); files are named by SHA-256."""

    suite = ED25519

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def __repr__(self) -> str:
        return f"Ed25519Signer({key_id(self.public_key)})"

    @property
    def public_key(self) -> bytes:
        """The key that checks signatures, PEM."""
        return _to_pem(self._key.public_key())

    def sign(self, manifest: bytes) -> bytes:
        """Return the signature over a manifest."""
        return self._key.sign(_PREFIX + manifest)


@dataclass(frozen=True, slots=True)
class Suite:
    """How signatures of one suite are checked. read_key: returns the key in its one form."""

    read_key: Callable[[bytes], bytes]
    is_genuine: Callable[[bytes, bytes, bytes], bool]


def _read_ed25519(pem: bytes) -> bytes:
    if len(pem) > MAX_KEY_BYTES:
        raise EvidenceInvalidError("the key is too long to be one")
    try:
        # The parser would find a key in the middle of anything, a pack among it.
        if not pem.lstrip().startswith(b"-----BEGIN"):
            raise ValueError
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise EvidenceInvalidError("the key is no public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise EvidenceInvalidError("the key is of another kind; expected Ed25519")
    return _to_pem(key)


def _is_genuine_ed25519(pem: bytes, manifest: bytes, signature: bytes) -> bool:
    key = serialization.load_pem_public_key(pem)
    assert isinstance(key, Ed25519PublicKey)
    try:
        key.verify(signature, _PREFIX + manifest)
    except InvalidSignature:
        return False
    return True


SUITES: Mapping[str, Suite] = {ED25519: Suite(_read_ed25519, _is_genuine_ed25519)}


def find_suite(name: str) -> Suite:
    """Return a suite. Raises EvidenceInvalidError for one that is not known here."""
    suite = SUITES.get(name)
    if suite is None:
        known = ", ".join(SUITES)
        raise EvidenceInvalidError(
            f"the pack is signed by a suite that this version does not know; known: {known}",
            suite=name[:64],
        )
    return suite


def key_id(public_key: bytes) -> str:
    """Return what names a public key: the SHA-256 of its PEM form, hex."""
    return sha256(public_key)


def _to_pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

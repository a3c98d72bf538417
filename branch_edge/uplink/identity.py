"""Who the box is to the server: its key and certificate, kept where only it can read."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Self, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from base.errors import SecretsUnavailableError
from base.ids import new_id
from branch_edge.private_files import write_private

IDENTITY_FILE, PENDING_FILE = "identity.json", "registration.json"
# A certificate is renewed when this share of its life is over.
RENEW_AT_SHARE = 2 / 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """What the box asks a certificate with; the same again after a lost answer.

    key: PEM. code_hash: of the one-time code, empty for a renewal.
    """

    request_id: str
    key: str
    code_hash: str = ""

    def __repr__(self) -> str:
        return f"Request({self.request_id}, key=<hidden>)"

    @classmethod
    def new(cls, code_hash: str = "") -> Self:
        """Make a new key."""
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return cls(new_id("edge"), pem.decode(), code_hash)

    def signing_request(self) -> bytes:
        """Return the certificate signing request, PEM; the server chooses the subject."""
        key = serialization.load_pem_private_key(self.key.encode(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smartbranch-edge")])
        request = x509.CertificateSigningRequestBuilder().subject_name(name)
        return request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """A registered device. device: its resource name. key, certificate, authority: PEM.

    stream_address: where streams are taken, empty for the address that registered it.
    """

    device: str
    key: str
    certificate: str
    authority: str
    stream_address: str = ""
    code_hash: str = ""

    def __repr__(self) -> str:
        return f"Identity({self.device}, until {self.expires_at:%Y-%m-%d}, key=<hidden>)"

    @property
    def expires_at(self) -> datetime:
        """Until when the certificate is good."""
        return self._parsed().not_valid_after_utc

    @property
    def renew_at(self) -> datetime:
        """When a newer one should be asked for."""
        parsed = self._parsed()
        life = parsed.not_valid_after_utc - parsed.not_valid_before_utc
        return parsed.not_valid_before_utc + life * RENEW_AT_SHARE

    def check(self) -> None:
        """Raise SecretsUnavailableError unless the certificate is the key's."""
        try:
            ours = serialization.load_pem_private_key(self.key.encode(), None).public_key()
            theirs = self._parsed().public_key()
        except (ValueError, TypeError) as error:
            raise SecretsUnavailableError("the device's certificate cannot be read") from error
        if ours != theirs:
            raise SecretsUnavailableError("the device's certificate is for another key")

    def _parsed(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.certificate.encode())


class IdentityFolder:
    """Where a box keeps who it is."""

    def __init__(self, folder: Path) -> None:
        self._identity = folder / IDENTITY_FILE
        self._pending = folder / PENDING_FILE

    def read(self) -> Identity | None:
        """Return who the box is, None before it was registered. Raises SecretsUnavailableError."""
        content = _read(self._identity)
        if content is None:
            return None
        identity = _made(Identity, content, self._identity)
        identity.check()
        return identity

    def keep(self, identity: Identity) -> None:
        """Keep who the box is, durably, and forget the request."""
        write_private(self._identity, json.dumps(asdict(identity)))
        self._pending.unlink(missing_ok=True)

    def request_for(self, code_hash: str) -> Request:
        """Return the request that was begun with this code, or a new one, kept before it is sent.

        Raises SecretsUnavailableError.
        """
        content = _read(self._pending)
        if content is not None and content.get("code_hash") == code_hash:
            return _made(Request, content, self._pending)
        request = Request.new(code_hash)
        write_private(self._pending, json.dumps(asdict(request)))
        return request


def hash_of(code: str) -> str:
    """Return what stands for a one-time code on disk; a used one is worth nothing to a thief."""
    return hashlib.sha256(code.encode()).hexdigest()


def _read(path: Path) -> dict[str, str] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SecretsUnavailableError(f"{path} cannot be read; remove it to start anew") from error
    if not isinstance(content, dict) or not all(isinstance(one, str) for one in content.values()):
        raise SecretsUnavailableError(f"{path} is not what a box writes; remove it to start anew")
    return content


def _made(kind: type[T], content: dict[str, str], path: Path) -> T:
    try:
        return kind(**content)
    except TypeError as error:
        raise SecretsUnavailableError(
            f"{path} is of another version; remove it and register anew"
        ) from error

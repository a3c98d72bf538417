"""The authority that signs the certificates of boxes: made on first use, its key sealed."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from base.clock import Clock
from base.errors import InvalidArgumentError
from serving.crypto.keyring import Keyring
from serving.crypto.service_keys import service_key
from serving.edge.names import DeviceName
from serving.storage.database import Database
from serving.storage.edge_schema import DeviceAuthorityRow

NAME = "devices"
KEY_NAME = "device-authority"
LIFE = timedelta(days=20 * 365)
# A certificate begins a little earlier, for servers whose clocks are not the same.
EARLIER = timedelta(minutes=5)
MAX_REQUEST_BYTES = 16 * 1024

DeviceKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate, PEM. serial: hexadecimal."""

    certificate: bytes
    serial: str
    issued_at: datetime
    expires_at: datetime


class DeviceAuthority:
    """Signs for boxes. Blocking, safe to share between threads and processes."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._lock = threading.Lock()
        self._opened: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None

    def certificate(self) -> bytes:
        """Return the authority's own certificate, PEM. Raises SecretsUnavailableError."""
        return self._open()[0].public_bytes(serialization.Encoding.PEM)

    def issue(self, device: DeviceName, key: DeviceKey, life: timedelta) -> Issued:
        """Return a certificate for a box: organisation is its tenant, common name its id."""
        own, signing_key = self._open()
        now = self._clock.now().replace(microsecond=0)
        serial = x509.random_serial_number()
        made = (
            x509.CertificateBuilder()
            .subject_name(_name(device.tenant, device.device))
            .issuer_name(own.subject)
            .public_key(key)
            .serial_number(serial)
            .not_valid_before(now - EARLIER)
            .not_valid_after(now + life)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .sign(signing_key, hashes.SHA256())
        )
        return Issued(
            made.public_bytes(serialization.Encoding.PEM), f"{serial:040x}", now, now + life
        )

    def _open(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        with self._lock:
            if self._opened is None:
                self._opened = self._read_or_make()
            return self._opened

    def _read_or_make(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        seal = service_key(self._database, self._keyring, KEY_NAME)
        with self._database.write() as transaction:
            row = transaction.device_authorities.find(NAME)
            if row is None:
                certificate, key = _make(self._clock.now())
                plain = key.private_bytes(
                    serialization.Encoding.DER,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
                transaction.device_authorities.add(
                    DeviceAuthorityRow(
                        name=NAME,
                        certificate=certificate.public_bytes(serialization.Encoding.PEM),
                        sealed_key=seal.seal(plain, KEY_NAME),
                    )
                )
                return certificate, key
            kept = serialization.load_der_private_key(seal.open(row.sealed_key, KEY_NAME), None)
            assert isinstance(kept, ec.EllipticCurvePrivateKey)
            return x509.load_pem_x509_certificate(row.certificate), kept


def key_of_request(pem: bytes) -> DeviceKey:
    """Return the key that a certificate signing request asks for; its subject is ignored.

    Raises InvalidArgumentError for one that cannot be read, is not signed by its key, or has a
    key of another kind than EC P-256 or Ed25519.
    """
    try:
        if len(pem) > MAX_REQUEST_BYTES:
            raise ValueError
        request = x509.load_pem_x509_csr(pem)
        is_signed = request.is_signature_valid
        key = request.public_key()
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        raise _bad_request("is no certificate signing request in PEM") from None
    if not is_signed:
        raise _bad_request("is not signed by its own key")
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise _bad_request("has a key of another kind; expected EC P-256 or Ed25519")


def serial_of(certificate_pem: bytes) -> str:
    """Return the serial number of a certificate that TLS has accepted."""
    return f"{x509.load_pem_x509_certificate(certificate_pem).serial_number:040x}"


def _bad_request(what: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"certificate_request {what}", field="certificate_request")


def _make(now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("SmartBranch", "device authority")
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )

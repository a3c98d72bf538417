"""Real certificates for a test: an authority, a server and devices."""

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Files:
    """A certificate and its key, as PEM files."""

    cert: Path
    key: Path
    serial: int


class Authority:
    """A certificate authority that lives in a folder."""

    def __init__(self, folder: Path, name: str = "test-ca") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("smartbranch-test", name)
        builder = _builder(self._name, self._name, self._key, DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        self.cert = folder / f"{name}.pem"
        self.cert.write_bytes(_pem(builder.sign(self._key, hashes.SHA256())))

    def issue(
        self, common_name: str, organisation: str = "default", valid_for: dt.timedelta = DAY
    ) -> Files:
        """Return a certificate for a server on loopback or a device; expired if negative."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(organisation, common_name), self._name, key, valid_for)
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
        certificate = builder.sign(self._key, hashes.SHA256())
        files = Files(
            self._folder / f"{common_name}.pem",
            self._folder / f"{common_name}.key",
            certificate.serial_number,
        )
        files.cert.write_bytes(_pem(certificate))
        files.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return files

    def sign(
        self, request: bytes, common_name: str, organisation: str, valid_for: dt.timedelta = DAY
    ) -> bytes:
        """Return a certificate for the key of a signing request, PEM."""
        key = x509.load_pem_x509_csr(request).public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        subject = _name(organisation, common_name)
        builder = _builder(subject, self._name, key, valid_for)
        return _pem(builder.sign(self._key, hashes.SHA256()))


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey,
    valid_for: dt.timedelta,
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key if isinstance(key, ec.EllipticCurvePublicKey) else key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * DAY)
        .not_valid_after(now + valid_for)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)

"""Certificates: the server's own, and who a client's speaks for."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from base.errors import (
    ExpiredCertificateError,
    InvalidResourceNameError,
    RevokedCertificateError,
    SecretsUnavailableError,
)
from base.ids import check_id
from serving.caller import Caller, Role
from serving.settings import ServerSettings


@dataclass(frozen=True, slots=True, repr=False)
class TlsFiles:
    """What a server presents, PEM; client_ca is None where no client certificate is asked."""

    key: bytes
    cert: bytes
    client_ca: bytes | None

    def __repr__(self) -> str:
        return f"TlsFiles(client_ca={'set' if self.client_ca else 'none'}, key=<hidden>)"


def load_tls(settings: ServerSettings) -> TlsFiles | None:
    """Read the certificate files, None where TLS is off. Raises SecretsUnavailableError."""
    if settings.tls_cert_file is None or settings.tls_key_file is None:
        return None
    ca = settings.tls_client_ca_file
    return TlsFiles(
        _read(settings.tls_key_file),
        _read(settings.tls_cert_file),
        None if ca is None else _read(ca),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SecretsUnavailableError(f"{path} cannot be read: {error}", path=path) from error


class ClientCertificates:
    """Checks client certificates that TLS has accepted; the list of withdrawn ones is re-read."""

    def __init__(self, revoked_file: Path | None) -> None:
        self._revoked_file = revoked_file
        self._read_at_ns = -1
        self._revoked: frozenset[int] = frozenset()
        self._refresh()

    def check(self, pem: bytes) -> Caller | None:
        """Return the edge device that a certificate names, None if it names no tenant.

        The organisation is the tenant and the common name the device.
        Raises RevokedCertificateError and, on a connection that has outlived its certificate,
        ExpiredCertificateError.
        """
        serial, expires_at, caller = _identity(pem)
        self._refresh()
        if serial in self._revoked:
            raise RevokedCertificateError(
                "the client certificate was withdrawn; get a new one", serial=f"{serial:x}"
            )
        if datetime.now(UTC) >= expires_at:
            raise ExpiredCertificateError(
                "the client certificate has expired; connect with a new one", serial=f"{serial:x}"
            )
        return caller

    def _refresh(self) -> None:
        if self._revoked_file is None:
            return
        try:
            changed_ns = self._revoked_file.stat().st_mtime_ns
            if changed_ns != self._read_at_ns:
                self._revoked = _parse_serials(self._revoked_file.read_text())
                self._read_at_ns = changed_ns
        except (OSError, ValueError) as error:
            # Better to refuse all than to let a stolen device in.
            raise SecretsUnavailableError(
                f"the list of withdrawn certificates {self._revoked_file} cannot be read: {error}"
            ) from error


def _parse_serials(text: str) -> frozenset[int]:
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return frozenset(int(line.replace(":", ""), 16) for line in lines if line)


@lru_cache(maxsize=1024)
def _identity(pem: bytes) -> tuple[int, datetime, Caller | None]:
    certificate = x509.load_pem_x509_certificate(pem)
    serial, expires_at = certificate.serial_number, certificate.not_valid_after_utc
    names = certificate.subject
    tenants = names.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    devices = names.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(tenants) != 1 or len(devices) != 1:
        return serial, expires_at, None
    try:
        tenant = check_id(str(tenants[0].value), "tenant")
        device = check_id(str(devices[0].value), "device")
    except InvalidResourceNameError:
        return serial, expires_at, None
    return serial, expires_at, Caller(tenant, device, frozenset({Role.EDGE_DEVICE}))

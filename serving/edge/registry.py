"""Boxes: invited with a code, registered, renewed, revoked."""

import hashlib
import threading
from datetime import timedelta

from base.clock import Clock
from base.errors import (
    DeviceCodeInvalidError,
    DeviceExistsError,
    DeviceNotFoundError,
    DeviceRevokedError,
    InvalidArgumentError,
)
from base.ids import check_id
from serving.audit.log import AuditLog
from serving.audit.types import AuditEvent, Details, Outcome
from serving.caller import Caller
from serving.edge.authority import DeviceAuthority, DeviceKey, Issued, key_of_request
from serving.edge.branches import BranchBook
from serving.edge.codes import WrongCodes, code_hash, new_code
from serving.edge.devices import (
    MAX_NAME,
    MAX_REQUEST_ID,
    MAX_VERSION,
    Device,
    NewCode,
    Registration,
    check_tenant,
    check_text,
    device_of,
    revoked,
)
from serving.edge.names import DeviceName
from serving.permissions import branch_not_found, check_branch
from serving.storage.database import Database, Transaction
from serving.storage.edge_schema import DeviceCertificateRow, DeviceCodeRow, DeviceRow

DEFAULT_CODE_LIFE = timedelta(hours=1)
MAX_CODE_LIFE = timedelta(days=7)
MAX_DEVICES = 5_000  # Of one tenant, codes included.
MAX_CERTIFICATES = 16  # Of one device; the oldest is good for nothing when one more is issued.


class DeviceRegistry:
    """Registers boxes. Blocking, safe to share between threads and processes."""

    def __init__(
        self,
        database: Database,
        authority: DeviceAuthority,
        audit: AuditLog,
        clock: Clock,
        branches: BranchBook,
        certificate_life: timedelta,
    ) -> None:
        self._database = database
        self._authority = authority
        self._audit = audit
        self._clock = clock
        self._branches = branches
        self._life = certificate_life
        self._wrong = WrongCodes(clock)
        self._wrong_lock = threading.Lock()

    def create_code(
        self,
        caller: Caller,
        device: str,
        branch: str,
        display_name: str = "",
        life: timedelta = DEFAULT_CODE_LIFE,
    ) -> NewCode:
        """Make a code that one box registers with; an earlier one of the device is void.

        Raises BranchNotFoundError, DeviceExistsError, InvalidArgumentError.
        """
        name = DeviceName(caller.tenant, device)
        check_branch(caller, caller.tenant, check_id(branch, "branch"))
        if self._branches.find(caller.tenant, branch) is None:
            raise branch_not_found(caller.tenant, branch)
        if not timedelta() < life <= MAX_CODE_LIFE:
            raise InvalidArgumentError("lifetime must be above 0 and at most 7 days")
        check_text(display_name, "display_name", MAX_NAME)
        code, now = new_code(), self._clock.now()
        row = DeviceCodeRow(
            tenant=name.tenant,
            device=name.device,
            code_hash=code_hash(code),
            branch=branch,
            display_name=display_name or device,
            created_at=now,
            expires_at=now + life,
            used_at=None,
            request_digest=None,
            serial=None,
        )
        with self._database.write() as transaction:
            devices = transaction.tenant(name.tenant).devices
            known = devices.find(name.device)
            if known is not None and known.revoked_at is None:
                raise DeviceExistsError(
                    f"{name} is registered; revoke it first, or choose another id"
                )
            if devices.count() >= MAX_DEVICES:
                raise InvalidArgumentError(f"a tenant has at most {MAX_DEVICES} devices and codes")
            devices.put(row)
            details: Details = {"branch": branch, "expires_at": row.expires_at.isoformat()}
            self._record(transaction, caller.subject, name, "device.code", details)
        return NewCode(code, now + life)

    def register(
        self, code: str, request_pem: bytes, agent_version: str, request_id: str, address: str
    ) -> Registration:
        """Turn a code into a certificate. address: whose wrong codes are counted.

        The same code, signing request and request id again give the same certificate while the
        code lives. Raises DeviceCodeInvalidError, TooManyAttemptsError, InvalidArgumentError.
        """
        check_text(request_id, "request_id", MAX_REQUEST_ID, is_needed=True)
        check_text(agent_version, "agent_version", MAX_VERSION)
        with self._wrong_lock:
            self._wrong.check(address)
        key = key_of_request(request_pem)
        hashed = code_hash(code)
        try:
            with self._database.read() as transaction:
                tenant = transaction.tenant_of_code(hashed)
            if tenant is None:
                raise _invalid_code("is unknown")
            digest = hashlib.sha256(
                b"\0".join((hashed.encode(), request_id.encode(), request_pem))
            ).hexdigest()
            return self._register(tenant, hashed, key, agent_version, digest)
        except DeviceCodeInvalidError:
            with self._wrong_lock:
                self._wrong.add(address)
            raise

    def _register(
        self, tenant: str, hashed: str, key: DeviceKey, agent_version: str, digest: str
    ) -> Registration:
        # Before the transaction: the first certificate makes the authority, in one of its own.
        self._authority.certificate()
        with self._database.write() as transaction:
            devices = transaction.tenant(tenant).devices
            row = devices.code(hashed)
            if row is None:
                raise _invalid_code("is unknown")
            if row.expires_at <= self._clock.now():
                raise _invalid_code("has expired")
            name = DeviceName(tenant, row.device)
            if row.used_at is not None:
                return self._registered_before(transaction, name, row, digest)
            issued = self._authority.issue(name, key, self._life)
            self._begin(transaction, name, row, issued, agent_version)
            row.used_at, row.request_digest = issued.issued_at, digest
            row.serial = issued.serial
            details: Details = {"branch": row.branch, "serial": issued.serial}
            self._record(transaction, name.device, name, "device.register", details)
            made = devices.find(name.device)
            assert made is not None
            return Registration(device_of(made), issued.certificate)

    def _registered_before(
        self, transaction: Transaction, name: DeviceName, row: DeviceCodeRow, digest: str
    ) -> Registration:
        """Return the answer that may have been lost. Raises DeviceCodeInvalidError."""
        devices = transaction.tenant(name.tenant).devices
        device = devices.find(name.device)
        kept = None if row.serial is None else devices.certificate(row.serial)
        is_repeat = row.request_digest == digest
        if not is_repeat or device is None or device.revoked_at is not None or kept is None:
            raise _invalid_code("was used already")
        return Registration(device_of(device), kept.certificate)

    def _begin(
        self,
        transaction: Transaction,
        name: DeviceName,
        code: DeviceCodeRow,
        issued: Issued,
        agent_version: str,
    ) -> None:
        """Write down a new registration; nothing of an earlier one is good any more."""
        records = transaction.tenant(name.tenant)
        records.devices.forget_certificates(records.devices.certificates(name.device))
        records.devices.put(
            DeviceRow(
                tenant=name.tenant,
                device=name.device,
                branch=code.branch,
                display_name=code.display_name,
                registered_at=issued.issued_at,
                expires_at=issued.expires_at,
                revoked_at=None,
                last_seen_at=None,
                clock_offset_s=None,
                agent_version=agent_version,
            )
        )
        records.devices.put(_certificate_row(name, issued))
        records.cameras.begin_anew(name.device)

    def renew(self, name: DeviceName, serial: str | None, request_pem: bytes) -> bytes:
        """Return a newer certificate, PEM. serial: of the one that the box showed, if it did.

        Raises DeviceNotFoundError, DeviceRevokedError and InvalidArgumentError.
        """
        key = key_of_request(request_pem)
        self._authority.certificate()
        with self._database.write() as transaction:
            devices = transaction.tenant(name.tenant).devices
            row = self.check(transaction, name, serial)
            issued = self._authority.issue(name, key, self._life)
            devices.put(_certificate_row(name, issued))
            devices.forget_certificates(devices.certificates(name.device)[MAX_CERTIFICATES:])
            row.expires_at = issued.expires_at
            details: Details = {"serial": issued.serial}
            self._record(transaction, name.device, name, "device.renew", details)
        return issued.certificate

    def check(self, transaction: Transaction, name: DeviceName, serial: str | None) -> DeviceRow:
        """Return a device that may connect.

        serial: of a certificate that our authority signed, which must be one of the present
        registration. Raises DeviceNotFoundError and DeviceRevokedError.
        """
        devices = transaction.tenant(name.tenant).devices
        row = devices.find(name.device)
        if row is None:
            raise DeviceNotFoundError(f"{name} is not registered; ask for a code and register it")
        if row.revoked_at is not None:
            raise revoked(name)
        known = None if serial is None else devices.certificate(serial)
        if serial is not None and (known is None or known.device != name.device):
            raise DeviceRevokedError(
                f"the certificate is not one of the present registration of {name}; register anew"
            )
        return row

    def devices(self, caller: Caller, branch: str | None = None) -> list[Device]:
        """Return the boxes that the caller may see, by id. Raises BranchNotFoundError."""
        if branch is not None:
            check_branch(caller, caller.tenant, branch)
        with self._database.read() as transaction:
            rows = transaction.tenant(caller.tenant).devices.all(branch or caller.branch)
            return [device_of(row) for row in rows]

    def revoke(self, caller: Caller, name: DeviceName) -> Device:
        """Take a box's rights away, for good; once more changes nothing.

        Raises DeviceNotFoundError and RoleNotAllowedError.
        """
        check_tenant(caller, name.tenant)
        with self._database.write() as transaction:
            row = transaction.tenant(name.tenant).devices.find(name.device)
            if row is None:
                raise DeviceNotFoundError(f"there is no device {name}")
            check_branch(caller, name.tenant, row.branch)
            if row.revoked_at is None:
                row.revoked_at = self._clock.now()
                self._record(transaction, caller.subject, name, "device.revoke", {})
            return device_of(row)

    def sweep(self) -> None:
        """Forget codes that have expired."""
        now = self._clock.now()
        with self._database.read() as transaction:
            tenants = transaction.tenants_of_devices()
        for tenant in tenants:
            with self._database.write() as transaction:
                transaction.tenant(tenant).devices.forget_codes_before(now)

    def _record(
        self,
        transaction: Transaction,
        actor: str,
        name: DeviceName,
        action: str,
        details: Details,
    ) -> None:
        event = AuditEvent(actor, name.tenant, action, str(name), Outcome.OK, details)
        self._audit.record(transaction, event)


def _certificate_row(name: DeviceName, issued: Issued) -> DeviceCertificateRow:
    return DeviceCertificateRow(
        tenant=name.tenant,
        serial=issued.serial,
        device=name.device,
        certificate=issued.certificate,
        issued_at=issued.issued_at,
        expires_at=issued.expires_at,
    )


def _invalid_code(what: str) -> DeviceCodeInvalidError:
    return DeviceCodeInvalidError(f"the code {what}; ask the operator for a new one")

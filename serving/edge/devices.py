"""Boxes as the server knows them."""

from dataclasses import dataclass
from datetime import datetime

from base.errors import DeviceRevokedError, InvalidArgumentError, RoleNotAllowedError
from serving.caller import Caller
from serving.edge.names import DeviceName
from serving.storage.edge_schema import DeviceRow

# Longest texts, in characters.
MAX_NAME, MAX_REQUEST_ID, MAX_VERSION = 200, 64, 64


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that was just made; nobody can see it again."""

    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"NewCode(expires_at={self.expires_at}, code=<hidden>)"


@dataclass(frozen=True, slots=True)
class Device:
    """A registered box. clock_offset_s: how far its clock is ahead, None if not measured."""

    name: DeviceName
    branch: str
    display_name: str
    registered_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_seen_at: datetime | None
    clock_offset_s: float | None
    agent_version: str


@dataclass(frozen=True, slots=True)
class Registration:
    """A device with its newest certificate, PEM."""

    device: Device
    certificate: bytes


def check_tenant(caller: Caller, tenant: str) -> None:
    """Raise RoleNotAllowedError unless it is the caller's tenant."""
    if caller.tenant != tenant:
        raise RoleNotAllowedError("the caller belongs to another tenant", tenant=tenant)


def revoked(name: DeviceName) -> DeviceRevokedError:
    """Return what a box is told whose rights were taken away."""
    return DeviceRevokedError(
        f"the right of {name} to connect was taken away; register it with a new code"
    )


def device_of(row: DeviceRow) -> Device:
    """Return a device as it stands in the database."""
    return Device(
        name=DeviceName(row.tenant, row.device),
        branch=row.branch,
        display_name=row.display_name,
        registered_at=row.registered_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_seen_at=row.last_seen_at,
        clock_offset_s=row.clock_offset_s,
        agent_version=row.agent_version,
    )


def check_text(text: str, field: str, longest: int, is_needed: bool = False) -> None:
    """Raise InvalidArgumentError for a text that is too long or holds what cannot be shown."""
    if len(text) > longest or not text.isprintable() or (is_needed and not text):
        raise InvalidArgumentError(
            f"{field} must have {1 if is_needed else 0} to {longest} printable characters",
            field=field,
        )

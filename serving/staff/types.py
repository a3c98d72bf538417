"""What is known of staff."""

from dataclasses import dataclass, field
from datetime import datetime

from serving.caller import Caller, Role

# Whose work is not that of one branch.
TENANT_WIDE = frozenset({Role.OPERATOR, Role.REVIEWER, Role.AUDITOR})
STAFF_ROLES = TENANT_WIDE | {Role.LOBBY_STAFF}


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. branch: None for every branch of the tenant."""

    tenant: str
    name: str
    roles: frozenset[Role]
    branch: str | None
    duties: frozenset[str]
    created_at: datetime
    password_set_at: datetime
    disabled_at: datetime | None = None

    @property
    def caller(self) -> Caller:
        """Who the account is to the services."""
        return Caller(self.tenant, self.name, self.roles, self.branch, self.duties)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that was just made. cookie: the secret that stands for it."""

    account: Account
    cookie: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StaffLimits:
    """How long a sign-in lasts, whatever is done, and without being used."""

    session_s: float
    idle_s: float

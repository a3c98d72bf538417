"""Who asks: the tenant, the name and the roles that came with a request."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """What a caller is to the bank; each method says which roles may call it."""

    INTERVIEW_APP = "interview_app"
    EDGE_DEVICE = "edge_device"
    LOBBY_STAFF = "lobby_staff"
    REVIEWER = "reviewer"
    OPERATOR = "operator"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Caller:
    """One authenticated caller.

    tenant: the only tenant whose data the caller may see.
    subject: who it is, for the audit log; an id, never a person's name.
    branch: the only branch whose lobby the caller may see, None for every one of the tenant.
    duties: what the caller does in a branch, such as `manager`; alerts are routed by them.
    """

    tenant: str
    subject: str
    roles: frozenset[Role]
    branch: str | None = None
    duties: frozenset[str] = frozenset()

    def is_meant(self, audience: Collection[str]) -> bool:
        """Return whether something for these duties and people is for the caller.

        An empty audience is everybody; operators see all.
        """
        if not audience or Role.OPERATOR in self.roles:
            return True
        return self.subject in audience or not self.duties.isdisjoint(audience)

    @classmethod
    def local(cls, tenant: str) -> "Caller":
        """Return the caller that somebody at this machine's own command line is."""
        return cls(tenant, "local", frozenset({Role.OPERATOR, Role.AUDITOR}))

"""Which branches there are."""

from typing import Protocol
from zoneinfo import ZoneInfo

from lobby.branch import Branch


class BranchBook(Protocol):
    """Knows the branches of every tenant. Safe to share between threads."""

    def find(self, tenant: str, branch: str) -> Branch | None:
        """Return a branch, None if there is none of that id."""
        ...


class AnyBranch:
    """Takes every id for a branch's, where no lobby says which there are."""

    def find(self, tenant: str, branch: str) -> Branch | None:
        """Return a branch of that id. Raises InvalidResourceNameError for a bad one."""
        return Branch(tenant, branch, branch, ZoneInfo("UTC"))

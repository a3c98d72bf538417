"""The file that says which branches there are and where their customers are looked up."""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from lobby.branch import Branch
from lobby.visit_limits import VisitLimits


class DirectoryKind(Enum):
    """Where customers are looked up."""

    NONE = "none"
    CSV = "csv"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class DirectoryPlan:
    """How customers are looked up; each kind reads its own part.

    file: of CSV, with `appointments_file` beside it. url: of HTTP, without the customer.
    token_file: what is sent as a bearer token. cache_s: how long an answer is remembered.
    """

    kind: DirectoryKind = DirectoryKind.NONE
    file: Path | None = None
    appointments_file: Path | None = None
    url: str = field(default="", repr=False)
    token_file: Path | None = None
    ca_file: Path | None = None
    timeout_s: float = 2.0
    cache_s: float = 300.0
    max_cached: int = 10_000


@dataclass(frozen=True, slots=True)
class LobbyPlan:
    """All of the file. stranger_fmr: at which two strangers may be taken for one person."""

    branches: tuple[Branch, ...]
    directory: DirectoryPlan = DirectoryPlan()
    rules_path: Path | None = None
    visits: VisitLimits = field(default_factory=VisitLimits)
    stranger_fmr: float = 1e-5

    def find(self, tenant: str, branch: str) -> Branch | None:
        """Return a branch, None if the tenant has none of this id."""
        return next(
            (one for one in self.branches if (one.tenant, one.id) == (tenant, branch)), None
        )


def read_plan(path: Path) -> LobbyPlan:
    """Read a file; paths in it are relative to it.

    Raises RulesInvalidError, which names the file, the line and what was expected.
    """
    raise NotImplementedError

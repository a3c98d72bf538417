"""The file that says which branches there are and where their customers are looked up."""

from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from base.errors import InvalidResourceNameError, RulesInvalidError
from base.ids import GalleryName, check_id
from base.toml_table import Table, parse_toml, read_toml
from lobby.branch import Branch
from lobby.visit_limits import VisitLimits

MAX_BRANCHES: Final = 1000
MAX_NAME: Final = 80
DEFAULT_FPIR: Final = 0.01
DEFAULT_STRANGER_FMR: Final = 1e-5


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
    stranger_fmr: float = DEFAULT_STRANGER_FMR

    def find(self, tenant: str, branch: str) -> Branch | None:
        """Return a branch, None if the tenant has none of this id."""
        return next(
            (one for one in self.branches if (one.tenant, one.id) == (tenant, branch)), None
        )


def read_plan(path: Path) -> LobbyPlan:
    """Read a file; paths in it are relative to it.

    Raises RulesInvalidError, which names the file, the line and what was expected.
    """
    root = parse_toml(read_toml(path, RulesInvalidError), path.name, RulesInvalidError)
    rules = root.text("rules", "")
    plan = LobbyPlan(
        _branches(root.tables("branch", MAX_BRANCHES), root),
        _directory(root.table("directory"), path.parent),
        path.parent / rules if rules else None,
        *_visits(root.table("visits")),
    )
    root.done()
    return plan


def _branches(tables: list[Table], root: Table) -> tuple[Branch, ...]:
    if not tables:
        raise root.wrong("branch", "is missing; expected tables, each begun by [[branch]]")
    branches: dict[str, Branch] = {}
    for table in tables:
        branch = _branch(table)
        if branch.name in branches:
            raise table.wrong("id", f"another branch of the tenant is called {branch.id}")
        branches[branch.name] = branch
    return tuple(branches.values())


def _branch(table: Table) -> Branch:
    tenant, branch_id = _id(table, "tenant"), _id(table, "id")
    table.label = f"{table.label} ({branch_id})"
    branch = Branch(
        tenant,
        branch_id,
        table.text("display_name", branch_id, MAX_NAME),
        _time_zone(table),
        _galleries(table, "galleries", tenant),
        _galleries(table, "watchlists", tenant),
        table.number("target_fpir", 1e-6, 0.5, DEFAULT_FPIR),
    )
    table.done()
    both = set(branch.galleries) & set(branch.watchlists)
    if both:
        name = min(gallery.gallery for gallery in both)
        raise table.wrong("watchlists", f"{name} is among the galleries as well")
    return branch


def _id(table: Table, key: str) -> str:
    try:
        return check_id(table.text(key), key)
    except InvalidResourceNameError as error:
        raise table.wrong(key, error.message) from None


def _time_zone(table: Table) -> ZoneInfo:
    name = table.text("time_zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise table.wrong(
            "time_zone", f"{name!r} is no time zone; expected one such as Asia/Shanghai"
        ) from None


def _galleries(table: Table, key: str, tenant: str) -> tuple[GalleryName, ...]:
    try:
        return tuple(GalleryName(tenant, name) for name in table.texts(key))
    except InvalidResourceNameError as error:
        raise table.wrong(key, error.message) from None


def _directory(table: Table | None, folder: Path) -> DirectoryPlan:
    if table is None:
        return DirectoryPlan()
    kind = table.choice("kind", DirectoryKind)
    plan = DirectoryPlan(kind)
    if kind is DirectoryKind.CSV:
        plan = replace(
            plan,
            file=folder / table.text("file"),
            appointments_file=_file(table, "appointments_file", folder),
        )
    elif kind is DirectoryKind.HTTP:
        plan = replace(
            plan,
            url=_url(table),
            token_file=_file(table, "token_file", folder),
            ca_file=_file(table, "ca_file", folder),
            timeout_s=table.number("timeout_seconds", 0.1, 30, plan.timeout_s),
        )
    if kind is not DirectoryKind.NONE:
        plan = replace(
            plan,
            cache_s=table.number("cache_seconds", 0, 86_400, plan.cache_s),
            max_cached=table.whole("max_cached", 1, 1_000_000, plan.max_cached),
        )
    table.done()
    return plan


def _file(table: Table, key: str, folder: Path) -> Path | None:
    name = table.text(key, "")
    return folder / name if name else None


def _url(table: Table) -> str:
    """Return the address; customers' data crosses a network encrypted or not at all."""
    url = table.text("url", limit=2000)
    parts = urlsplit(url)
    is_here = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise table.wrong("url", "expected an https address, or http on this machine")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise table.wrong("url", "expected a host and no password; a secret goes to token_file")
    return url


def _visits(table: Table | None) -> tuple[VisitLimits, float]:
    limits = VisitLimits()
    if table is None:
        return limits, DEFAULT_STRANGER_FMR
    fmr = table.number("stranger_fmr", 1e-8, 0.01, DEFAULT_STRANGER_FMR)

    def span_s(key: str, default: float) -> float:
        return table.number(key, 1, 86_400, default)

    gone_after_s = span_s("gone_after_seconds", limits.gone_after_s)
    gone_after_final_s = span_s("gone_after_final_seconds", limits.gone_after_final_s)
    if gone_after_final_s > gone_after_s:
        raise table.wrong("gone_after_final_seconds", "expected at most gone_after_seconds")
    limits = replace(
        limits,
        gone_after_s=gone_after_s,
        gone_after_final_s=gone_after_final_s,
        rejoin_s=span_s("rejoin_seconds", limits.rejoin_s),
        stranger_memory_s=span_s("stranger_memory_seconds", limits.stranger_memory_s),
        place_hold_s=span_s("place_hold_seconds", limits.place_hold_s),
    )
    table.done()
    return limits, fmr

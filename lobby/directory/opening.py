"""The directory that a lobby file names."""

from pathlib import Path

from base.errors import SettingsError
from lobby.customer import CustomerDirectory
from lobby.directory.csv_directory import CsvDirectory
from lobby.directory.http_directory import HttpDirectory
from lobby.plan import DirectoryKind, LobbyPlan


def open_directory(plan: LobbyPlan) -> CustomerDirectory | None:
    """Return the directory, None where there is none; nothing is read or asked yet.

    Raises SettingsError.
    """
    wanted = plan.directory
    if wanted.kind is DirectoryKind.CSV:
        tenants = {branch.tenant for branch in plan.branches}
        only = next(iter(tenants)) if len(tenants) == 1 else None
        return CsvDirectory(_needed(wanted.file), wanted.appointments_file, only)
    if wanted.kind is DirectoryKind.HTTP:
        return HttpDirectory(wanted.url, wanted.timeout_s, wanted.token_file, wanted.ca_file)
    return None


def _needed(file: Path | None) -> Path:
    if file is None:
        raise SettingsError("a directory of kind csv needs a file")
    return file

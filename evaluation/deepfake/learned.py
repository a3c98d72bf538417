"""Which files a frame model has learned from, as training wrote it down.

They are known by their content, so that no new name or folder makes them unseen.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from base.errors import SettingsError

FOLDER = "deepfake"
DIGITS = 16
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Learned:
    """What a model has seen. sources: names of the data. files: prints of the real ones."""

    sources: tuple[str, ...] = ()
    files: frozenset[str] = field(default_factory=frozenset)

    def has(self, path: Path) -> bool:
        """Return whether a file was learned from."""
        return bool(self.files) and fingerprint(path) in self.files


def fingerprint(path: Path) -> str:
    """Return the first digits of the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()[:DIGITS]


def load_learned(models_root: Path, model_id: str) -> Learned | None:
    """Read a frame model's list from beside the catalogue; None if there is none.

    Raises SettingsError for a file that is not of this form.
    """
    path = models_root / FOLDER / f"{model_id}.learned.toml"
    if not path.is_file():
        return None
    try:
        sources = tomllib.loads(path.read_text("utf-8"))["files"]
        files = frozenset(print_ for prints in sources.values() for print_ in prints.split())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, AttributeError) as error:
        raise SettingsError(f"{path.name} is no list of what was learned from: {error}") from error
    if any(len(one) != DIGITS for one in files):
        raise SettingsError(f"{path.name} has prints that are not of {DIGITS} digits")
    return Learned(tuple(sorted(sources)), files)


def learned_toml(files: Mapping[str, list[Path]], model_id: str) -> str:
    """Return what `load_learned` reads. files: learned from, by source."""
    lines = [
        f"# The real files that {model_id} learned from, by source: the first {DIGITS} digits of",
        "# the SHA-256 of each. No forged file of any source taught it.",
        "[files]",
    ]
    for source, paths in sorted(files.items()):
        prints = sorted(fingerprint(path) for path in paths)
        lines += [f'"{source}" = """', *prints, '"""']
    return "\n".join(lines) + "\n"

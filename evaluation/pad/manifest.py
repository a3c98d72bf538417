"""The presentations of an attack-detection report, from a manifest with `live` and `spoof`."""

from dataclasses import dataclass, field
from pathlib import Path

from evaluation.manifest import Labels, load_rows

LABELS = Labels(good=("live",), bad=("spoof",))


@dataclass(frozen=True, slots=True)
class Presentation:
    """One picture or clip, and what it is.

    species: of the attack instrument, empty for a live person. context: None if not stated.
    clip: the recording that it belongs to; empty if it stands alone.
    """

    path: Path = field(repr=False)
    is_live: bool
    species: str
    source: str
    context: float | None = None
    clip: str = ""


def load_manifest_rows(manifest: Path, root: Path) -> tuple[Presentation, ...]:
    """Read the manifest and find its files below `root`.

    Raises InvalidArgumentError for a file that does not follow the format, names a path twice or
    outside of the root, or names files that are not there.
    """
    return tuple(
        Presentation(row.path, row.is_good, row.attack, row.source, row.context, row.clip)
        for row in load_rows(manifest, root, LABELS)
    )

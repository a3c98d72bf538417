"""What the shipped model scored on sources that it had not seen, as training wrote it down."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from base.errors import SettingsError

FOLDER = "liveness"


@dataclass(frozen=True, slots=True)
class LosoTable:
    """Leave-one-source-out: every row comes from a model that never saw the row's source.

    rows: by source, the columns that are there. summary: over the sources.
    trained_on: the sources that the model in use has seen, for it learned from all of them.
    """

    rows: Mapping[str, Mapping[str, float]]
    summary: Mapping[str, float]
    trained_on: tuple[str, ...]


def load_loso(models_root: Path, model_id: str) -> LosoTable | None:
    """Read a passive model's table from beside the catalogue; None if there is none.

    Raises SettingsError for a file that is not of this form.
    """
    path = models_root / FOLDER / f"{model_id}.loso.toml"
    if not path.is_file():
        return None
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        rows = {str(row["name"]): _numbers(row) for row in content["source"]}
        trained_on = content.get("trained_on") or content.get("summary", {}).get("trained_on")
        return LosoTable(
            rows, _numbers(content.get("summary", {})), tuple(trained_on or sorted(rows))
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise SettingsError(f"{path.name} is no leave-one-source-out table: {error}") from error


def _numbers(row: Mapping[str, object]) -> dict[str, float]:
    return {
        key: value
        for key, value in row.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }

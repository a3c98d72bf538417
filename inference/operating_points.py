"""Measured error rates of a model, kept in one generated file per model and variant."""

import tomllib
from math import isfinite
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Rate = Annotated[float, Field(ge=0.0, le=1.0)]


class OperatingPoints(BaseModel):
    """What was measured at a row of similarity thresholds.

    variant: how the embedding was made, such as "single" or "mirrored". data: what the pairs were
    made of. model_sha256: the weights that were measured. Thresholds rise; at each, `fmrs` is the
    share of impostor pairs at or above it and `fnmrs` the share of genuine pairs below it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    variant: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    data: str
    model_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    impostor_pairs: Annotated[int, Field(gt=0)]
    genuine_pairs: Annotated[int, Field(gt=0)]
    similarities: tuple[float, ...] = Field(repr=False)
    fmrs: tuple[Rate, ...] = Field(repr=False)
    fnmrs: tuple[Rate, ...] = Field(repr=False)

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        if not len(self.similarities) == len(self.fmrs) == len(self.fnmrs) > 0:
            raise ValueError("similarities, fmrs and fnmrs must have the same length, at least 1")
        if not all(isfinite(value) for value in self.similarities):
            raise ValueError("similarities must be finite")
        if any(a >= b for a, b in zip(self.similarities, self.similarities[1:], strict=False)):
            raise ValueError("similarities must rise from row to row")
        if any(a < b for a, b in zip(self.fmrs, self.fmrs[1:], strict=False)):
            raise ValueError("fmrs must not rise with the threshold")
        if any(a > b for a, b in zip(self.fnmrs, self.fnmrs[1:], strict=False)):
            raise ValueError("fnmrs must not fall with the threshold")
        return self


def load_operating_points(
    folder: Path, model_id: str, model_sha256: str
) -> tuple[OperatingPoints, ...]:
    """Return what is known of one model, by variant; empty if nothing was measured.

    Raises ValueError for a file that was measured on other weights than the manifest's.
    """
    found = []
    for path in sorted(folder.glob(f"{model_id}.*.toml")):
        points = OperatingPoints.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        if points.model_sha256 != model_sha256:
            raise ValueError(f"{path.name} was measured on other weights; measure again")
        if path.name != file_name(model_id, points.variant):
            raise ValueError(f"{path.name} holds the variant {points.variant!r}")
        found.append(points)
    return tuple(found)


def file_name(model_id: str, variant: str) -> str:
    """Return the name of the file that holds one model's variant."""
    return f"{model_id}.{variant}.toml"


def write_operating_points(folder: Path, model_id: str, points: OperatingPoints) -> Path:
    """Write one file, the same bytes for the same figures, and return its path."""
    lines = [
        "# Written by `smartbranch evaluate verification`; measure again instead of editing.",
        f'variant = "{points.variant}"',
        f"data = {_quoted(points.data)}",
        f'model_sha256 = "{points.model_sha256}"',
        f"impostor_pairs = {points.impostor_pairs}",
        f"genuine_pairs = {points.genuine_pairs}",
    ]
    for name in ("similarities", "fmrs", "fnmrs"):
        lines += [f"{name} = [", *(f"  {value!r}," for value in getattr(points, name)), "]"]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(model_id, points.variant)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'

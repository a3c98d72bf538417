"""Small linear judges of damage, learned once and kept in the catalogue."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from base.errors import SettingsError
from inference.manifest import SHARE
from media.image import ImageRGB
from vision.damage import MEAN_FACE_PX, Plane, measure_likeness, measure_texture, split_bands

FILE = "face_quality.toml"
MEAN_FACE_STEP = 0.1
"""Grey steps of one unit of the mean face as it is stored."""


class Judge(BaseModel):
    """One kind of damage: a weighted sum of measures, higher for more damage.

    worst, limit, good: sums that are worth a quality of 0, of 40 and of 100.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: dict[str, float]
    offset: float
    worst: float
    limit: float
    good: float

    @model_validator(mode="after")
    def _sums_fall(self) -> Self:
        if not self.good < self.limit < self.worst:
            raise ValueError("a judge must have good < limit < worst")
        return self

    def sum(self, measures: dict[str, float]) -> float:
        """Return the sum for one face."""
        return self.offset + sum(w * measures[name] for name, w in self.weights.items())


class FaceJudges(BaseModel):
    """The judges and the mean face that they compare with.

    data: what they learned from. mean_face: left half, 56 rows of 28; the right half mirrors it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str
    blur: Judge
    noise: Judge
    cover: Judge
    mean_face: tuple[tuple[int, ...], ...]

    @model_validator(mode="after")
    def _mean_face_fits(self) -> Self:
        half = MEAN_FACE_PX // 2
        if [len(row) for row in self.mean_face] != [half] * MEAN_FACE_PX:
            raise ValueError(f"mean_face must have {MEAN_FACE_PX} rows of {half}")
        return self

    def plane(self) -> Plane:
        """Return the whole mean face, (56, 56), in grey steps."""
        left = np.array(self.mean_face, np.float32) * np.float32(MEAN_FACE_STEP)
        return np.hstack([left, left[:, ::-1]])


@cache
def load_judges(path: Path = SHARE / FILE) -> tuple[FaceJudges, Plane]:
    """Read the judges that ship, once, with their mean face. Raises SettingsError."""
    try:
        judges = FaceJudges.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise SettingsError(f"the quality measures in {path} cannot be used: {error}") from error
    return judges, judges.plane()


def measure_damage(aligned: ImageRGB, mean_face: Plane) -> dict[str, float]:
    """Return every measure of one aligned face, (112, 112, 3)."""
    bands = split_bands(aligned)
    return measure_texture(bands) | measure_likeness(bands, mean_face)

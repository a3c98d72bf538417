"""One measured piece of evidence."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signal:
    """One piece of evidence for or against the claim that a decision is about.

    name: stable snake_case name, such as `face_similarity`.
    score: the raw measurement, None if it could not be made.
    llr: natural log-likelihood ratio, positive for the claim; None where no calibration with
        both classes exists or nothing was measured. A signal without llr never adds certainty.
    group: signals of one group see the same thing and are not independent evidence.
    calibration: the data behind `llr`, for the record.
    """

    name: str
    score: float | None
    llr: float | None = None
    group: str = ""
    calibration: str | None = None

    def __post_init__(self) -> None:
        for value in (self.score, self.llr):
            if value is not None and not math.isfinite(value):
                raise ValueError(f"signal {self.name} must be finite or None, got {value}")
        if self.llr is not None and self.score is None:
            raise ValueError(f"signal {self.name} has an llr without a score")

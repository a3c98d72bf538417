"""Presentations with answers, by the dozen."""

from pathlib import Path

import numpy as np

from evaluation.pad.manifest import Presentation
from evaluation.pad.result import PadAnswer, PadResult, evaluate_pad
from liveness.outcome import LivenessOutcome

LIVE, SPOOF = LivenessOutcome.LIVE, LivenessOutcome.SPOOF
UNSURE = LivenessOutcome.INCONCLUSIVE


class Rows:
    """Presentations with their answers, added by the dozen."""

    def __init__(self) -> None:
        self.presentations: list[Presentation] = []
        self.answers: list[PadAnswer] = []
        self._rng = np.random.default_rng(5)

    def add(
        self, count: int, source: str, species: str, outcome: LivenessOutcome | None, level: float
    ) -> None:
        """Add `count` rows of a species, live ones without; no score without an outcome."""
        for _ in range(count):
            path = Path(f"person-{len(self.presentations)}.jpg")
            self.presentations.append(Presentation(path, not species, species, source, 1.0))
            score = float(np.clip(level + self._rng.normal(0, 0.1), 0, 1))
            self.answers.append(
                PadAnswer(outcome, score if outcome else None, "NO_FACE" if not outcome else "X")
            )

    def result(self, trained_on: tuple[str, ...] = ()) -> PadResult:
        """Evaluate them with few draws."""
        return evaluate_pad(
            self.presentations,
            self.answers,
            trained_on=trained_on,
            replicates=60,
            facts={"model": "toy <model>"},
        )

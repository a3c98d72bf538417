"""Labelled files with answers, by the dozen."""

from pathlib import Path

import numpy as np

from deepfake.outcome import ForgeryOutcome
from evaluation.deepfake.answers import ForgeryAnswer
from evaluation.deepfake.result import ForgeryReport, evaluate_forgery
from evaluation.manifest import LabelledFile

GENUINE, FAKE = ForgeryOutcome.GENUINE, ForgeryOutcome.FAKE
UNSURE = ForgeryOutcome.INCONCLUSIVE


def labelled(name: str, method: str = "", source: str = "s") -> LabelledFile:
    """Return a row without a file; genuine without a method."""
    return LabelledFile(Path(name), name, not method, method, source)


class ForgeryRows:
    """Rows with their answers, added by the dozen."""

    def __init__(self) -> None:
        self.rows: list[LabelledFile] = []
        self.answers: list[ForgeryAnswer] = []
        self._rng = np.random.default_rng(5)

    def add(
        self,
        count: int,
        source: str,
        method: str,
        outcome: ForgeryOutcome | None,
        level: float,
        frames: int = 0,
    ) -> None:
        """Add `count` rows of a method, genuine ones without; clips where there are frames."""
        for _ in range(count):
            name = f"person-{len(self.rows)}"
            self.rows.append(labelled(name, method, source))
            score = float(np.clip(level + self._rng.normal(0, 0.1), 0, 1))
            reason = "LOOKS_FORGED" if outcome is FAKE else "LOOKS_GENUINE"
            if outcome is None:
                self.answers.append(ForgeryAnswer(None, None, "NO_FACE", frames > 0))
                continue
            logits = tuple(float(x) for x in self._rng.normal(8 * level - 4, 1, max(frames, 1)))
            scores = {"frame_forgery": score, "landmark_jitter": 0.5}
            self.answers.append(
                ForgeryAnswer(outcome, score, reason, frames > 0, scores, logits=logits)
            )

    def report(self, trained_on: tuple[str, ...] = ()) -> ForgeryReport:
        """Evaluate them with few draws."""
        facts = {"model": "toy <model>", "learned": 7, "data": "toy", "files": len(self.rows)}
        return evaluate_forgery(
            self.rows,
            self.answers,
            trained_on=trained_on,
            left_out={"seen": 3},
            replicates=60,
            facts=facts,
        )

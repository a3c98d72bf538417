"""One-to-one match: whether two faces belong to one person, at an error rate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from base.errors import ErrorRateOutOfRangeError, InvalidArgumentError, ModelMismatchError
from decision.outcome import Decision, MatchOutcome, Reason
from decision.rates import ErrorRateTable
from decision.signal import Signal
from vision.analysis import FaceReading
from vision.embedding import Embedding
from vision.quality import POOR_BELOW

DEFAULT_TARGET_FMR = 1e-4
NOT_CALIBRATED = "MODEL_NOT_CALIBRATED"


@dataclass(frozen=True, slots=True)
class MatchResult:
    """What was decided and what it rests on.

    similarity: dot product, -1 to 1. threshold: the similarity that `target_fmr` asks for, and
    fmr: the false match rate of a threshold at this similarity; both None without a table.
    """

    decision: Decision[MatchOutcome]
    similarity: float
    threshold: float | None
    fmr: float | None
    target_fmr: float
    model_id: str

    @property
    def outcome(self) -> MatchOutcome:
        """The decision's outcome."""
        return self.decision.outcome


class FaceMatcher:
    """Decides at a false match rate, by a table that was measured for one model.

    table: None where the model was not measured: every answer is then INCONCLUSIVE.
    min_quality: score below which a picture decides nothing, for or against.
    """

    def __init__(
        self, table: ErrorRateTable | None, model_id: str, min_quality: float = POOR_BELOW
    ) -> None:
        self._table = table
        self._model_id = model_id
        self._min_quality = min_quality

    @property
    def table(self) -> ErrorRateTable | None:
        """The error rates in use."""
        return self._table

    @property
    def min_quality(self) -> float:
        """Quality score below which a picture decides nothing."""
        return self._min_quality

    def compare(
        self, reference: FaceReading, probe: FaceReading, target_fmr: float = DEFAULT_TARGET_FMR
    ) -> MatchResult:
        """Compare two readings.

        Raises ErrorRateOutOfRangeError and ModelMismatchError.
        """
        poor = (*self._poor("reference", reference), *self._poor("probe", probe))
        similarity = self._similarity([_embedding(reference)], _embedding(probe))
        return self._decide(similarity, target_fmr, poor)

    def compare_embeddings(
        self,
        references: Sequence[Embedding],
        probe: FaceReading,
        target_fmr: float = DEFAULT_TARGET_FMR,
    ) -> MatchResult:
        """Compare a probe with the stored templates of one subject; the best one counts.

        Each template is a chance to match falsely, so every one is held to
        target_fmr / len(references). Raises ErrorRateOutOfRangeError and ModelMismatchError.
        """
        similarity = self._similarity(references, _embedding(probe))
        poor = self._poor("probe", probe)
        return self._decide(similarity, target_fmr, poor, len(references))

    def _similarity(self, references: Sequence[Embedding], probe: Embedding) -> float:
        if not references:
            raise InvalidArgumentError("there is no template to compare with", field="references")
        for embedding in (*references, probe):
            if embedding.model_id != self._model_id:
                raise ModelMismatchError(
                    f"a template was made by {embedding.model_id}, this matcher is calibrated "
                    f"for {self._model_id}; enrol again or name the other model",
                    expected=self._model_id,
                    actual=embedding.model_id,
                )
        return max(float(reference.vector @ probe.vector) for reference in references)

    def _poor(self, role: str, reading: FaceReading) -> tuple[Reason, ...]:
        """Return why a picture decides nothing; empty where it does."""
        quality = reading.quality
        if quality.score >= self._min_quality:
            return ()
        reasons = quality.reasons or (
            Reason("QUALITY_TOO_LOW", f"quality {quality.score:.0f} of 100 is too low"),
        )
        return tuple(Reason(reason.code, f"{role}: {reason.text}") for reason in reasons)

    def _decide(
        self,
        similarity: float,
        target_fmr: float,
        poor: tuple[Reason, ...],
        template_count: int = 1,
    ) -> MatchResult:
        if not 0 < target_fmr < 1:
            raise ErrorRateOutOfRangeError(
                f"a false match rate of {target_fmr:g} cannot be asked for; expected more than 0 "
                "and less than 1",
                fmr=target_fmr,
            )
        threshold = fmr = None
        if self._table is not None:
            threshold = self._table.threshold_at(target_fmr / template_count)
            fmr = min(1.0, self._table.fmr_at(similarity) * template_count)
        outcome, reasons = _weigh(similarity, threshold, target_fmr, poor)
        signals = (_signal(similarity, self._table),)
        decision = Decision(outcome, reasons, signals)
        return MatchResult(decision, similarity, threshold, fmr, target_fmr, self._model_id)


def _embedding(reading: FaceReading) -> Embedding:
    if reading.embedding is None:
        raise InvalidArgumentError("a reading without an embedding was to be compared")
    return reading.embedding


def _weigh(
    similarity: float, threshold: float | None, target_fmr: float, poor: tuple[Reason, ...]
) -> tuple[MatchOutcome, tuple[Reason, ...]]:
    """Return the outcome and why; a poor picture neither passes nor fails anybody."""
    if poor:
        return MatchOutcome.INCONCLUSIVE, poor
    if threshold is None:
        text = "no error rates were measured for this model, so a similarity says nothing yet"
        return MatchOutcome.INCONCLUSIVE, (Reason(NOT_CALIBRATED, text),)
    asked = f"the {threshold:.3f} that a false match rate of {_one_in(target_fmr)} asks for"
    if similarity >= threshold:
        text = f"similarity {similarity:.3f} reaches {asked}"
        return MatchOutcome.MATCH, (Reason("SIMILARITY_REACHED", text),)
    text = f"similarity {similarity:.3f} is below {asked}"
    return MatchOutcome.NO_MATCH, (Reason("SIMILARITY_TOO_LOW", text),)


def _one_in(rate: float) -> str:
    return f"1 in {1 / rate:,.0f}" if rate <= 0.1 else f"{rate:.0%}"


def _signal(similarity: float, table: ErrorRateTable | None) -> Signal:
    if table is None:
        return Signal("face_similarity", similarity, group="face")
    return Signal("face_similarity", similarity, _llr(similarity, table), "face", table.data)


def _llr(similarity: float, table: ErrorRateTable) -> float | None:
    """Return the log of (density of genuine over density of impostor pairs) around a similarity.

    Densities are slopes of the table's two curves over a step that is wide enough to hold
    pairs of both kinds; None where the table holds too few.
    """
    low, high = table.similarities[0], table.similarities[-1]
    half_step = max((high - low) / 40, 1e-3)
    centre = min(max(similarity, low + half_step), high - half_step)
    genuine = table.fnmr_at(centre + half_step) - table.fnmr_at(centre - half_step)
    impostor = table.fmr_at(centre - half_step) - table.fmr_at(centre + half_step)
    # One pair of each kind is always possible, so the ratio never grows without bound.
    genuine = max(genuine, 1 / table.genuine_pairs)
    impostor = max(impostor, 1 / table.impostor_pairs)
    return math.log(genuine / impostor)

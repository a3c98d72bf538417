"""One-to-one match: a decision at an error rate, with reasons that a person can read."""

from dataclasses import replace

import numpy as np
import pytest

from base.errors import ErrorRateOutOfRangeError, InvalidArgumentError, ModelMismatchError
from decision.outcome import MatchOutcome, Reason
from decision.rates import ErrorRateTable
from vision.analysis import FaceReading
from vision.embedding import Embedding
from vision.match import FaceMatcher
from vision.quality import FaceQuality, QualityComponent

MODEL = "some-model"
GOOD = FaceQuality((QualityComponent("sharpness", 90.0, 0.3),))
POOR = FaceQuality((QualityComponent("sharpness", 10.0, 0.01, Reason("FACE_BLURRED", "blurred")),))


def embedding(similarity: float, model_id: str = MODEL) -> Embedding:
    """An embedding of this similarity to the first axis."""
    vector = np.zeros(512, np.float32)
    vector[0], vector[1] = similarity, np.sqrt(1 - similarity**2)
    return Embedding(vector, model_id)


def reading(similarity: float = 1.0, quality: FaceQuality = GOOD) -> FaceReading:
    return FaceReading(
        box_xyxy=np.array([0, 0, 100, 120], np.float32),
        score=0.99,
        landmarks=np.zeros((5, 2), np.float32),
        quality=quality,
        aligned=np.zeros((112, 112, 3), np.uint8),
        embedding=embedding(similarity),
    )


@pytest.fixture
def matcher(made_up_table: ErrorRateTable) -> FaceMatcher:
    return FaceMatcher(made_up_table, MODEL)


def test_a_similarity_above_the_threshold_matches_and_says_why(matcher: FaceMatcher) -> None:
    result = matcher.compare(reading(), reading(0.62))
    assert result.outcome is MatchOutcome.MATCH
    assert result.threshold == pytest.approx(0.4)
    assert result.decision.reasons[0].text == (
        "similarity 0.620 reaches the 0.400 that a false match rate of 1 in 10,000 asks for"
    )


def test_a_similarity_below_the_threshold_does_not_match_and_says_why(matcher: FaceMatcher) -> None:
    result = matcher.compare(reading(), reading(0.31))
    assert result.outcome is MatchOutcome.NO_MATCH
    assert result.fmr == pytest.approx(7.9e-4, rel=0.01)
    assert result.decision.reasons[0].code == "SIMILARITY_TOO_LOW"


@pytest.mark.parametrize("similarity", [0.0, 0.9])
@pytest.mark.parametrize("poor_side", ["reference", "probe"])
def test_a_poor_picture_decides_nothing_either_way(
    matcher: FaceMatcher, similarity: float, poor_side: str
) -> None:
    poor = {poor_side: POOR}
    result = matcher.compare(
        reading(quality=poor.get("reference", GOOD)),
        reading(similarity, poor.get("probe", GOOD)),
    )
    assert result.outcome is MatchOutcome.INCONCLUSIVE
    assert result.decision.reasons == (Reason("FACE_BLURRED", f"{poor_side}: blurred"),)
    assert result.similarity == pytest.approx(similarity)


def test_without_measured_rates_nothing_is_decided() -> None:
    result = FaceMatcher(None, MODEL).compare(reading(), reading(0.99))
    assert result.outcome is MatchOutcome.INCONCLUSIVE
    assert result.decision.reasons[0].code == "MODEL_NOT_CALIBRATED"
    assert (result.threshold, result.fmr) == (None, None)


def test_a_lower_rate_asks_for_more(matcher: FaceMatcher) -> None:
    similar = reading(0.42)
    assert matcher.compare(reading(), similar, 1e-3).outcome is MatchOutcome.MATCH
    assert matcher.compare(reading(), similar, 2e-5).outcome is MatchOutcome.NO_MATCH


@pytest.mark.parametrize("fmr", [0.0, -1.0, 1.0, 7.0, float("nan"), 1e-9])
def test_a_rate_that_is_none_or_unsupported_is_refused(matcher: FaceMatcher, fmr: float) -> None:
    with pytest.raises(ErrorRateOutOfRangeError):
        matcher.compare(reading(), reading(), fmr)


def test_embeddings_of_another_model_are_never_compared(matcher: FaceMatcher) -> None:
    with pytest.raises(ModelMismatchError):
        matcher.compare_embeddings([embedding(1.0, "another-model")], reading())
    with pytest.raises(ModelMismatchError):
        matcher.compare(reading(), replace(reading(), embedding=embedding(1, MODEL + "+mirror")))


def test_a_reading_without_embedding_is_refused(matcher: FaceMatcher) -> None:
    with pytest.raises(InvalidArgumentError):
        matcher.compare(reading(), replace(reading(), embedding=None))
    with pytest.raises(InvalidArgumentError):
        matcher.compare_embeddings([], reading())


def test_the_best_template_counts_and_each_one_costs_its_chance(matcher: FaceMatcher) -> None:
    one = matcher.compare_embeddings([embedding(1.0)], reading(0.41))
    ten = matcher.compare_embeddings([embedding(1.0)] + [embedding(-0.9)] * 9, reading(0.41))
    assert one.outcome is MatchOutcome.MATCH
    assert ten.similarity == pytest.approx(one.similarity)
    assert ten.threshold == pytest.approx(0.5)
    assert ten.outcome is MatchOutcome.NO_MATCH


def test_evidence_grows_with_similarity(matcher: FaceMatcher) -> None:
    llrs = [
        matcher.compare(reading(), reading(similarity)).decision.signals[0].llr
        for similarity in (0.05, 0.2, 0.35, 0.45)
    ]
    assert all(llr is not None for llr in llrs)
    assert llrs == sorted(llrs, key=lambda llr: llr or 0.0)
    assert (llrs[0] or 0) < 0 < (llrs[-1] or 0)


def test_biometrics_never_show_in_print(matcher: FaceMatcher) -> None:
    shown = repr(reading()) + repr(embedding(0.5)) + repr(matcher.compare(reading(), reading()))
    assert "array" not in shown
    assert "<hidden>" in shown

"""The verification report: a protocol's own figures, and those of all pairs among its pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from decision.rates import ErrorRateTable
from evaluation.bootstrap import (
    ImpostorTail,
    Interval,
    RateReplicates,
    draw_people,
    interval,
    replicate_fmr,
    replicate_mean,
    replicate_rates,
)
from evaluation.face_set import FaceSet
from evaluation.metrics import (
    FoldAccuracy,
    accuracy_by_fold,
    equal_error_rate,
    tar_at_fmr,
)
from evaluation.protocol import PairProtocol
from evaluation.rates import build_table
from evaluation.scores import (
    GenuineScores,
    ImpostorScores,
    pair_similarities,
    score_genuine,
    score_impostors,
)

PROTOCOL_FMRS = (1e-2, 1e-3, 1e-4)
ALL_PAIRS_FMRS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
REPLICATES = 500
SEED = 20_240_601


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with its interval; None where it could not be measured."""

    value: float
    interval: Interval | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ProtocolResult:
    """What the protocol's own pairs say.

    similarities: (M,) one per pair, -1 where a picture had no face.
    inconclusive: pairs with two faces of which one is below the quality limit; they are scored
        all the same, since the protocol wants an answer for every pair.
    """

    similarities: npt.NDArray[np.float32]
    accuracy: FoldAccuracy
    accuracy_interval: Interval
    tar_at_fmr: Mapping[float, Rate]
    equal_error_rate: float
    failed_pairs: int
    inconclusive: int
    inconclusive_genuine: int


@dataclass(frozen=True, slots=True)
class OperatingRow:
    """One false match rate over all pairs: the threshold it asks for, and what that costs."""

    fmr: float
    threshold: float
    threshold_interval: Interval
    fmr_interval: Interval
    fnmr: Rate


@dataclass(frozen=True, slots=True, eq=False)
class AllPairsResult:
    """What every pair among the pictures says; pictures without a face have no pairs."""

    genuine: GenuineScores
    impostors: ImpostorScores
    table: ErrorRateTable
    rows: tuple[OperatingRow, ...]


@dataclass(frozen=True, slots=True, eq=False)
class VerificationResult:
    """All that a report is made of.

    min_quality: the limit below which an answer is INCONCLUSIVE.
    facts: what was run and how, for the record.
    """

    protocol: PairProtocol
    pairs: ProtocolResult
    all_pairs: AllPairsResult
    failures_to_acquire: int
    low_quality: int
    quality: npt.NDArray[np.float32]
    min_quality: float
    replicates: int
    seed: int
    facts: Mapping[str, object] = field(default_factory=dict)


def evaluate(
    protocol: PairProtocol,
    faces: FaceSet,
    *,
    min_quality: float,
    data: str,
    replicates: int = REPLICATES,
    seed: int = SEED,
    facts: Mapping[str, object] | None = None,
) -> VerificationResult:
    """Score the protocol and all pairs, with intervals.

    data: what was compared by which pipeline, for the error-rate table.
    """
    weights = draw_people(protocol.subject_count, replicates, seed)
    is_poor = faces.is_found & (faces.quality < min_quality)
    return VerificationResult(
        protocol,
        _evaluate_pairs(protocol, faces, is_poor, weights),
        _evaluate_all(protocol, faces, weights, data),
        failures_to_acquire=int((~faces.is_found).sum()),
        low_quality=int(is_poor.sum()),
        quality=faces.quality,
        min_quality=min_quality,
        replicates=replicates,
        seed=seed,
        facts=dict(facts or {}),
    )


def _evaluate_pairs(
    protocol: PairProtocol,
    faces: FaceSet,
    is_poor: npt.NDArray[np.bool_],
    weights: npt.NDArray[np.float32],
) -> ProtocolResult:
    similarities = pair_similarities(faces.vectors, protocol.pairs, faces.is_found)
    is_genuine, fold_of = protocol.is_genuine, protocol.fold_of
    accuracy = accuracy_by_fold(similarities, is_genuine, fold_of)
    both_found = faces.is_found[protocol.pairs].all(axis=1)
    is_unsure = both_found & is_poor[protocol.pairs].any(axis=1)
    people = protocol.subject_of[protocol.pairs]
    thresholds = np.asarray(accuracy.thresholds)[fold_of]
    is_right = (similarities >= thresholds) == is_genuine
    halves = [
        replicate_mean(is_right[side].astype(np.float64), people[side], weights)
        for side in (is_genuine, ~is_genuine)
    ]
    genuine, impostors = similarities[is_genuine], similarities[~is_genuine]
    replicated = _replicate_protocol(similarities, is_genuine, people, weights)
    return ProtocolResult(
        similarities,
        accuracy,
        interval((halves[0] + halves[1]) / 2),
        {
            fmr: Rate(tar_at_fmr(genuine, impostors, fmr), interval(replicated.tars[:, column]))
            for column, fmr in enumerate(PROTOCOL_FMRS)
        },
        equal_error_rate(genuine, impostors),
        failed_pairs=int((~both_found).sum()),
        inconclusive=int(is_unsure.sum()),
        inconclusive_genuine=int((is_unsure & is_genuine).sum()),
    )


def _replicate_protocol(
    similarities: npt.NDArray[np.float32],
    is_genuine: npt.NDArray[np.bool_],
    people: npt.NDArray[np.intp],
    weights: npt.NDArray[np.float32],
) -> RateReplicates:
    falling = np.argsort(-similarities, kind="stable")
    genuine, impostor = falling[is_genuine[falling]], falling[~is_genuine[falling]]
    return replicate_rates(
        GenuineScores(similarities[genuine], people[genuine, 0]),
        ImpostorTail(similarities[impostor], people[impostor]),
        weights,
        PROTOCOL_FMRS,
    )


def _evaluate_all(
    protocol: PairProtocol, faces: FaceSet, weights: npt.NDArray[np.float32], data: str
) -> AllPairsResult:
    vectors = faces.vectors[faces.is_found]
    subject_of = protocol.subject_of[faces.is_found]
    genuine = score_genuine(vectors, subject_of)
    impostors = score_impostors(vectors, subject_of)
    table = build_table(genuine, impostors, data)
    pictures = np.bincount(subject_of, minlength=protocol.subject_count)
    tail = ImpostorTail(impostors.tail, impostors.tail_people, pictures)
    # A little slack: 30 million pairs support 1.01e-6, which is what 1e-6 means here.
    fmrs = [fmr for fmr in ALL_PAIRS_FMRS if table.fmrs[0] >= fmr >= table.min_fmr * 0.98]
    rows = _operating_rows(table, genuine, tail, weights, fmrs)
    return AllPairsResult(genuine, impostors, table, rows)


def _operating_rows(
    table: ErrorRateTable,
    genuine: GenuineScores,
    tail: ImpostorTail,
    weights: npt.NDArray[np.float32],
    fmrs: Sequence[float],
) -> tuple[OperatingRow, ...]:
    thresholds = [table.threshold_at(max(fmr, table.min_fmr)) for fmr in fmrs]
    replicated = replicate_rates(genuine, tail, weights, fmrs)
    rates = replicate_fmr(tail, weights, thresholds)
    return tuple(
        OperatingRow(
            fmr,
            threshold,
            interval(replicated.thresholds[:, column]),
            interval(rates[:, column]),
            Rate(table.fnmr_at(threshold), interval(1 - replicated.tars[:, column])),
        )
        for column, (fmr, threshold) in enumerate(zip(fmrs, thresholds, strict=True))
    )


def outcomes_at(result: VerificationResult, target_fmr: float) -> dict[str, dict[str, int]]:
    """Return how many pairs of each class a caller sees match, not match or left open.

    Pairs with a picture without a face are counted apart, as the service refuses those.
    """
    threshold = result.all_pairs.table.threshold_at(target_fmr)
    quality = result.quality[result.protocol.pairs]
    failed = np.isnan(quality).any(axis=1)
    unsure = ~failed & (quality < result.min_quality).any(axis=1)
    match = ~failed & ~unsure & (result.pairs.similarities >= threshold)
    counts = {}
    for name, side in (
        ("genuine", result.protocol.is_genuine),
        ("impostor", ~result.protocol.is_genuine),
    ):
        total = int(side.sum())
        parts = [int((kind & side).sum()) for kind in (match, unsure, failed)]
        counts[name] = {
            "MATCH": parts[0],
            "NO_MATCH": total - sum(parts),
            "INCONCLUSIVE": parts[1],
            "refused": parts[2],
        }
    return counts

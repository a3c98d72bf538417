"""Intervals by a bootstrap over people.

Pairs that share a person are not independent: somebody who is hard to tell apart spoils many
pairs at once. So people are drawn with replacement, not pairs. A person drawn w times counts w
times in genuine pairs; an impostor pair of people drawn v and w times counts v * w times, and a
person is never an impostor to a copy of themselves. This is the subset bootstrap of Bolle, Ratha
and Pankanti (2004) with both sides of an impostor pair drawn, as in Owen's pigeonhole bootstrap
(2007), which errs towards intervals that are somewhat too wide. Intervals are percentiles.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.scores import GenuineScores

Floats = npt.NDArray[np.float64]
Weights = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

CONFIDENCE = 0.95
_CHUNK_BYTES = 128 * 2**20


@dataclass(frozen=True, slots=True)
class Interval:
    """A range that holds the true value at 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class ImpostorTail:
    """The highest impostor similarities, as far down as the rates of interest reach.

    similarities: (K,) falling. people: (K, 2), the two people of each.
    pictures_by_person: (P,) how many pictures each person has among ALL impostor pairs, None
        where the tail itself is all there is.
    """

    similarities: npt.NDArray[np.float32]
    people: Indices
    pictures_by_person: Indices | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RateReplicates:
    """What each of B replicates gave at each of F false match rates, both (B, F)."""

    thresholds: Floats
    tars: Floats


def draw_people(people: int, replicates: int, seed: int) -> Weights:
    """Return (replicates, people) float32: how often each person was drawn."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(people, np.full(people, 1 / people), size=replicates).astype(np.float32)


def interval(values: npt.NDArray[np.floating]) -> Interval:
    """Return the middle 95 % of the replicates."""
    low, high = np.nanquantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high))


def replicate_rates(
    genuine: GenuineScores, tail: ImpostorTail, weights: Weights, fmrs: Sequence[float]
) -> RateReplicates:
    """Return threshold and true accept rate at each false match rate, for every replicate.

    A rate that lies below the tail takes the tail's last similarity.
    """
    accepted = _genuine_shares(genuine, weights)
    thresholds = np.empty((len(weights), len(fmrs)))
    tars = np.empty_like(thresholds)
    for rows, shares in _match_shares(tail, weights):
        for column, fmr in enumerate(fmrs):
            # The first pair that makes the rate exceed `fmr` must itself be refused.
            first = np.minimum((shares <= fmr).sum(axis=1), len(tail.similarities) - 1)
            thresholds[rows, column] = tail.similarities[first]
            above = _count_above(genuine.similarities, thresholds[rows, column])
            tars[rows, column] = np.take_along_axis(accepted[rows], above[:, None], 1)[:, 0]
    return RateReplicates(thresholds, tars)


def replicate_fmr(tail: ImpostorTail, weights: Weights, thresholds: Sequence[float]) -> Floats:
    """Return (B, T): the false match rate of each replicate at fixed thresholds."""
    rates = np.zeros((len(weights), len(thresholds)))
    counts = np.searchsorted(-tail.similarities, -np.asarray(thresholds), side="right")
    for rows, shares in _match_shares(tail, weights):
        for column, count in enumerate(counts):
            if count:
                rates[rows, column] = shares[:, count - 1]
    return rates


def replicate_mean(values: Floats, people: Indices, weights: Weights) -> Floats:
    """Return (B,): the mean of (M,) values of pairs, weighted by the people drawn.

    people: (M, 2); the same person twice for a genuine pair.
    """
    pair_weights = _pair_weights(people, weights)
    totals = pair_weights.sum(axis=1)
    means: Floats = (pair_weights @ values) / np.maximum(totals, 1)
    return means


def _pair_weights(people: Indices, weights: Weights) -> Weights:
    one, other = weights[:, people[:, 0]], weights[:, people[:, 1]]
    product: Weights = np.where(people[:, 0] == people[:, 1], one, one * other)
    return product


def _genuine_shares(genuine: GenuineScores, weights: Weights) -> Floats:
    """Return (B, G + 1): weighted share of the k highest genuine pairs."""
    cumulated = np.zeros((len(weights), len(genuine.people) + 1))
    np.cumsum(weights[:, genuine.people], axis=1, dtype=np.float64, out=cumulated[:, 1:])
    shares: Floats = cumulated / np.maximum(cumulated[:, -1:], 1)
    return shares


def _match_shares(tail: ImpostorTail, weights: Weights) -> Iterator[tuple[slice, Floats]]:
    """Yield (b, K) blocks: weighted share of all impostor pairs that the k + 1 highest make."""
    step = max(1, _CHUNK_BYTES // (8 * max(len(tail.people), 1)))
    for start in range(0, len(weights), step):
        drawn = weights[start : start + step]
        products = drawn[:, tail.people[:, 0]] * drawn[:, tail.people[:, 1]]
        cumulated = np.cumsum(products, axis=1, dtype=np.float64)
        if tail.pictures_by_person is None:
            totals = cumulated[:, -1]
        else:
            pictures = drawn.astype(np.float64) * tail.pictures_by_person
            totals = (pictures.sum(axis=1) ** 2 - (pictures**2).sum(axis=1)) / 2
        yield slice(start, start + len(drawn)), cumulated / np.maximum(totals, 1)[:, None]


def _count_above(falling: npt.NDArray[np.float32], thresholds: Floats) -> Indices:
    return np.searchsorted(-falling, -thresholds, side="left")

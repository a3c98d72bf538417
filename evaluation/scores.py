"""Similarities of every genuine and every impostor pair among many pictures."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

BINS = 40_000  # Of 5e-5 each over [-1, 1]: far below the interval of any threshold.
# The exact tail reaches past a false match rate of 1e-2 with room for a bootstrap around it.
TAIL_SHARE = 0.015
MIN_TAIL = 200_000
_BLOCK_ROWS = 512


@dataclass(frozen=True, slots=True, eq=False)
class GenuineScores:
    """One row per pair of pictures of one person.

    similarities: (G,) float32, falling.
    people: (G,) intp, whose pictures they are.
    """

    similarities: Floats
    people: Indices


@dataclass(frozen=True, slots=True, eq=False)
class ImpostorScores:
    """All pairs of pictures of two people: a fine histogram, and the highest ones exactly.

    counts: (BINS,) int64 over [-1, 1].
    tail: (K,) float32, the K highest similarities, falling.
    tail_people: (K, 2) intp, the two people of each.
    total: how many pairs there are.
    """

    counts: npt.NDArray[np.int64]
    tail: Floats
    tail_people: Indices
    total: int

    @property
    def is_complete(self) -> bool:
        """Whether the tail holds every pair."""
        return len(self.tail) == self.total


def bin_edges() -> npt.NDArray[np.float64]:
    """Return the (BINS + 1,) edges of the histogram."""
    return np.linspace(-1.0, 1.0, BINS + 1)


def pair_similarities(vectors: Floats, pairs: Indices, is_found: npt.NDArray[np.bool_]) -> Floats:
    """Return the similarity of each of (M, 2) pairs; -1 where a picture has no face."""
    similarities: Floats = np.sum(
        vectors[pairs[:, 0]] * vectors[pairs[:, 1]], axis=1, dtype=np.float32
    )
    similarities[~is_found[pairs].all(axis=1)] = -1
    return similarities


def score_genuine(vectors: Floats, subject_of: Indices) -> GenuineScores:
    """Compare every two pictures of one person.

    vectors: (N, D) float32 of unit norm. subject_of: (N,).
    """
    scores: list[Floats] = [np.empty(0, np.float32)]
    people: list[Indices] = [np.empty(0, np.intp)]
    order = np.argsort(subject_of, kind="stable")
    borders = np.flatnonzero(np.diff(subject_of[order])) + 1
    for rows in np.split(order, borders):
        if len(rows) > 1:
            left, right = np.triu_indices(len(rows), k=1)
            scores.append((vectors[rows] @ vectors[rows].T)[left, right])
            people.append(np.full(len(left), subject_of[rows[0]], np.intp))
    merged = np.concatenate(scores)
    falling = np.argsort(-merged, kind="stable")
    return GenuineScores(merged[falling], np.concatenate(people)[falling])


def score_impostors(vectors: Floats, subject_of: Indices) -> ImpostorScores:
    """Compare every two pictures of two people, block by block, in two passes.

    The first pass fills the histogram and so tells from where on to keep pairs; the second
    keeps them. Memory stays at a few blocks plus the tail.
    """
    counts = np.zeros(BINS, np.int64)
    for similarities, _, _ in _impostor_blocks(vectors, subject_of):
        counts += np.bincount(_bin_of(similarities), minlength=BINS)
    total = int(counts.sum())
    first_bin = _tail_start(counts, min(total, max(MIN_TAIL, int(total * TAIL_SHARE))))
    kept: list[tuple[Floats, Indices, Indices]] = []
    for similarities, left, right in _impostor_blocks(vectors, subject_of):
        high = _bin_of(similarities) >= first_bin
        kept.append((similarities[high], subject_of[left[high]], subject_of[right[high]]))
    if not kept:
        return ImpostorScores(counts, np.empty(0, np.float32), np.empty((0, 2), np.intp), 0)
    tail, one, other = (np.concatenate(column) for column in zip(*kept, strict=True))
    falling = np.argsort(-tail, kind="stable")
    return ImpostorScores(counts, tail[falling], np.stack([one, other], 1)[falling], total)


def _impostor_blocks(
    vectors: Floats, subject_of: Indices
) -> Iterator[tuple[Floats, Indices, Indices]]:
    """Yield similarities with the rows of both pictures, each pair once."""
    edges = [*range(0, len(vectors), _BLOCK_ROWS), len(vectors)]
    for start, end in itertools.pairwise(edges):
        similarities = vectors[start:end] @ vectors[start:].T
        is_impostor = np.triu(subject_of[start:end, None] != subject_of[None, start:], k=1)
        left, right = np.nonzero(is_impostor)
        yield similarities[left, right], left + start, right + start


def _bin_of(similarities: Floats) -> Indices:
    scaled = (similarities.astype(np.float64) + 1) * (BINS / 2)
    return np.clip(scaled, 0, BINS - 1).astype(np.intp)


def _tail_start(counts: npt.NDArray[np.int64], wanted: int) -> int:
    """Return the highest bin such that it and all above hold at least `wanted` pairs."""
    from_above = np.cumsum(counts[::-1])
    return BINS - 1 - int(np.searchsorted(from_above, wanted))

"""A ridged logistic regression in which every source and class counts the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.floating]
Column = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Names = npt.NDArray[np.str_]

RIDGE = 200.0
"""Weight of the squared coefficients against one row's mean loss; the inverse is scikit's C."""
_STEPS = 30
_TOLERANCE = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class LinearHead:
    """log-odds = features @ weights + offset, on features as they leave the trunk."""

    weights: Column
    offset: float

    def logits(self, features: Table) -> Column:
        """Return (N,) log-odds of being live, uncalibrated."""
        return np.asarray(features @ self.weights + self.offset, np.float64)


def balance(is_live: Flags, sources: Names, shares: dict[str, float] | None = None) -> Column:
    """Return (N,) weights of mean 1: every source and class sums to the same.

    shares: by source, where one shall count for less or more than one source.
    """
    weights = np.zeros(len(is_live))
    for source in np.unique(sources):
        for live in (True, False):
            own = (sources == source) & (is_live == live)
            if own.any():
                weights[own] = (shares or {}).get(str(source), 1.0) / own.sum()
    return np.asarray(weights / weights.mean(), np.float64)


def fit_head(features: Table, is_live: Flags, weights: Column, ridge: float = RIDGE) -> LinearHead:
    """Fit by Newton's method on columns of unit spread. features: (N, D)."""
    mean, spread = _moments(features, weights)
    design = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    light = design.astype(np.float32)
    truth = is_live.astype(np.float64)
    penalty = np.append(np.full(features.shape[1], ridge), 0.0)
    beta = np.zeros(design.shape[1])
    loss = _loss(design, truth, weights, penalty, beta)
    for _ in range(_STEPS):
        share = _sigmoid(design @ beta)
        gradient = design.T @ (weights * (share - truth)) + penalty * beta
        # Single precision of the curvature costs nothing but a step or two.
        curvature = np.asarray(
            (light * (weights * share * (1 - share)).astype(np.float32)[:, None]).T @ light,
            np.float64,
        )
        curvature[np.diag_indices_from(curvature)] += penalty + 1e-6
        step = np.linalg.solve(curvature, gradient)
        beta, new_loss = _descend(design, truth, weights, penalty, beta, step, loss)
        if loss - new_loss <= _TOLERANCE * len(truth):
            break
        loss = new_loss
    coefficients = beta[:-1] / spread
    return LinearHead(coefficients, float(beta[-1] - coefficients @ mean))


def stack(tables: Sequence[Table]) -> Table:
    """Return the rows of several views below each other."""
    return np.concatenate(tables)


def _moments(features: Table, weights: Column) -> tuple[Column, Column]:
    share = weights / weights.sum()
    mean = share @ features
    spread = np.sqrt(share @ (features - mean) ** 2)
    return np.asarray(mean, np.float64), np.asarray(spread + 1e-6, np.float64)


def _descend(
    design: Table,
    truth: Column,
    weights: Column,
    penalty: Column,
    beta: Column,
    step: Column,
    loss: float,
) -> tuple[Column, float]:
    """Take the step, halved until the loss falls."""
    for _ in range(_STEPS):
        candidate = beta - step
        new_loss = _loss(design, truth, weights, penalty, candidate)
        if new_loss <= loss:
            return candidate, new_loss
        step = step / 2
    return beta, loss


def _loss(design: Table, truth: Column, weights: Column, penalty: Column, beta: Column) -> float:
    margins = (2 * truth - 1) * (design @ beta)
    return float(weights @ np.logaddexp(0.0, -margins) + 0.5 * penalty @ beta**2)


def _sigmoid(x: Column) -> Column:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -500.0, 500.0))), np.float64)

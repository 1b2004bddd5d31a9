"""A proportional hazard fitted to who was lost: P(lost) = 1 - exp(-exp(x b)), so that exp(b) are hazard ratios.

The hazard of being lost between the day of a row and the end of its grace; the link is the grouped form of the
proportional hazards of Cox (Prentice and Gloeckler, Biometrics 34 (1978) 57-67).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

    Floats = NDArray[float64]
    Whole = NDArray[int64]

ROUNDS = 50
RIDGE = 1.0
"""Penalty on the squared coefficients of standardised facts, times the rows that a policy has: as if one more policy
spoke for no effect."""

TOLERANCE = 1e-8
ROWS_AT_ONCE = 100
LIMIT, TOP = 20.0, 3.5
"""How small and how great a linear predictor is told apart from its neighbours: P(lost) of 2e-9 and 1 - 4e-15."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Coefficients and their covariance, robust against several rows of one policy."""

    coefficients: Floats
    covariance: Floats


def lost_share(eta: Floats) -> Floats:
    """Return P(lost) for a linear predictor."""
    import numpy as np

    share: Floats = -np.expm1(-np.exp(np.clip(eta, -LIMIT, TOP)))
    return share


def slope(eta: Floats) -> Floats:
    """Return the derivative of P(lost) by the linear predictor."""
    import numpy as np

    held = np.clip(eta, -LIMIT, TOP)
    change: Floats = np.exp(held - np.exp(held))
    return change


def fit(facts: Floats, lost: Floats, clusters: Whole) -> Fit:
    """Fit by Fisher scoring with a ridge; the first column of `facts` is the constant, which is not penalised.

    `clusters`: integers from 0 that rows of one policy share.
    """
    import numpy as np

    ridge = RIDGE * clusters.size / (int(clusters.max()) + 1)
    penalty = np.diag([0.0, *[ridge] * (facts.shape[1] - 1)])
    beta = np.zeros(facts.shape[1])
    beta[0] = np.log(-np.log1p(-np.clip(lost.mean(), 1e-6, 1 - 1e-6)))
    for _ in range(ROUNDS):
        scores, information = _scores(facts, lost, beta)
        change = np.linalg.solve(information + penalty, scores.sum(axis=0) - penalty @ beta)
        beta, moved = _stepped(facts, lost, beta, change, ridge)
        if moved < TOLERANCE:
            break
    scores, information = _scores(facts, lost, beta)
    summed = np.zeros((int(clusters.max()) + 1, facts.shape[1]))
    np.add.at(summed, clusters, scores)
    bread = np.linalg.inv(information + penalty)
    return Fit(coefficients=beta, covariance=bread @ squared(summed, np.ones(summed.shape[0])) @ bread)


def _stepped(facts: Floats, lost: Floats, beta: Floats, change: Floats, ridge: float) -> tuple[Floats, float]:
    """Take the step, halved until it makes the data likelier; a full one may overshoot far from the optimum."""
    import numpy as np

    before = _likelihood(facts, lost, beta, ridge)
    for _ in range(ROUNDS):
        if _likelihood(facts, lost, beta + change, ridge) >= before - TOLERANCE:
            return beta + change, float(np.abs(change).max())
        change = change / 2
    return beta, 0.0


def _likelihood(facts: Floats, lost: Floats, beta: Floats, ridge: float) -> float:
    """Return the logarithm of the likelihood less the ridge; log(1 - P) is -exp(eta)."""
    import numpy as np

    eta = np.clip(times(facts, beta), -LIMIT, LIMIT)
    certain = np.log(np.clip(lost_share(eta), 1e-12, 1))
    return float((lost * certain - (1 - lost) * np.exp(eta)).sum() - ridge * (beta[1:] ** 2).sum() / 2)


def _scores(facts: Floats, lost: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """Return the score of every row, and the expected information of all."""
    import numpy as np

    eta = np.clip(times(facts, beta), -LIMIT, TOP)
    hazard = np.exp(eta)
    share = lost_share(eta)
    scores = facts * ((lost - share) * hazard / share)[:, None]
    return scores, squared(facts, hazard**2 * np.exp(-hazard) / share)


def times(facts: Floats, beta: Floats) -> Floats:
    """Multiply every row by the coefficients."""
    import numpy as np

    product: Floats = np.einsum("ij,j->i", facts, beta)
    return product


def squared(facts: Floats, weights: Floats) -> Floats:
    """Sum up weight x row' x row, some hundred rows at a time.

    Larger products make BLAS start threads that wait for each other: 20 times slower on a machine that is busy.
    """
    import numpy as np

    total = np.zeros((facts.shape[1], facts.shape[1]))
    for start in range(0, facts.shape[0], ROWS_AT_ONCE):
        piece = facts[start : start + ROWS_AT_ONCE]
        total += (piece * weights[start : start + ROWS_AT_ONCE, None]).T @ piece
    return total

"""The hazard of being lost, fitted to the past: P(lost) = 1 / (1 + exp(-x b)), so that exp(b) are odds ratios.

A row is a policy open on a day, and lost or kept by the end of its grace: the logistic form of a hazard in steps (Cox,
Journal of the Royal Statistical Society B 34 (1972) 187-220, section 6). The fit is scikit-learn's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

    Floats = NDArray[float64]
    Whole = NDArray[int64]

RIDGE = 1.0
"""Penalty on the squared coefficients of standardised facts, times the rows that a policy has: as if one more policy
spoke for no effect."""

TOLERANCE = 1e-8
LIMIT = 30.0
"""How far a linear predictor is told apart from its neighbours: P(lost) of 1e-13 and 1 - 1e-13."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Coefficients and their covariance, robust against several rows of one policy."""

    coefficients: Floats
    covariance: Floats


def lost_share(eta: Floats) -> Floats:
    """Return P(lost) for a linear predictor."""
    import numpy as np

    share: Floats = 1 / (1 + np.exp(-np.clip(eta, -LIMIT, LIMIT)))
    return share


def predictor(share: Floats) -> Floats:
    """Return the linear predictor of P(lost), which is neither 0 nor 1."""
    import numpy as np

    eta: Floats = np.log(share / (1 - share))
    return eta


def slope(eta: Floats) -> Floats:
    """Return the derivative of P(lost) by the linear predictor."""
    share = lost_share(eta)
    return share * (1 - share)


def fit(facts: Floats, lost: Floats, clusters: Whole) -> Fit:
    """Fit with a ridge; the first column of `facts` is the constant, which is not penalised.

    `clusters`: integers from 0 that rows of one policy share.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    ridge = RIDGE * clusters.size / (int(clusters.max()) + 1)
    machine = LogisticRegression(C=1 / ridge, solver="newton-cholesky", tol=TOLERANCE)
    with threadpool_limits(limits=1):  # threads of BLAS wait for each other: 20 times slower on a busy machine
        fitted = machine.fit(facts[:, 1:], lost)
        coefficients = np.append(fitted.intercept_, fitted.coef_)
        return Fit(coefficients=coefficients, covariance=_robust(facts, lost, clusters, coefficients, ridge))


def _robust(facts: Floats, lost: Floats, clusters: Whole, coefficients: Floats, ridge: float) -> Floats:
    """Return the covariance that holds whatever the rows of a cluster have in common (Liang and Zeger, Biometrika 73
    (1986) 13-22): scikit-learn gives none.
    """
    import numpy as np

    eta = facts @ coefficients
    scores = np.zeros((int(clusters.max()) + 1, facts.shape[1]))
    np.add.at(scores, clusters, facts * (lost - lost_share(eta))[:, None])
    penalty = np.diag([0.0, *[ridge] * (facts.shape[1] - 1)])
    bread = np.linalg.inv(facts.T @ (facts * slope(eta)[:, None]) + penalty)
    covariance: Floats = bread @ (scores.T @ scores) @ bread
    return covariance

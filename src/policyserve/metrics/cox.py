"""Proportional hazards of Cox with strata, in columns: a fit over thousands of strata costs what one costs.

The partial likelihood with Efron's ties; errors robust against likeness within clusters (Lin and Wei, Journal of the
American Statistical Association 84 (1989) 1074-1078). A risk set is everybody of a stratum still followed on a day on
which somebody was lost; each loss of it has its own denominator.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, exp, sqrt
from typing import TYPE_CHECKING

from policyserve.metrics.hazard import squared, times
from policyserve.metrics.survival import normal_quantile

if TYPE_CHECKING:
    from numpy import bool_
    from numpy.typing import NDArray

    from policyserve.metrics.hazard import Floats, Whole

    Flags = NDArray[bool_]

ROUNDS, TOLERANCE, LIMIT = 50, 1e-9, 50.0
RIDGE = 1e-6
"""Holds a coefficient that nothing speaks for, or that would run away; too small to be seen in any other."""

WIDEST = 10.0
"""A standard error above which the strata say nothing of a fact."""


@dataclass(frozen=True, kw_only=True)
class Cox:
    """Coefficients and their robust covariance."""

    coefficients: Floats
    covariance: Floats

    def tells(self, place: int) -> bool:
        """Whether anything can be said of the fact in that column."""
        return 0 < float(self.covariance[place, place]) < WIDEST**2

    def ratio(self, place: int, confidence: float) -> dict[str, float]:
        """Return the hazard ratio of a fact with its limits and its two-sided p: `ratio`, `lower`, `upper`, `p`."""
        value, error = float(self.coefficients[place]), sqrt(float(self.covariance[place, place]))
        width = normal_quantile(confidence) * error
        return {
            "ratio": exp(value),
            "lower": exp(value - width),
            "upper": exp(value + width),
            "p": erfc(abs(value) / error / sqrt(2)),
        }


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """The rows by stratum, the longest followed first, so that a risk set is what stands before its last row."""

    facts: Floats
    lost: Flags
    tie: Whole
    """Of each row: its stratum and day, numbered from 0."""
    first: Whole
    """Of each tie: the first row of its stratum."""
    last: Whole
    """Of each tie: its last row."""
    end: Whole
    """Of each row: the last tie of its stratum."""
    share: Floats
    """Of each row that was lost: the share of its tie that was lost before it (Efron)."""


@dataclass(frozen=True, kw_only=True)
class _Risks:
    """What the coefficients make of the rows."""

    weights: Floats
    """Of each row: exp(x b)."""
    sums: Floats
    """Of each row that was lost: the weights at risk with it."""
    means: Floats
    """Of each row that was lost: the mean facts at risk with it."""


def fit(facts: Floats, days: Whole, lost: Flags, strata: Whole, clusters: Whole) -> Cox:
    """Fit by Newton's steps, halved where they overshoot; a row per policy, centred facts, clusters from 0."""
    import numpy as np

    order = np.lexsort((-days, strata))
    rows = _laid_out(facts[order], days[order], lost[order], strata[order])
    beta, ridge = np.zeros(facts.shape[1]), RIDGE * np.eye(facts.shape[1])
    for _ in range(ROUNDS):
        scores, information = _scores(rows, beta)
        step = np.linalg.solve(information + ridge, scores.sum(axis=0) - RIDGE * beta)
        beta, gained = _stepped(rows, beta, step)
        if gained < TOLERANCE:
            break
    scores, information = _scores(rows, beta)
    summed = np.zeros((int(clusters.max()) + 1, beta.size))
    np.add.at(summed, clusters[order], scores)
    bread = np.linalg.inv(information + ridge)
    return Cox(coefficients=beta, covariance=bread @ squared(summed, np.ones(summed.shape[0])) @ bread)


def _laid_out(facts: Floats, days: Whole, lost: Flags, strata: Whole) -> _Rows:
    import numpy as np

    begins = np.append(True, (np.diff(strata) != 0) | (np.diff(days) != 0))
    tie = np.cumsum(begins) - 1
    last = np.append(np.flatnonzero(begins)[1:], tie.size) - 1
    ends = np.append(np.flatnonzero(np.diff(strata)), tie.size - 1)
    stratum = np.cumsum(np.append(False, np.diff(strata) != 0))
    starts = np.append(0, ends[:-1] + 1)
    so_far, losses = np.cumsum(lost), np.bincount(tie, lost)
    before = so_far - 1 - np.append(0, so_far)[np.flatnonzero(begins)][tie]
    return _Rows(
        facts=facts,
        lost=lost,
        tie=tie,
        first=starts[stratum[last]],
        last=last,
        end=tie[ends][stratum],
        share=before[lost] / losses[tie[lost]],
    )


def _risks(rows: _Rows, beta: Floats) -> _Risks:
    """Add up who is at risk with each loss, less its share of those lost with it."""
    import numpy as np

    weights = np.exp(np.clip(times(rows.facts, beta), -LIMIT, LIMIT))
    weighted = np.column_stack([weights, rows.facts * weights[:, None]])
    so_far = np.vstack([np.zeros(weighted.shape[1]), np.cumsum(weighted, axis=0)])
    ties = rows.tie[rows.lost]
    at_risk = so_far[rows.last + 1] - so_far[rows.first]
    sums = at_risk[ties] - rows.share[:, None] * _by_tie(rows, weighted[rows.lost])[ties]
    return _Risks(weights=weights, sums=sums[:, 0], means=sums[:, 1:] / sums[:, :1])


def _by_tie(rows: _Rows, of_losses: Floats) -> Floats:
    """Add up columns of those who were lost over each tie."""
    import numpy as np

    summed = np.zeros((rows.last.size, of_losses.shape[1]))
    np.add.at(summed, rows.tie[rows.lost], of_losses)
    return summed


def _scores(rows: _Rows, beta: Floats) -> tuple[Floats, Floats]:
    """Return the score of every row, and the information of all."""
    import numpy as np

    risks = _risks(rows, beta)
    hazard = np.column_stack([np.ones(risks.sums.size), risks.means]) / risks.sums[:, None]
    so_far = np.vstack([np.zeros(hazard.shape[1]), np.cumsum(_by_tie(rows, hazard), axis=0)])
    borne = so_far[rows.end + 1] - so_far[rows.tie]
    borne[rows.lost] -= _by_tie(rows, rows.share[:, None] * hazard)[rows.tie[rows.lost]]
    borne *= risks.weights[:, None]
    scores = borne[:, 1:] - rows.facts * borne[:, :1]
    losses = np.bincount(rows.tie[rows.lost], minlength=rows.last.size)[rows.tie[rows.lost]]
    scores[rows.lost] += rows.facts[rows.lost] - _by_tie(rows, risks.means)[rows.tie[rows.lost]] / losses[:, None]
    information = squared(rows.facts, borne[:, 0]) - squared(risks.means, np.ones(risks.sums.size))
    return scores, information


def _stepped(rows: _Rows, beta: Floats, step: Floats) -> tuple[Floats, float]:
    """Take the step, halved until it makes the data likelier; return by how much it did."""
    before = _likelihood(rows, beta)
    for _ in range(ROUNDS):
        if (gained := _likelihood(rows, beta + step) - before) >= 0:
            return beta + step, gained
        step = step / 2
    return beta, 0.0


def _likelihood(rows: _Rows, beta: Floats) -> float:
    import numpy as np

    of_lost = times(rows.facts[rows.lost], beta)
    return float(of_lost.sum() - np.log(_risks(rows, beta).sums).sum() - RIDGE * (beta**2).sum() / 2)

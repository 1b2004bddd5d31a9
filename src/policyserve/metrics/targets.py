"""Targets that the service standard sets, the size of a small group, and the cohorts asked about by default."""

from __future__ import annotations

from datetime import date

from policyserve.dates import add_months

KEPT = 0.88
"""Persistency of month 13, by premium."""

REFERRED = 3
"""People referred, a year and agent."""

ADDED_ON = 0.10
"""Single-policy customers who buy again, a year."""

SMALL = 30
"""A figure over fewer is marked: chance alone moves its ratio."""

COHORTS = 12
"""Cohort months that a gap is about: a rolling year."""

COHORTS_SHOWN = 15
"""Cohort months of a report: a year of final ones, and those in grace."""


def last_cohort(as_of: date, month: int = 13) -> date:
    """Return the first day of the cohort month whose premium of `month` falls due in the month of `as_of`."""
    return add_months(as_of.replace(day=1), 1 - month)

"""Rehearsals: what a changed standard would do to the book before it is put in force."""

from __future__ import annotations

from policyserve.dates import Days
from policyserve.errors import QuestionError
from policyserve.metrics.figure import Figure
from policyserve.operations.figures import Reading
from policyserve.rehearsal.figures import Price, rehearsal_figure
from policyserve.rehearsal.rehearsal import rehearsal
from policyserve.settings_file.messages import MessageSettings
from policyserve.standard.model import Standard
from policyserve.tasks.stored_standard import current_standard

MOST_DAYS = 800
"""No more days are rehearsed at a time."""


def rehearsed(facts: Reading, standard: Standard, days: Days, settings: MessageSettings, language: str) -> Figure:
    """Rehearse a standard in `days`, against the one that holds on the first of them; lists: see `rehearsal_figure`.

    Raises QuestionError for more than MOST_DAYS days.
    """
    check_days(days)
    old = current_standard(facts.connection, days.start)
    found = rehearsal(facts.book, old, standard, calendar=facts.market, days=days, as_of=facts.as_of)
    return rehearsal_figure(found, Price(settings.price_per_segment, settings.currency), language)


def check_days(days: Days) -> None:
    """Raise QuestionError for more than MOST_DAYS days."""
    if (days.end - days.start).days > MOST_DAYS:
        raise QuestionError("A rehearsal takes {most} days at most; ask for fewer.", most=MOST_DAYS)

"""The legend of a figure: what its title says, and what the marks in its cells mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policyserve.locale import N_, Sentence
from policyserve.metrics.columns import STATUS
from policyserve.metrics.figure import BELOW, RUNNING, SMALL, Figure
from policyserve.metrics.targets import SMALL as FEW

DAYS = N_("{first} to {last}")
AS_OF = N_("as of {day}")
BELOW_TARGET = N_("{mark} below the target of {target:.0%}")
BELOW_OWN = N_("{mark} below the target")
NOT_OVER = N_("{mark} the time is not over yet")
APART = " · "


def title(figure: Figure, language: str) -> str:
    """Say what was asked, the days and the day on which it was known, and the status if all rows share one."""
    days = [Sentence(DAYS, first=figure.days.start, last=figure.days.last)] if figure.days else []
    told = [figure.title, *days, *figure.asked, Sentence(AS_OF, day=figure.as_of)]
    return with_status([one.told(language) for one in told], figure, language)


def with_status(told: Iterable[str], figure: Figure, language: str) -> str:
    """Put the status behind a title if all rows share one."""
    statuses = figure.statuses
    shared = [STATUS(status, language) for status in statuses if status] if len(statuses) == 1 else []
    return APART.join([*told, *shared])


def legend(figure: Figure) -> Iterator[Sentence]:
    """Explain the marks that stand in the cells of a figure."""
    figure = figure.flat
    rows = figure.rows.to_dicts()
    found = [
        (column, row) for column in figure.shown if column.target or column.small or column.running for row in rows
    ]
    marks = {mark: (column, row) for column, row in found for mark in column.marks(row)}
    if BELOW in marks:
        goals = {column.goal(row) for column, row in found if BELOW in column.marks(row)}
        yield (
            Sentence(BELOW_TARGET, mark=BELOW, target=goals.pop())
            if len(goals) == 1
            else Sentence(BELOW_OWN, mark=BELOW)
        )
    if SMALL in marks:
        yield Sentence(next(column.few for column, row in found if SMALL in column.marks(row)), mark=SMALL, count=FEW)
    if RUNNING in marks:
        yield Sentence(NOT_OVER, mark=RUNNING)

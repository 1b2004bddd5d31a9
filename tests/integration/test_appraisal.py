"""The appraisal of a month: every number is that of the figure which it is taken from."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine

from desks.task_book import AT, MONDAY, fill, run, touch
from policyserve import db
from policyserve.access.viewer import SYSTEM
from policyserve.complaints.records import Told
from policyserve.errors import PolicyserveError
from policyserve.metrics.appraisal import FROM, assessed_cohort
from policyserve.metrics.figure import Figure
from policyserve.metrics.groupings import OF_AGENTS, fields_of
from policyserve.operations.appraisal import appraisal, month_of, parts
from policyserve.operations.complaints import open_complaint
from policyserve.operations.figures import Reading
from policyserve.tasks.transitions import Stamp

MAY = date(2026, 5, 1)
LATER = date(2026, 5, 30)


def both(engine: Engine, by: tuple[str, ...]) -> tuple[Figure, dict[str, Figure]]:
    with db.reading(engine) as connection:
        facts = Reading(connection, LATER)
        return appraisal(facts, MAY, by), parts(facts, MAY, by)


@pytest.mark.parametrize("by", [("team", "agent"), ("team",)])
def test_each_number_is_that_of_its_own_figure(engine: Engine, by: tuple[str, ...]) -> None:
    fill(engine)
    run(engine, [touch("visit-m4", policy=1), touch("visit-m4", policy=3, agent_id=2)], as_of=MONDAY)
    told = Told(words="late", kind="service", channel="call", on=MONDAY)
    open_complaint(engine, SYSTEM, Stamp(at=AT, as_of=MONDAY, actor="desk"), told, customer_no="C2")
    found, taken = both(engine, by)
    assert found.rows["complaints"].drop_nulls().to_list() == [1]
    keys = fields_of(by, OF_AGENTS)
    rows = {tuple(row[key] for key in keys): row for row in found.rows.to_dicts()}
    for name, names in FROM.items():
        for row in taken[name].rows.to_dicts():
            shown = rows[tuple(row[key] for key in keys)]
            assert {own: shown[own] for own in names.values()} == {own: row[one] for one, own in names.items()}
    assert {row["reached"] for row in rows.values()} == {"nothing"}


def test_november_assesses_the_cohort_of_september_of_the_year_before() -> None:
    assert assessed_cohort(date(2026, 11, 1)) == date(2025, 9, 1)


@pytest.mark.parametrize("typed", ["2026-13", "May", "2027-01"])
def test_a_month_that_is_none_or_has_not_begun_is_refused(typed: str) -> None:
    with pytest.raises(PolicyserveError):
        month_of(typed, LATER)

"""What a report says: of whom, with which marks, and what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from books.described_book import Row, book, policy, yuan
from policyserve.errors import PolicyserveError
from policyserve.metrics.cells import cell
from policyserve.metrics.figure import BELOW, SMALL, Figure
from policyserve.reporting.contents import report_of
from policyserve.reporting.forecast import forecast_section
from policyserve.reporting.gap import gap_section
from policyserve.reporting.persistency import kept_section, rolling
from policyserve.reporting.pictures import Fan
from policyserve.reporting.scope import scope_named, written_by
from reported import material

SOLD = date(2025, 3, 10)
DUE = date(2026, 3, 10)
IN_GRACE = date(2026, 4, 1)
AFTER_GRACE = date(2026, 6, 1)

STAFF = (
    {"agent_no": "N1", "name": "N1", "branch": "North", "team": "One"},
    {"agent_no": "N2", "name": "N2", "branch": "North", "team": "Two"},
    {"agent_no": "S1", "name": "S1", "branch": "South", "team": "One"},
)


def sold(number: str, by: str, *, paid: bool, premium: int = 1_000) -> Row:
    return policy(number, SOLD, yuan(premium), payments={2: DUE if paid else None}, agent=by)


def cells(figure: Figure, row: Mapping[str, Any], *names: str) -> list[str]:
    """Return cells of a row in Chinese, as a page shows them."""
    shown = {column.name: column for column in figure.shown}
    return [cell(shown[name], row, "zh", figure.names) for name in names]


FACTS = book(
    sold("P1", "N1", paid=True), sold("P2", "N2", paid=False, premium=3_000), sold("P3", "S1", paid=True), agents=STAFF
)


def test_a_cohort_below_its_target_over_few_policies_bears_both_marks() -> None:
    figure = kept_section(material(FACTS, as_of=AFTER_GRACE)).tables[0].figure
    (row,) = figure.rows.to_dicts()
    assert (row["cohort"], row["ratio"], row["status"]) == ("2025-03", 0.4, "final")
    (ratio,) = (one for one in figure.shown if one.name == "ratio")
    assert ratio.marks(row) == [BELOW, SMALL]


def test_a_cohort_in_grace_is_marked_as_provisional() -> None:
    assert kept_section(material(FACTS, as_of=IN_GRACE)).tables[0].figure.statuses == {"provisional"}


def test_a_branch_is_judged_by_what_its_agents_wrote() -> None:
    of_south = rolling(material(FACTS, as_of=AFTER_GRACE, branch="South"))
    assert of_south is not None
    assert (of_south["ratio"], of_south["denominator_count"]) == (1.0, 1)


def test_a_rider_goes_with_its_main_policy() -> None:
    rider = policy("R1", SOLD, yuan(100), agent="S1", main="P1", customer="C-P1")
    facts = book(sold("P1", "N1", paid=True), rider, sold("P3", "S1", paid=True), agents=STAFF)
    of_north = written_by(facts, scope_named(facts.agents, branch="North", team=None))
    assert of_north.policies["policy_no"].to_list() == ["P1", "R1"]


def test_a_team_that_several_branches_have_is_asked_for_with_its_branch() -> None:
    with pytest.raises(PolicyserveError, match="Several branches have a team 'One': North, South"):
        scope_named(FACTS.agents, branch=None, team="One")
    assert scope_named(FACTS.agents, branch="South", team="One").team == "One"
    assert scope_named(FACTS.agents, branch=None, team="Two").branch == "North"


@pytest.mark.parametrize("asked", [{"branch": "West", "team": None}, {"branch": "South", "team": "Two"}])
def test_a_branch_or_team_that_is_not_there_is_told_with_those_that_are(asked: dict[str, str | None]) -> None:
    with pytest.raises(PolicyserveError, match="Choose from: "):
        scope_named(FACTS.agents, **asked)


def test_the_gap_names_the_open_policy_the_customer_and_the_last_day() -> None:
    people = [("C-P2", "王小明", "male")]
    section = gap_section(material(FACTS, as_of=IN_GRACE, people=people, language="zh"))
    figure = section.tables[0].figure
    (row,) = figure.rows.to_dicts()
    assert (row["policy_no"], row["pay_by"]) == ("P2", date(2026, 5, 9))
    assert cells(figure, row, "customer_no", "serving_agent_no") == ["C-P2 王先生", "N2 N2"]


def test_a_gap_of_groups_is_told_where_the_whole_has_none() -> None:
    facts = book(sold("P1", "N1", paid=True, premium=50_000), sold("P2", "S1", paid=False), agents=STAFF)
    tables = gap_section(material(facts, as_of=IN_GRACE)).tables
    groups, lists = tables[:3], tables[3:]
    assert [table.figure.title.told("en").rpartition(" ")[2] for table in groups] == ["Branch", "Team", "Agent"]
    whose = [("branch",), ("branch", "team"), ("agent_no",)]
    assert [table.figure.rows.select(names).rows() for table, names in zip(groups, whose, strict=True)] == [
        [("South",)], [("South", "One")], [("S1",)]
    ]  # fmt: skip
    listed = [table.figure.rows.select(*names, "needed", "policy_no").rows()
              for table, names in zip(lists, whose, strict=True)]  # fmt: skip
    assert listed == [[("South", True, "P2")], [("South", "One", True, "P2")], [("S1", True, "P2")]]


def test_an_agent_below_the_target_is_told_where_branches_and_teams_are_not() -> None:
    facts = book(
        sold("P1", "N1", paid=True, premium=50_000), sold("P2", "N3", paid=False), sold("P3", "S1", paid=True),
        agents=(*STAFF, {"agent_no": "N3", "name": "N3", "branch": "North", "team": "One"}),
    )  # fmt: skip
    made = material(facts, as_of=IN_GRACE, people=[("C-P2", "王小明", "male")], language="zh")
    groups, policies = gap_section(made).tables
    (agent,) = groups.figure.rows.to_dicts()
    assert cells(groups.figure, agent, "agent_no", "missing", "fewest", "by") == ["N3 N3", "880", "1", "2026-05-09"]
    (row,) = policies.figure.rows.to_dicts()
    assert row["policy_no"] == "P2"
    assert cells(policies.figure, row, "customer_no", "serving_agent_no") == ["C-P2 王先生", "N3 N3"]
    assert "未达标：业务员 1" in " ".join(report_of(made).tiles[1].lines)


def test_where_nobody_is_below_the_target_the_gap_says_so() -> None:
    facts = book(sold("P1", "N1", paid=True), agents=STAFF)
    section = gap_section(material(facts, as_of=IN_GRACE))
    assert section.tables == ()
    assert section.sentences == ("Cohorts 2024-05 to 2025-04 are not below the target of 88%, nor is any group.",)


def test_every_tile_says_its_months_and_each_ratio_what_is_divided_by_what() -> None:
    kept, gap, referred, add_ons, work = (tile.lines for tile in report_of(material(FACTS, as_of=AFTER_GRACE)).tiles)
    assert kept == ("CNY 2,000 of CNY 5,000", "cohorts 2024-04 to 2025-03", "target 88% ▼ *")
    assert gap[:2] == ("cohorts 2024-07 to 2025-06", "target 88%")
    assert referred[0] == "2026-01-01 to 2026-06-01"
    assert add_ons == ("0 of 3 customers", "2026-01-01 to 2026-06-01", "target 10% ▼")
    assert work == ("2025-06-02 to 2026-06-01",)


def test_a_cohort_that_page_one_calls_provisional_is_so_in_the_forecast_too() -> None:
    earlier = [policy(f"E{n}", date(2024, 12, 1 + n), yuan(1_000), payments={2: date(2025, 12, 1 + n)}, agent="N1")
               for n in range(12)]  # fmt: skip
    facts = book(
        *earlier, policy("P1", SOLD, yuan(1_000), payments={2: DUE}, agent="N1"),
        policy("P2", date(2025, 4, 20), yuan(1_000), agent="N1"), agents=STAFF,
    )  # fmt: skip
    made = material(facts, as_of=IN_GRACE)
    (fan,) = forecast_section(made).pictures
    assert isinstance(fan, Fan)
    assert dict(zip(fan.labels, fan.stages, strict=True)) == {
        "2024-12": "final", "2025-03": "provisional", "2025-04": "expected"
    }  # fmt: skip
    said = dict(kept_section(made).tables[0].figure.rows.select("cohort", "status").iter_rows())
    assert (said["2024-12"], said["2025-03"]) == ("final", "provisional")


@pytest.mark.parametrize("gender", [None, "male"])
def test_a_customer_is_never_called_by_the_full_name(gender: str | None) -> None:
    made = material(FACTS, as_of=IN_GRACE, people=[("C-P2", "王小明", gender)], language="zh")
    assert "小明" not in made.customer("C-P2")
    assert made.customer("C-P2").startswith("C-P2 ")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_book_has_a_report_too(language: str) -> None:
    report = report_of(material(book(), as_of=IN_GRACE, language=language))
    assert all(section.sentences or section.tables for section in report.sections)


def test_the_head_says_day_profile_status_definition_and_every_mark() -> None:
    report = report_of(material(FACTS, as_of=AFTER_GRACE))
    head = dict(report.head)
    assert (head["As of"], head["Profile"], head["Status"]) == (
        "2026-06-01",
        "insurers in China, by month",
        "1 of 1 cohorts final, 0 provisional",
    )
    assert "grace" in head["Definition"]
    used = {
        mark for section in report.sections for table in section.tables for column in table.figure.shown
        for row in table.figure.rows.to_dicts() for mark in column.marks(row)
    }  # fmt: skip
    assert used
    assert used <= {mark for mark, _ in report.marks}

"""Every table of the report says what its command says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from books import earlier_version
from commands import Desk
from desks.served_branch import END
from policyserve import db
from policyserve.dates import add_months
from policyserve.migrations import schema
from policyserve.operations.database import open_database
from policyserve.reporting.contents import report_of
from policyserve.reporting.material import Material, Question, read_material
from policyserve.reporting.tables import Table

Rows = list[dict[str, Any]]
Ask = Callable[..., Rows]

PARTS = {"Branch": "branch", "Team": "team", "Agent": "agent"}


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Return a branch after weeks of work."""
    folder = tmp_path_factory.mktemp("worked")
    desk = Desk(url=f"sqlite:///{folder / 'book.sqlite3'}", folder=folder)
    engine = db.open_engine(desk.url)
    earlier_version.restore(engine)
    schema.upgrade(engine)
    engine.dispose()
    return desk


@pytest.mark.parametrize(("branch", "day"), [("worked", earlier_version.expected()["days"][-1]), ("served", END)])
def test_every_table_of_the_report_agrees_with_its_command(
    branch: str, day: str, request: pytest.FixtureRequest
) -> None:
    desk: Desk = request.getfixturevalue(branch)
    material = read(desk, day)

    def ask(*arguments: object) -> Rows:
        return desk.ask("metrics", *map(str, arguments), "--as-of", day)

    report = report_of(material)
    tables = {table.figure.title.told("en"): table for section in report.sections for table in section.tables}
    assert len(tables) == sum(len(section.tables) for section in report.sections), "a title of its own for each"
    assert tables
    for title, table in tables.items():
        of_command = by_command(title, ask, material.question)
        assert keyed(exact(table), of_command) == keyed(of_command, of_command), title


def read(desk: Desk, day: str) -> Material:
    engine = open_database(desk.url)
    with db.reading(engine) as connection:
        material = read_material(connection, as_of=date.fromisoformat(day), language="en")
    engine.dispose()
    return material


def exact(table: Table) -> Rows:
    """Return all rows of a table as programs would get them."""
    return [json.loads(json.dumps(row, default=str)) for row in table.figure.exact()]


def keyed(rows: Rows, like: Rows) -> list[str]:
    """Return what rows say in the fields of others, in order."""
    fields = sorted(like[0]) if like else []
    return sorted(str([row[field] for field in fields]) for row in rows)


PLAIN: dict[str, tuple[object, ...]] = {
    "Expected persistency of month 13": ("forecast",),
    "Survival of policies": ("survival",),
    "What first-year service is worth": ("worth",),
    "Centres of influence": ("influence",),
    "Add-on candidates": ("candidates", "--top", 1_000_000),
}
"""Commands whose figure is the table as it is."""


def by_command(title: str, ask: Ask, question: Question) -> Rows:
    """Ask the command for what a table shows, without what a page leaves out: groups and people without a figure."""
    name, _, part = title.partition(" by ")
    by = ("--by", PARTS.get(part, part.lower()))
    if name in PLAIN:
        return ask(*PLAIN[name])
    if name.startswith("League"):
        return league(name, ask, question)
    if name.startswith("Persistency"):
        return persistency(name, part, ask, question)
    if name.startswith("Gap"):
        groups = ask("gap", *(by if part else ()))
        return [row for group in groups for row in (group["policies"] if name == "Gap list" else [without(group)])]
    if name == "Service rate":
        return [row for row in ask("services", *by, *served(question)) if row["denominator"] + row["open"]]
    assert name == "Referral tree"
    return ask("influence", ask("influence", "--top", 1)[0]["customer_no"])


def persistency(name: str, part: str, ask: Ask, question: Question) -> Rows:
    """Ask for the cohorts of the report, or for the months of all years; what nothing is divided by is left out."""
    if name.endswith("13 to 61"):
        months = [ask("persistency", "--month", month, "--by", "year") for month in (13, 25, 37, 49, 61)]
        return [row for rows in months for row in rows if row["ratio"] is not None]
    groups = [PARTS.get(one, one.lower()) for one in part.split(" by ")]
    by = [word for group in groups for word in ("--by", group)]
    rows = ask("persistency", *by, *cohorts(question.first_cohort, question.last_cohort))
    return [row for row in rows if row["denominator_count"]]


def cohorts(first: date, last: date) -> tuple[str, ...]:
    return ("--cohort-from", f"{first:%Y-%m}", "--cohort-to", f"{last:%Y-%m}")


def served(question: Question) -> tuple[object, ...]:
    return ("--from", question.served.start, "--to", question.served.last)


LEAGUES = {
    "League of branches": ("branch", ("branch",)),
    "League of teams": ("team", ("branch", "team")),
    "League of agents": ("agent", ("agent_no",)),
}


def league(title: str, ask: Ask, question: Question) -> Rows:
    """Put the four figures of a league table side by side."""
    part, fields = LEAGUES[title]
    final = [row["cohort"] for row in ask("persistency", "--by", "cohort") if row["status"] == "final" and row["ratio"]]
    last = date.fromisoformat(f"{final[-1]}-01")
    by, year = ("--by", part), ("--year", question.as_of.year)
    figures: tuple[tuple[Rows, dict[str, str]], ...] = (
        (
            ask("persistency", *by, *cohorts(add_months(last, -11), last)),
            {"denominator_count": "denominator_count", "kept": "ratio"},
        ),
        (ask("referrals", *by, *year), {"referred": "referred", "referred_target": "target"}),
        (
            ask("add-ons", *by, *year),
            {"single_policy_customers": "single_policy_customers", "bought": "bought", "add_on_rate": "ratio"},
        ),
        (ask("services", *by, *served(question)), {"service_rate": "ratio"}),
    )
    names = [name for _, told in figures for name in told]
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for rows, told in figures:
        for row in rows:
            group = tuple(row[field] for field in fields)
            found.setdefault(group, dict.fromkeys(names)).update({name: row[old] for name, old in told.items()})
    return [dict(zip(fields, group, strict=True)) | row for group, row in found.items()]


def without(group: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in group.items() if field != "policies"}

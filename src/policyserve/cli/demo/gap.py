"""Chapters of the demo about figures: the three targets, and the gap to one of them as names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import rich_click as click

from policyserve.book.money import decimal
from policyserve.cli.demo.story import Story
from policyserve.cli.screen.output import percent
from policyserve.dates import add_months
from policyserve.locale import N_, say_many
from policyserve.locale.format import money
from policyserve.metrics.add_ons.add_ons import add_ons, calendar_year
from policyserve.metrics.persistency.gap import gaps
from policyserve.metrics.persistency.persistency import persistency, policy_results
from policyserve.metrics.referrals.referrals import referrals
from policyserve.metrics.targets import ADDED_ON, COHORTS, KEPT, last_cohort
from policyserve.operations.figures import open_tasks, read_book

MONTH = 13
"""The month of persistency that the demo is about."""

SHOWN = 6
"""Policies of a gap that are shown."""


def targets(story: Story) -> None:
    """Evaluate the three targets, by branch."""
    story.title(6, N_("The three targets"))
    book = read_book(story.engine)
    results = policy_results(book, as_of=story.day)
    final = persistency(results, by=["cohort"], book=book).filter(pl.col("status") == "final").tail(6)
    rows = [
        {**row, "ratio": _marked(row["ratio"], KEPT), "ratio_count": percent(row["ratio_count"])}
        for row in final.to_dicts()
    ]
    story.tell("13-month persistency, at least 88 %: the last six months of policies whose grace has closed.")
    columns = ["cohort", "ratio", "numerator_count", "denominator_count", "ratio_count", "excluded"]
    story.table(rows, columns, numeric=["ratio", "ratio_count"])
    year = story.day.year
    brought = referrals(book, year, by=["branch"], as_of=story.day).to_dicts()
    bought = {
        row["branch"]: row for row in add_ons(book, calendar_year(year), by=["branch"], as_of=story.day).to_dicts()
    }
    nothing: dict[str, Any] = {"single_policy_customers": 0, "bought": 0, "ratio": None}
    both = [_both(row, bought.get(row["branch"], nothing)) for row in brought]
    click.echo()
    story.tell(
        "Referrals in {year}, three for each agent; and customers of a single policy who bought again, at least 10 %:",
        year=str(year),
    )
    columns = ["branch", "referred", "target", "single_policy_customers", "bought", "ratio"]
    story.table(both, columns, numeric=["ratio"])


def _both(brought: dict[str, Any], bought: dict[str, Any]) -> dict[str, Any]:
    return {**brought, **bought, "target": brought["target"], "ratio": _marked(bought["ratio"], ADDED_ON)}


def _marked(ratio: float | None, target: float) -> str:
    return percent(ratio, target) + (" ▼" if ratio is not None and ratio < target else "")


@dataclass(frozen=True, kw_only=True)
class Missing:
    """The gap of one team, with its open policies, the most useful first."""

    who: str
    group: dict[str, Any]
    rows: list[dict[str, Any]]

    @property
    def currency(self) -> str:
        """The currency of its premium."""
        return str(self.group["currency"] or "")

    def premium(self, language: str) -> str:
        """What is missing, as people read it."""
        return money(language, round(decimal(self.group["missing"], self.currency)), self.currency)

    @property
    def policies(self) -> list[str]:
        """The numbers of the policies that are needed."""
        return [row["policy_no"] for row in self.rows if row["needed"]]


def missing_of(story: Story, day: date, *, who: str | None = None) -> Missing | None:
    """Return the gap of a team, else of the one below target with most policies that can close it."""
    last = last_cohort(story.day)
    found = gaps(
        read_book(story.engine),
        by=["team"],
        as_of=day,
        cohort_from=add_months(last, 1 - COHORTS),
        cohort_to=last,
    )
    teams = [
        Missing(who=_team(group), group=group, rows=found.policies.filter(group=group["group"]).to_dicts())
        for group in found.groups.to_dicts()
    ]
    named = [team for team in teams if team.group["team"] and who in {None, team.who}]
    return max(named, key=lambda team: (team.group["fewest"] is not None, len(team.rows)), default=None)


def _team(group: dict[str, Any]) -> str:
    return " / ".join(str(group[name]) for name in ("branch", "team") if group.get(name))


def gap(story: Story) -> None:
    """Name the policies that would bring a team to its target, whose they are, by when, and the task."""
    story.title(7, N_("The gap, as names"))
    missing = missing_of(story, story.day)
    if missing is None:
        story.tell("No team is below its target.")
        return
    group = missing.group
    story.tell(
        "{who} keeps {ratio} of the premium of its last 12 months of policies; the target is {target}.",
        who=missing.who,
        ratio=percent(group["ratio"]),
        target=percent(group["target"]),
    )
    if group["fewest"] is None:
        story.tell(
            "{open} still open; all together lift it to {at_best}, not to the target. Which ones:",
            open=say_many(story.language, "{n:,} policy is", "{n:,} policies are", group["open"]),
            at_best=percent(group["at_best"]),
        )
    else:
        story.tell(
            "Of {open} still open, {fewest} would close the gap of {missing}, the last by {by}. Which ones, who serves "
            "them, and the task that is there for it:",
            open=say_many(story.language, "{n:,} policy", "{n:,} policies", group["open"]),
            fewest=group["fewest"],
            missing=missing.premium(story.language),
            by=group["by"],
        )
    tasks = open_tasks(story.engine, [row["policy_id"] for row in missing.rows])
    rows = [_policy(row, tasks.get(row["policy_id"], [])) for row in missing.rows[:SHOWN]]
    columns = ["policy_no", "serving_agent_no", "state", "due_on", "pay_by", "gain", "needed", "tasks"]
    story.table(rows, columns, numeric=["gain"], tasks="task_id")
    if len(missing.rows) > SHOWN:
        story.tell(
            "... and {count} more.",
            count=say_many(story.language, "{n:,} policy", "{n:,} policies", len(missing.rows) - SHOWN),
        )


def _policy(row: dict[str, Any], tasks: list[int]) -> dict[str, Any]:
    gain = f"{decimal(row['gain'], row['currency']):,.0f}"
    return {**row, "gain": gain, "tasks": f"#{tasks[0]}" if tasks else ""}

"""Chapters of the demo about figures: the three targets, and the gap to one of them as names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl
import rich_click as click

from policyserve.book.money import decimal
from policyserve.cli.demo.story import Story
from policyserve.cli.screen.figures import print_rows
from policyserve.cli.screen.output import tell
from policyserve.locale import N_, say_many
from policyserve.locale.format import money
from policyserve.metrics.add_ons.figures import add_ons_figure
from policyserve.metrics.figure import Figure, Told
from policyserve.metrics.legend import legend
from policyserve.metrics.persistency.figures import persistency_figure
from policyserve.metrics.persistency.gap_figure import gap_figure
from policyserve.metrics.referrals.figures import referrals_figure
from policyserve.metrics.targets import KEPT, last_cohort
from policyserve.operations.figures import Reading, figure

SHOWN = 6
"""Cohorts of a persistency, and policies of a gap, that are shown."""


def targets(story: Story) -> None:
    """Evaluate the three targets, by branch."""
    story.title(6, N_("The three targets"))
    kept = figure(story.engine, lambda facts: persistency_figure(facts.book, as_of=story.day), as_of=story.day)
    story.tell("13-month persistency, at least 88 %: the last six months of policies whose grace has closed.")
    _print(story, replace(kept, rows=kept.rows.filter(pl.col("status") == "final").tail(SHOWN)))
    for words, make in ((BROUGHT, referrals_figure), (AGAIN, add_ons_figure)):
        click.echo()
        story.tell(words, year=str(story.day.year))
        _print(story, _by_branch(story, make))


def _by_branch(story: Story, make: Callable[..., Figure]) -> Figure:
    """Return a figure of the year by branch."""
    return figure(
        story.engine,
        lambda facts: make(facts.book, story.day.year, by=["branch"], as_of=story.day),
        as_of=story.day,
    )


BROUGHT = N_("Referrals in {year}, three for each agent:")
AGAIN = N_("Customers of a single policy who bought again in {year}, at least 10 %:")


def _print(story: Story, made: Figure) -> None:
    click.echo()
    print_rows(made, story.language)
    for line in legend(made):
        tell(line.told(story.language))


@dataclass(frozen=True, kw_only=True)
class Missing:
    """The gap of one team, with its open policies, the most useful first."""

    group: dict[str, Any]
    listed: Figure
    said: tuple[Told, ...]
    """How far the team is from its target, and what closes the gap."""

    @property
    def who(self) -> str:
        """The team, with its branch."""
        return " / ".join(str(self.group[name]) for name in ("branch", "team") if self.group[name])

    def premium(self, language: str) -> str:
        """What is missing, as people read it."""
        currency = str(self.group["currency"] or "")
        return money(language, round(decimal(self.group["missing"], currency)), currency)

    @property
    def policies(self) -> list[str]:
        """The numbers of the policies that are needed."""
        return self.listed.rows.filter("needed")["policy_no"].to_list()


def missing_of(story: Story, day: date, *, who: str | None = None) -> Missing | None:
    """Return the gap of a team, else of the one below target with most policies that can close it."""

    def make(facts: Reading) -> Figure:
        cohort = f"{last_cohort(story.day):%Y-%m}"
        return gap_figure(
            facts.book, facts.open_tasks, by=["team"], target=str(KEPT), cohort_to=cohort, as_of=day
        )  # fmt: skip

    found = figure(story.engine, make, as_of=day, named=True)
    nested = found.nested
    assert nested is not None
    teams = [
        Missing(
            group=group,
            listed=nested.list.of(nested.key, group[nested.key]),
            said=nested.sentences(group, found.names),
        )
        for group in found.rows.to_dicts()
        if group["team"]
    ]
    named = [team for team in teams if who in {None, team.who}]
    return max(named, key=lambda team: (team.group["fewest"] is not None, team.listed.rows.height), default=None)


def gap(story: Story) -> None:
    """Name the policies that would bring a team to its target, whose they are, by when, and the task."""
    story.title(7, N_("The gap, as names"))
    missing = missing_of(story, story.day)
    if missing is None:
        story.tell("No team is below its target.")
        return
    for sentence in missing.said:
        tell(sentence.told(story.language))
    story.tell("Which ones, whose they are, and the tasks that are there for them:")
    _print(story, replace(missing.listed, rows=missing.listed.rows.head(SHOWN)))
    if (rest := missing.listed.rows.height - SHOWN) > 0:
        story.tell("... and {count} more.", count=say_many(story.language, "{n:,} policy", "{n:,} policies", rest))

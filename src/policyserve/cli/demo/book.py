"""The first chapters of the demo: lists in, the plan, the release."""

from __future__ import annotations

import time
from datetime import timedelta

import polars as pl
import rich_click as click

from policyserve.book.lists import KINDS
from policyserve.book.problems import list_name, told
from policyserve.cli.demo.story import Story
from policyserve.cli.screen.output import tell
from policyserve.dates import Days
from policyserve.generated_book.files import write_lists
from policyserve.generated_book.generator import generate
from policyserve.locale import N_, say, say_many
from policyserve.operations.lists import import_list
from policyserve.operations.planning import plan_touches
from policyserve.operations.release import release_tasks

FAULTS = 8
"""Rows that are wrong on purpose."""


def lists(story: Story) -> None:
    """Write the lists as a branch's core system would, take them in, and show what is rejected."""
    story.title(1, N_("Lists in"))
    story.tell(
        "The branch hands over what its core system exports: six CSV files in GB18030 with Chinese "
        "headers. Names, numbers and phones are invented; some rows are wrong on purpose."
    )
    generated = generate(customers=story.customers, as_of=story.day, faults=FAULTS)
    write_lists(generated, story.folder, chinese_headers=True, encoding="gb18030")
    reports = [
        import_list(
            story.engine, kind, story.folder / f"{kind}.csv", as_of=story.day, at=story.now, language=story.language
        )
        for kind in KINDS
    ]
    counts = {
        name: sum(getattr(report, name) for report in reports) for name in ("rows", "added", "rejected", "warnings")
    }
    story.tell(
        "{read} read, {taken} taken in, {rejected} rejected, {warned}. What is wrong is said in plain words, and waits "
        "beside the list to be mended and imported again:",
        read=say_many(story.language, "{n:,} row", "{n:,} rows", counts["rows"]),
        taken=say_many(story.language, "{n:,} row", "{n:,} rows", counts["added"]),
        rejected=counts["rejected"],
        warned=say_many(story.language, "{n:,} warning", "{n:,} warnings", counts["warnings"]),
    )
    problems = pl.concat([report.problems.with_columns(list=pl.lit(report.kind)) for report in reports])
    each = problems.unique(["list", "field", "reason"], keep="first", maintain_order=True)
    each = each.unique(["list", "field"], keep="first", maintain_order=True)
    rows = [
        {**row, "list": list_name(kind).told(story.language)}
        for (kind,), part in each.group_by("list", maintain_order=True)
        for row in told(str(kind), part, story.language).to_dicts()
    ]
    story.table(rows, ["list", "line", "severity", "field", "reason"])


def planning(story: Story) -> None:
    """Compute the touches of a year and say what they are."""
    story.title(2, N_("The plan: what is promised meets the book"))
    year = Days(start=story.day, end=story.day + timedelta(days=365))
    began = time.monotonic()
    touches = plan_touches(story.engine, story.calendar, year, as_of=story.day)
    took = time.monotonic() - began
    by = {"agent": 0, "office": 0, "nobody": 0} | {
        str(name): count for name, count in touches.group_by("performer").len().iter_rows()
    }
    services = touches["service"].n_unique()
    story.tell(
        "The service standard names {services}. On this book they fall due {touches} in the next year "
        "(worked out in {took:.1f} seconds): {agent:,} for agents, {office:,} for the office, {nobody:,} "
        "by SMS alone.",
        services=say_many(story.language, "{n:,} service", "{n:,} services", services),
        touches=say_many(story.language, "{n:,} time", "{n:,} times", touches.height),
        took=took,
        **by,
    )
    if notice := story.calendar.notice(year):
        click.echo()
        tell(notice.told(story.language))


def releasing(story: Story) -> None:
    """Turn the next 30 days into tasks, twice."""
    story.title(3, N_("Release: the next 30 days become tasks"))
    for word in (N_("Tonight"), N_("Once more")):
        counts = release_tasks(story.engine, story.calendar, as_of=story.day, at=story.now)
        story.tell(
            "{word}: {added:,} added, {moved:,} moved, {unchanged:,} unchanged.",
            word=say(story.language, word),
            added=counts.added,
            moved=counts.moved,
            unchanged=counts.unchanged,
        )
    story.tell(
        "Running it twice changes nothing. Whatever lies further ahead stays computed, so that a "
        "corrected birthday or a paid premium changes the future at once."
    )

"""The first chapters of the demo: lists in, the plan, the release."""

from __future__ import annotations

import time
from datetime import timedelta

import polars as pl
import rich_click as click

from policyserve.book.lists import KINDS
from policyserve.cli.demo.story import Story
from policyserve.cli.screen.output import tell
from policyserve.cli.screen.provisional import provisional
from policyserve.cli.words.import_words import told
from policyserve.dates import Days
from policyserve.generated_book.files import write_lists
from policyserve.generated_book.generator import generate
from policyserve.operations.lists import import_list
from policyserve.operations.planning import plan_touches
from policyserve.operations.release import release_tasks

FAULTS = 8
"""Rows that are wrong on purpose."""


def lists(story: Story) -> None:
    """Write the lists as a branch's core system would, take them in, and show what is rejected."""
    story.title(1, "lists")
    story.tell("lists.handed")
    generated = generate(customers=story.customers, as_of=story.day, faults=FAULTS)
    write_lists(generated, story.folder, chinese_headers=True, encoding="gb18030")
    reports = [
        import_list(story.engine, kind, story.folder / f"{kind}.csv", as_of=story.day, at=story.now) for kind in KINDS
    ]
    counts = {
        name: sum(getattr(report, name) for report in reports) for name in ("rows", "added", "rejected", "warnings")
    }
    story.tell("lists.taken", **counts)
    problems = pl.concat([report.problems.with_columns(list=pl.lit(report.kind)) for report in reports])
    each = problems.unique(["list", "field", "reason"], keep="first", maintain_order=True)
    each = each.unique(["list", "field"], keep="first", maintain_order=True)
    rows = [told(row, story.language) for row in each.to_dicts()]
    story.table(rows, ["list", "line", "severity", "field", "reason"])


def planning(story: Story) -> None:
    """Compute the touches of a year and say what they are."""
    story.title(2, "plan")
    year = Days(start=story.day, end=story.day + timedelta(days=365))
    began = time.monotonic()
    touches = plan_touches(story.engine, story.calendar, year, as_of=story.day)
    took = time.monotonic() - began
    by = {"agent": 0, "office": 0, "nobody": 0} | {
        str(name): count for name, count in touches.group_by("performer").len().iter_rows()
    }
    services = touches["service"].n_unique()
    story.tell("plan.touches", services=services, touches=touches.height, took=took, **by)
    if notice := provisional(story.calendar, year, story.language):
        click.echo()
        tell(notice)


def releasing(story: Story) -> None:
    """Turn the next 30 days into tasks, twice."""
    story.title(3, "release")
    for word in ("release.first", "release.again"):
        counts = release_tasks(story.engine, story.calendar, as_of=story.day, at=story.now)
        story.tell(
            "release.counts", word=story.words(word), added=counts.added, moved=counts.moved, unchanged=counts.unchanged
        )
    story.tell("release.why")

"""The demo: the whole job on a generated book in a scratch database, explained as it goes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import rich_click as click

from policyserve.cli.demo.book import lists, planning, releasing
from policyserve.cli.demo.days import day_of_an_agent, next_morning, texts
from policyserve.cli.demo.gap import gap, targets
from policyserve.cli.demo.story import Story
from policyserve.cli.option_types import DATE
from policyserve.cli.options import Session, language_option
from policyserve.errors import QuestionError
from policyserve.operations.calendars import calendar_named
from policyserve.operations.database import open_database

A_MONDAY = date(2026, 11, 23)
"""The day on which the demo takes place unless it is told another one."""

CHAPTERS: tuple[Callable[[Story], None], ...] = (
    lists, planning, releasing, day_of_an_agent, texts, targets, gap, next_morning,
)  # fmt: skip


@click.command()
@click.option(
    "--customers", type=click.IntRange(50, 5_000_000), default=3000, show_default=True, help="Size of the book."
)
@click.option(
    "--as-of", "day", type=DATE, default=A_MONDAY.isoformat(), show_default=True, help="The day it takes place."
)
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the lists and the database in this folder.")
@language_option
@click.pass_obj
def demo(session: Session, customers: int, day: date, keep: Path | None) -> None:
    """Run the whole job on a generated book, in some seconds.

    Lists in, plan, tasks, an agent's day, the day's texts to customers, the three targets, and the policies that would
    close the gap. All names and numbers are invented.
    """
    began = time.monotonic()
    with _folder(keep) as folder:
        engine = open_database(f"sqlite:///{folder / 'demo.sqlite3'}")
        try:
            story = Story(
                folder=folder,
                engine=engine,
                calendar=calendar_named("cn"),
                day=day,
                language=session.language,
                customers=customers,
            )
            for chapter in CHAPTERS:
                chapter(story)
        finally:
            engine.dispose()
    click.echo()
    story.tell("The whole job took {took:.1f} seconds.", took=time.monotonic() - began)
    story.tell("To see it in a browser, as an agent, a manager or a clerk: policyserve serve --demo")
    if keep is None:
        story.tell("To look around yourself: policyserve demo --keep demo-book")
    else:
        story.tell(
            "Look around: policyserve --db {url} metrics gap --by team --as-of {day}",
            url=f"sqlite:///{keep / 'demo.sqlite3'}",
            day=day,
        )


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="policyserve-") as scratch:
            yield Path(scratch)
        return
    keep.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise QuestionError("'{keep}' is not empty; name a new folder for the demo.", keep=keep)
    yield keep


COMMANDS = [demo]

"""The demo: the whole job on a generated book in a scratch database, explained as it goes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import rich_click as click
from sqlalchemy import Connection, Engine, text

from policyserve import db, lives, operations
from policyserve.book.importing import import_list
from policyserve.book.lists import KINDS
from policyserve.calendars.calendar import Calendar
from policyserve.cli.options import DATE
from policyserve.cli.output import percent, show
from policyserve.cli.words import heading
from policyserve.cli.work import print_agenda
from policyserve.dates import Days
from policyserve.demo.generating import generate
from policyserve.demo.writing import write_lists
from policyserve.metrics.add_ons import add_ons, calendar_year
from policyserve.metrics.persistency import persistency, policy_results
from policyserve.metrics.referrals import referrals
from policyserve.tasks import working
from policyserve.tasks.agenda import agenda
from policyserve.tasks.explaining import explain
from policyserve.tasks.history import Stamp

A_MONDAY = date(2026, 11, 23)
"""The day on which the demo takes place unless it is told another one."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """What the chapters share."""

    folder: Path
    engine: Engine
    calendar: Calendar
    day: date
    language: str
    customers: int
    said: list[str] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)


@click.command()
@click.option(
    "--customers", type=click.IntRange(50, 5_000_000), default=3000, show_default=True, help="Size of the book."
)
@click.option(
    "--as-of", "day", type=DATE, default=A_MONDAY.isoformat(), show_default=True, help="The day it takes place."
)
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the lists and the database in this folder.")
@click.option(
    "--lang", "language", type=click.Choice(["en", "zh"]), default="en", help="The language of agenda and lives."
)
def demo(customers: int, day: date, keep: Path | None, language: str) -> None:
    """Run the whole job on a generated book, in some seconds: lists in, plan, tasks, an agent's day, the three targets.

    All names and numbers are invented.
    """
    began = time.monotonic()
    with _folder(keep) as folder:
        engine = operations.open_database(f"sqlite:///{folder / 'demo.sqlite3'}")
        calendar = operations.calendar_named("cn")
        story = Story(folder=folder, engine=engine, calendar=calendar, day=day, language=language, customers=customers)
        for chapter in CHAPTERS:
            chapter(story)
        engine.dispose()
    click.echo(f"\nThe whole job took {time.monotonic() - began:.1f} seconds.")
    click.echo(_next(keep))


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="policyserve-") as scratch:
            yield Path(scratch)
        return
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise click.UsageError(f"'{keep}' is not empty; name a new folder for the demo.")
    yield keep


def _next(keep: Path | None) -> str:
    if keep is None:
        return "To look around yourself: policyserve demo --keep demo-book"
    url = f"sqlite:///{keep / 'demo.sqlite3'}"
    return f"Look around: policyserve --db {url} metrics persistency --by team"


def _title(number: int, title: str) -> None:
    click.secho(f"\n{number}. {title}", bold=True)


def lists(story: Story) -> None:
    """Write the lists as a branch's core system would."""
    _title(1, "The branch's lists")
    generated = generate(customers=story.customers, as_of=story.day, faults=8)
    paths = write_lists(generated, story.folder, chinese_headers=True, encoding="gb18030")
    sizes = ", ".join(f"{generated[kind].height:,} {kind}" for kind in paths)
    click.echo(f"The core system hands over CSV files in GB18030 with Chinese headers: {sizes}.")
    click.echo("Names, numbers and phones are invented; some rows are wrong on purpose.")


def imports(story: Story) -> None:
    """Take the lists in, and show what is rejected."""
    _title(2, "Lists in")
    problems = []
    for kind in KINDS:
        report = import_list(story.engine, kind, story.folder / f"{kind}.csv", as_of=story.day, at=story.now)
        click.echo(f"  {kind}: {report.added:,} added, {report.rejected} rejected, {report.warnings} warnings")
        problems += [{"list": kind, **row} for row in report.problems.to_dicts()]
    click.echo("What is wrong is said in plain words, and waits in a file to be mended and imported again:\n")
    show(problems[:6], "table", columns=["list", "line", "severity", "field", "value", "reason"], language="en")


def planning(story: Story) -> None:
    """Compute the touches of a year and say what they are."""
    _title(3, "The plan: the service standard meets the book")
    with db.reading(story.engine) as connection:
        standard = operations.current_standard(connection, story.day)
    year = Days(start=story.day, end=story.day + timedelta(days=365))
    began = time.monotonic()
    touches = operations.planned(story.engine, story.calendar, year, as_of=story.day)
    took = time.monotonic() - began
    services = touches["service"].n_unique()
    click.echo(
        f"'{standard.name}' makes {touches.height:,} touches of {services} services in the next year ({took:.1f} s)."
    )
    by = touches.group_by("performer").len().sort("len", descending=True)
    who = {"agent": "for agents", "office": "for the office", "nobody": "by SMS alone"}
    click.echo("  " + ", ".join(f"{count:,} {who[str(name)]}" for name, count in by.iter_rows()) + ".")
    click.echo("  " + (story.calendar.notice(year) or ""))


def releasing(story: Story) -> None:
    """Turn the next 30 days into tasks, twice."""
    _title(4, "Release: the next 30 days become tasks")
    for word in ("First", "Again"):
        counts = operations.release(story.engine, story.calendar, as_of=story.day, at=story.now)
        click.echo(f"  {word}: {counts.added:,} added, {counts.moved} moved, {counts.unchanged:,} unchanged.")
    click.echo("Running it twice changes nothing. What lies further ahead stays computed, not stored.")


BUSIEST = """
SELECT a.agent_no, count(*) FROM tasks t JOIN agents a ON a.id = t.agent_id
WHERE t.status = 'open' AND t.performer = 'agent' AND t.due <= :day AND t.latest >= :day
GROUP BY a.agent_no ORDER BY 2 DESC, 1 LIMIT 1
"""


def day_of_an_agent(story: Story) -> None:
    """Show the day of the busiest agent, and finish one task."""
    _title(5, "An agent's day, in order of what it does for the targets")
    with db.reading(story.engine) as connection:
        agent_no = _one(connection, BUSIEST, story.day)
        standard = operations.current_standard(connection, story.day)
        found = agenda(connection, agent_no, story.day, standard)
    print_agenda(found, story.language, most=4)
    task = next(found.tasks)
    with db.writing(story.engine) as connection:
        stamp = Stamp(at=story.now, as_of=story.day, actor=agent_no)
        working.done(connection, task.task_id, stamp, on=story.day, channel="visit", outcome="met", satisfaction=5)
    click.echo(
        f"\nTask {task.task_id} is done: 'policyserve task done {task.task_id} --channel visit --satisfaction 5'."
    )


def _one(connection: Connection, query: str, day: date) -> Any:
    return connection.execute(text(query), {"day": day.isoformat()}).scalar_one()


IN_GRACE = """
SELECT p.policy_no, t.ordinal FROM tasks t JOIN policies p ON p.id = t.policy_id
WHERE t.status = 'open' AND t.service LIKE 'lapse-reminder%' AND t.due >= :day ORDER BY t.due, p.policy_no LIMIT 1
"""


def next_morning(story: Story) -> None:
    """Bring a new fact in and let the next release follow it."""
    _title(6, "The next morning: a premium has arrived")
    with db.reading(story.engine) as connection:
        row = connection.execute(text(IN_GRACE), {"day": story.day.isoformat()}).first()
    if row is None:
        click.echo("No policy of this book is in its grace.")
        return
    path = story.folder / "premiums-today.csv"
    paid = {"policy_no": [row.policy_no], "instalment": [row.ordinal], "paid_on": [story.day]}
    pl.DataFrame(paid).write_csv(path)
    tomorrow = story.day + timedelta(days=1)
    import_list(story.engine, "premiums", path, as_of=tomorrow, at=story.now)
    counts = operations.release(story.engine, story.calendar, as_of=tomorrow, at=story.now)
    click.echo(f"The list says that instalment {row.ordinal} of policy {row.policy_no} was paid. Release:")
    done = f"{counts.added} added for one more day, {counts.moved} moved"
    click.echo(f"  {done}, {counts.cancelled} cancelled, {counts.missed} missed.")
    _show_life(story, row.policy_no, tomorrow)


def _show_life(story: Story, policy_no: str, day: date) -> None:
    with db.reading(story.engine) as connection:
        standard = operations.current_standard(connection, day)
        asked = lives.Asked(as_of=day, standard=standard, calendar=story.calendar, language=story.language)
        customer = operations.customer_of(connection, policy_no=policy_no)
        life = lives.policy_life(connection, customer, policy_no, asked)
        cancelled = [row["task_id"] for row in life if row["status"] == "cancelled"]
        told = explain(connection, cancelled[0], standard, story.language) if cancelled else []
    click.echo("\nWhy? 'policyserve task explain' answers:")
    for line in told:
        click.echo(f"  {line}")
    near = [row for row in life if abs((row["due"] - day).days) <= 120]
    click.echo(
        f"\nFrom the whole life of policy {policy_no} ('policyserve policy {policy_no}'), four months either way:\n"
    )
    headings = {"name": heading("service", story.language)}
    columns = ["due", "name", "ordinal", "status", "latest"]
    show(near, "table", columns=columns, language=story.language, headings=headings)


def targets(story: Story) -> None:
    """Evaluate the three targets, by branch."""
    _title(7, "The three targets")
    book = operations.read_book(story.engine)
    results = policy_results(book, as_of=story.day)
    final = persistency(results, by=["cohort"], book=book).filter(pl.col("status") == "final").tail(6)
    click.echo("13-month persistency, at least 88 %: the last six cohorts whose grace has closed.\n")
    rows = [
        {**row, "ratio": _marked(row["ratio"], 0.88), "ratio_count": percent(row["ratio_count"])}
        for row in final.to_dicts()
    ]
    columns = ["cohort", "ratio", "numerator_count", "denominator_count", "ratio_count", "status", "excluded"]
    show(rows, "table", columns=columns, language=story.language)
    year = story.day.year
    brought = referrals(book, year, by=["branch"], as_of=story.day).to_dicts()
    click.echo(f"\nReferrals in {year}, three for each agent; and add-ons of single-policy customers, at least 10 %:\n")
    bought = {
        row["branch"]: row for row in add_ons(book, calendar_year(year), by=["branch"], as_of=story.day).to_dicts()
    }
    nothing: dict[str, Any] = {"single_policy_customers": 0, "bought": 0, "ratio": None}
    both = [{**row, **bought.get(row["branch"], nothing)} for row in brought]
    both = [
        {**row, "target": goal["target"], "ratio": _marked(row["ratio"], 0.10)}
        for row, goal in zip(both, brought, strict=True)
    ]
    columns = ["branch", "referred", "target", "single_policy_customers", "bought", "ratio"]
    show(both, "table", columns=columns, language=story.language)


def _marked(ratio: float | None, target: float) -> str:
    return percent(ratio) + (" ▼" if ratio is not None and ratio < target else "")


CHAPTERS: tuple[Callable[[Story], None], ...] = (
    lists, imports, planning, releasing, day_of_an_agent, next_morning, targets,
)  # fmt: skip

COMMANDS = [demo]

"""Work of past years on record: tasks, what was done for them and their transitions, in the rows a branch would have.

Every policy of three years has its first-year services, every customer a birthday greeting of the last year. How
diligent an agent was differs from policy to policy, so that some have all their services, some a few, some none.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import polars as pl
from sqlalchemy import Connection

from policyserve import db
from policyserve.book.columns import Book
from policyserve.book.snapshot import load_book
from policyserve.calendars.calendar import load_calendar
from policyserve.config import fixture
from policyserve.dates import Days, add_months
from policyserve.metrics.first_year_services import FIRST_YEAR
from policyserve.plan.planner import plan
from policyserve.standard.parser import default_standard
from policyserve.tasks.columns import like_stored
from policyserve.tasks.nightly_release import PLANNED

BIRTHDAY = "birthday-greeting"
YEARS = 3
AHEAD = 30
"""Days before the due day on which a release makes a task."""

CHANNEL = pl.col("channels").str.split("+").list.first()
"""How a service was done: the first way that the standard asks for."""

COUNTS = dict.fromkeys(("moved", "cancelled", "reopened", "missed", "unchanged"), 0)
"""What the one release did besides adding."""

DILIGENCE = (100, 100, 100, 100, 100, 80, 80, 60, 0, 0)
"""How many services of a hundred are done, of ten policies."""


def record(connection: Connection, as_of: date) -> int:
    """Store the work up to `as_of` in an empty desk; return how many tasks that is."""
    book = load_book(connection)
    tasks = _with_fates(_planned(book, as_of), as_of)
    at = datetime.combine(as_of, time(), UTC)
    release = pl.DataFrame({"id": 1, "as_of": as_of, "days": AHEAD, "at": at} | COUNTS | {"added": tasks.height})
    db.insert_frame(connection, "releases", release)
    db.insert_frame(connection, "tasks", tasks.drop("done_on"))
    db.insert_frame(connection, "contacts", _contacts(tasks))
    transitions = _transitions(tasks, book)
    db.insert_frame(connection, "transitions", transitions)
    db.insert_frame(connection, "changes", _changes(transitions, tasks))
    return tasks.height


def _planned(book: Book, as_of: date) -> pl.DataFrame:
    """Return the touches of the services told above that fell due by `as_of`, like stored tasks."""
    standard = default_standard()
    told = [one for one in standard.services if one.code in (*FIRST_YEAR, BIRTHDAY)]
    days = Days.between(add_months(as_of, -12 * YEARS), as_of)
    touches = plan(
        book, standard.model_copy(update={"services": tuple(told)}), load_calendar(fixture("calendars", "cn.yaml")),
        days, as_of, columns=PLANNED,
    )  # fmt: skip
    recent = pl.col("due") > add_months(as_of, -12)
    return like_stored(touches).filter((pl.col("service") != BIRTHDAY) | recent).sort("due", "service", "subject_id")


def _with_fates(touches: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Add what became of each: done within the window or up to a week late, missed, or still open."""
    diligence = pl.lit(pl.Series(DILIGENCE)).gather(pl.col("subject_id").hash(1) % len(DILIGENCE))
    window = (pl.col("latest") - pl.col("earliest")).dt.total_days() + 1
    late = (pl.col("id").hash(2) % 20 == 0).cast(pl.Int64) * 7
    day = pl.col("earliest") + pl.duration(days=pl.col("id").hash(3).mod(1_000_003).cast(pl.Int64) % window + late)
    done = (pl.col("id").hash(4) % 100 < diligence) & (day <= as_of)
    return (
        touches.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("id"))
        .with_columns(done_on=pl.when(done).then(day))
        .with_columns(
            status=pl.when(pl.col("done_on").is_not_null())
            .then(pl.lit("done"))
            .when(pl.col("latest") < as_of)
            .then(pl.lit("missed"))
            .otherwise(pl.lit("open")),
            assigned=pl.lit(value=False),
            release_id=pl.lit(1),
        )
    )


def _contacts(tasks: pl.DataFrame) -> pl.DataFrame:
    return tasks.filter(pl.col("done_on").is_not_null()).select(
        task_id="id", done_on="done_on", channel=CHANNEL,
        outcome=pl.lit("reached"), satisfaction=pl.col("id") % 3 + 3,
    )  # fmt: skip


def _transitions(tasks: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Return who did what when: every task was added, then done or missed."""
    numbers = book.agents.select("agent_id", actor="agent_no")
    by_agent = tasks.join(numbers, on="agent_id", how="left", maintain_order="left")
    text = pl.lit(None, dtype=pl.String)
    added = tasks.select(
        task_id="id", as_of=pl.col("due") - timedelta(days=AHEAD), actor=pl.lit("release"), action=pl.lit("added"),
        from_status=text, to_status=pl.lit("open"),
    )  # fmt: skip
    done = by_agent.filter(pl.col("status") == "done").select(
        task_id="id", as_of="done_on", actor=pl.col("actor").fill_null("office"), action=pl.lit("done"),
        from_status=pl.lit("open"), to_status=pl.lit("done"),
    )  # fmt: skip
    missed = tasks.filter(pl.col("status") == "missed").select(
        task_id="id", as_of=pl.col("latest") + timedelta(days=1), actor=pl.lit("release"), action=pl.lit("missed"),
        from_status=pl.lit("open"), to_status=pl.lit("missed"),
    )  # fmt: skip
    at = pl.col("as_of").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    every = pl.concat([added, done, missed]).sort("as_of", "task_id", maintain_order=True)
    return every.with_columns(id=pl.int_range(1, pl.len() + 1), at=at)


def _changes(transitions: pl.DataFrame, tasks: pl.DataFrame) -> pl.DataFrame:
    """Return what was done as rows, a field each."""
    keys = transitions.filter(action="done").select("task_id", transition_id="id")
    contacts = _contacts(tasks).with_columns(pl.exclude("task_id").cast(pl.String))
    keyed = contacts.join(keys, on="task_id").drop("task_id")
    return keyed.unpivot(index="transition_id", variable_name="field", value_name="new").sort("transition_id", "field")

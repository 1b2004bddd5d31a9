"""What the system does: one function, one transaction, shared by every entrance. Time and language are arguments."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, func, insert, select, update

from policyserve import db, schema
from policyserve.book.cells import parse_texts
from policyserve.book.columns import Book
from policyserve.book.events import take as take_events
from policyserve.book.lists import EVENT_LIST
from policyserve.book.rows import Rows
from policyserve.book.snapshot import agent_id, customer_id, holder_id, load_book
from policyserve.book.values import clean
from policyserve.calendars.calendar import Calendar, load_calendar
from policyserve.config import fixture
from policyserve.dates import Days
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.plan.planner import CONTRACT, plan
from policyserve.standard.model import Standard
from policyserve.standard.parser import StandardError, default_standard, parse_standard
from policyserve.standard.problem import Problem
from policyserve.standard.versions import carry_since, with_since
from policyserve.tables import Customer, Event, Policy, StandardVersion
from policyserve.tasks.nightly_release import run_release
from policyserve.tasks.release import RELEASES, ReleaseCounts

CUSTOMERS = Customer.__table__  # type: ignore[attr-defined]
EVENTS = Event.__table__  # type: ignore[attr-defined]
POLICIES = Policy.__table__  # type: ignore[attr-defined]
STANDARDS = StandardVersion.__table__  # type: ignore[attr-defined]


def open_database(url: str) -> Engine:
    """Open the database and make sure that its schema is today's.

    Raises PolicyserveError where it cannot be reached, is no database of ours, or must be upgraded first.
    """
    engine = db.open_engine(url)
    try:
        schema.ensure_ready(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


@cache
def calendar_named(name: str) -> Calendar:
    """Return a calendar that the product ships, or the one in a file of that name.

    Raises PolicyserveError where there is none.
    """
    shipped = fixture("calendars", f"{name}.yaml")
    if shipped.is_file():
        return load_calendar(shipped)
    if Path(name).is_file():
        return load_calendar(Path(name))
    known = ", ".join(sorted(path.stem for path in fixture("calendars").glob("*.yaml")))
    raise PolicyserveError(f"There is no calendar '{name}'; POLICYSERVE_CALENDAR can be {known}, or a file.")


def current_standard(connection: Connection, as_of: date) -> Standard:
    """Return the standard that holds on `as_of`: the newest one put to use by then, else the one that ships."""
    newest = select(STANDARDS).where(STANDARDS.c.holds_from <= as_of).order_by(STANDARDS.c.holds_from.desc()).limit(1)
    row = connection.execute(newest).mappings().first()
    if row is None:
        return default_standard()
    standard, problems = parse_standard(row["document"], source=f"in use since {row['holds_from']}")
    if standard is None:
        raise StandardError(f"in use since {row['holds_from']}", problems)
    since = {code: day and date.fromisoformat(day) for code, day in json.loads(row["since"]).items()}
    return with_since(standard, since)


def read_standard(path: Path, calendar: Calendar) -> tuple[Standard | None, tuple[Problem, ...], str]:
    """Read the standard in a file: the standard (None where it has errors), what is wrong or doubtful, the text."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise PolicyserveError(f"There is no file '{path}'.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyserveError(f"'{path}' cannot be read as a UTF-8 text; save the standard as UTF-8 YAML.") from error
    festivals = {festival.code for festival in calendar.greeting_days}
    return *parse_standard(text, source=str(path), festivals=festivals), text


def use_standard(engine: Engine, path: Path, calendar: Calendar, *, holds_from: date, at: datetime) -> Standard:
    """Put the standard in a file to use from a day on; a rule that it changes does not fire for what lies before.

    Raises StandardError where the file has errors.
    """
    standard, problems, text = read_standard(path, calendar)
    if standard is None:
        raise StandardError(str(path), problems)
    with db.writing(engine) as connection:
        since = carry_since(current_standard(connection, holds_from), standard, holds_from)
        days = {code: day and day.isoformat() for code, day in since.items()}
        connection.execute(STANDARDS.delete().where(STANDARDS.c.holds_from == holds_from))
        connection.execute(
            insert(STANDARDS).values(holds_from=holds_from, document=text, since=json.dumps(days), at=at)
        )
    return standard


def planned(
    engine: Engine, calendar: Calendar, days: Days, *, as_of: date, customers: Collection[int] | None = None
) -> pl.DataFrame:
    """Return the touches of the whole book, or of some customers, in `days`; see `planner.plan`."""
    with db.reading(engine) as connection:
        book = load_book(connection, customers=customers)
        standard = current_standard(connection, as_of)
    return plan(book, standard, calendar, days, as_of)


def release(engine: Engine, calendar: Calendar, *, as_of: date, at: datetime, days: int = 30) -> ReleaseCounts:
    """Turn the touches of the next `days` into tasks; see `tasks.nightly.run_release`.

    Raises PolicyserveError for a day before the last release: what has happened since would be taken back.
    """
    with db.reading(engine) as connection:
        standard = current_standard(connection, as_of)
        _refuse_a_day_gone_by(connection, as_of, at.date() + timedelta(days=1))
    return run_release(engine, standard, calendar, as_of=as_of, at=at, days=days)


def _refuse_a_day_gone_by(connection: Connection, as_of: date, tomorrow: date) -> None:
    """Refuse a day before the last release; one for a day that is still to come was a mistake and blocks nothing."""
    last = connection.scalar(select(func.max(RELEASES.c.as_of)).where(RELEASES.c.as_of <= tomorrow))
    if last is not None and as_of < last:
        raise PolicyserveError(
            f"The last release was as of {last}, and tasks have followed the facts until then; {as_of} lies before it. "
            "Release from that day on; to rehearse an earlier day take `policyserve plan`."
        )


def read_book(engine: Engine) -> Book:
    """Read the whole book, for metrics."""
    with db.reading(engine) as connection:
        return load_book(connection)


def planned_for(
    engine: Engine,
    calendar: Calendar,
    days: Days,
    *,
    as_of: date,
    policy_no: str | None = None,
    customer_no: str | None = None,
    agent_no: str | None = None,
) -> pl.DataFrame:
    """Return the touches in `days` of one policy, customer or agent, or of all, in order, with the contract's columns.

    Raises NotFoundError for a number that the book does not know.
    """
    with db.reading(engine) as connection:
        asked = None
        if policy_no is not None or customer_no is not None:
            asked = [customer_of(connection, policy_no=policy_no, customer_no=customer_no)]
        if agent_no is not None:
            agent_id(connection, agent_no)
        book = load_book(connection, customers=asked)
        standard = current_standard(connection, as_of)
    touches = plan(book, standard, calendar, days, as_of)
    if policy_no is not None:
        touches = touches.filter(pl.col("subject_kind") == "policy", pl.col("subject") == policy_no)
    if asked:
        touches = touches.filter(pl.col("customer_id").is_in(asked))
    if agent_no is not None:
        touches = touches.filter(pl.col("agent_no") == agent_no)
    return touches.select(CONTRACT).sort("due", "service", "subject", "ordinal")


def customer_of(connection: Connection, *, policy_no: str | None = None, customer_no: str | None = None) -> int:
    """Return the key of a customer, or of the holder of a policy; raises NotFoundError."""
    if policy_no is None:
        return customer_id(connection, customer_no or "")
    holder = holder_id(connection, policy_no)
    if customer_no and customer_id(connection, customer_no) != holder:
        raise PolicyserveError(f"Customer {customer_no} does not hold policy {policy_no}; give one of the two.")
    return holder


def add_event(engine: Engine, fields: Mapping[str, str], *, as_of: date) -> int:
    """Enter one event by hand, checked like a row of an events list; return its key.

    `fields` are those of the list (`policy_no` or `customer_no`, `kind`, `occurred_on`, ...). Raises PolicyserveError
    with the reason for which a list would reject it, for a day on which it cannot have happened, or where it is in the
    book already.
    """
    columns = [EVENT_LIST.column(name) for name in fields]
    typed = pl.DataFrame({"line": [1], **{name: [value] for name, value in fields.items()}})
    texts = typed.select(
        pl.col("line").cast(pl.UInt32), *(clean(pl.col(name), controls=True).alias(name) for name in fields)
    )
    with db.writing(engine) as connection:
        newest = connection.scalar(select(func.max(EVENTS.c.id))) or 0
        rows = parse_texts(texts, columns)
        issued = connection.scalar(select(POLICIES.c.issue_date).where(POLICIES.c.policy_no == fields.get("policy_no")))
        taken = take_events(connection, _on_possible_days(rows, issued, as_of), as_of)
        reasons = [f"{row['field']} {row['reason']}" for frame in taken.rows.problems for row in frame.to_dicts()]
        if reasons:
            raise PolicyserveError(f"The event was not entered: {'; '.join(reasons)}.")
        if not taken.added:
            raise PolicyserveError(
                "This event is in the book already: same subject, kind and day. Nothing was changed."
            )
        return int(connection.scalar(select(func.min(EVENTS.c.id)).where(EVENTS.c.id > newest)) or 0)


def _on_possible_days(rows: Rows, issued: date | None, as_of: date) -> Rows:
    """Reject what has not happened yet, and what would have happened to a policy before it was issued."""
    rows = rows.reject(pl.col("occurred_on") > as_of, "occurred_on", f"lies in the future, after {as_of}")
    if issued is None:
        return rows
    return rows.reject(pl.col("occurred_on") < issued, "occurred_on", f"lies before the policy was issued, on {issued}")


def retract_event(engine: Engine, key: int, *, why: str, as_of: date) -> None:
    """Take an event back that was a mistake; it stays in the records. Raises NotFoundError."""
    if not why.strip():
        raise PolicyserveError("Say why the event is taken back: the reason stays in the records.")
    with db.writing(engine) as connection:
        guard = (EVENTS.c.id == key) & EVENTS.c.retracted_on.is_(None)
        if connection.execute(update(EVENTS).where(guard).values(retracted_on=as_of, retracted_why=why)).rowcount:
            return
        if connection.scalar(select(EVENTS.c.id).where(EVENTS.c.id == key)) is None:
            raise NotFoundError("event", key)
        raise PolicyserveError(f"Event {key} has been retracted before; there is nothing left to do.")


def events(engine: Engine, *, policy_no: str | None, customer_no: str | None) -> list[dict[str, Any]]:
    """List the events of a policy, of a customer, or of all, the newest first; `event` is the key.

    `amount` is in minor units of `currency`.
    """
    with db.reading(engine) as connection:
        shown = (EVENTS.c[name] for name in ("event_no", "occurred_on", "kind", "amount", "detail", "retracted_on"))
        query = (
            select(
                EVENTS.c.id.label("event"), *shown, CUSTOMERS.c.customer_no, POLICIES.c.policy_no, POLICIES.c.currency
            )
            .join(CUSTOMERS, CUSTOMERS.c.id == EVENTS.c.customer_id)
            .outerjoin(POLICIES, POLICIES.c.id == EVENTS.c.policy_id)
            .order_by(EVENTS.c.occurred_on.desc(), EVENTS.c.id.desc())
        )
        if policy_no is not None or customer_no is not None:
            query = query.where(
                EVENTS.c.customer_id == customer_of(connection, policy_no=policy_no, customer_no=customer_no)
            )
        if policy_no is not None:
            query = query.where(POLICIES.c.policy_no == policy_no)
        return [dict(row) for row in connection.execute(query).mappings()]

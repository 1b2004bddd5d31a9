"""Commands around the book: the schema, facts by hand, the plan and its release."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import rich_click as click

from policyserve.access.viewer import SYSTEM
from policyserve.book.money import decimal
from policyserve.cli.option_types import DATE, KEY
from policyserve.cli.options import Session, database_option, shared
from policyserve.cli.screen.export import check_out, save_frame
from policyserve.cli.screen.output import note, show, tell
from policyserve.dates import Days
from policyserve.errors import PolicyserveError
from policyserve.locale import say, say_many
from policyserve.metrics.services.work import service_names
from policyserve.operations.database import SCHEMA, check_database, upgrade_database
from policyserve.operations.events import add_event, list_events, retract_event
from policyserve.operations.planning import plan_touches
from policyserve.operations.release import release_tasks
from policyserve.operations.standards import standard_on
from policyserve.signs import harmless_texts


@click.group()
def db() -> None:
    """Look after the database's schema."""


@db.command()
@database_option
@click.pass_obj
def upgrade(session: Session) -> None:
    """Bring the database to the schema of this version."""
    upgrade_database(session.settings.database_url)
    session.tell("The schema is at version {version}.", version=SCHEMA)


@db.command()
@database_option
@click.pass_obj
def check(session: Session) -> None:
    """Say whether the database is whole: every table, column, index and constraint of this version."""
    if trouble := check_database(session.settings.database_url):
        raise PolicyserveError(trouble)
    session.tell("The schema is at version {version}, as this program needs it.", version=SCHEMA)


@click.group()
def event() -> None:
    """Enter a fact by hand, or take a mistake back."""


@event.command()
@click.option("--policy", "policy_no", metavar="NO", help="The policy it happened to.")
@click.option("--customer", "customer_no", metavar="NO", help="The customer it happened to.")
@click.option("--kind", required=True, help="What happened: surrender, reinstated, claim, sick, ...")
@click.option("--on", "occurred_on", type=DATE, help="The day; default today.")
@click.option("--amount", help="An amount, for kinds that have one.")
@click.option(
    "--detail",
    help="More about it; for agent_changed the new agent's number, for mode_changed the new mode: monthly, annual/10.",
)
@click.option("--no", "event_no", help="The event's number, where it has one.")
@shared
def add(session: Session, occurred_on: date | None, **fields: str | None) -> None:
    """Enter one event."""
    given = {name: value for name, value in fields.items() if value is not None}
    number = add_event(
        session.engine, {**given, "occurred_on": str(occurred_on or session.as_of)}, as_of=session.as_of, at=session.now
    )
    session.tell(
        "Event {event} is in the book. Tasks follow with the next `policyserve release`.",
        event=str(number),
    )


@event.command()
@click.argument("number", type=KEY)
@click.option("--why", required=True, help="Why it is taken back.")
@shared
def retract(session: Session, number: int, why: str) -> None:
    """Take back the event with the key NUMBER; it stays in the records as retracted."""
    retract_event(session.engine, number, why=why, as_of=session.as_of, at=session.now)
    session.tell(
        "Event {event} is retracted. Tasks follow with the next `policyserve release`.",
        event=str(number),
    )


@event.command(name="list")
@click.option("--policy", "policy_no", metavar="NO", help="Only of this policy.")
@click.option("--customer", "customer_no", metavar="NO", help="Only of this customer and the policies held.")
@shared
def list_(session: Session, policy_no: str | None, customer_no: str | None) -> None:
    """List events with their keys, the newest first."""
    form = "," if session.form == "table" else ""
    rows = [
        {**row, "amount": None if row["amount"] is None else format(decimal(row["amount"], row["currency"]), form)}
        for row in list_events(session.engine, policy_no=policy_no, customer_no=customer_no)
    ]
    columns = ["event", "occurred_on", "kind", "customer_no", "policy_no", "amount", "detail", "retracted_on"]
    session.show(rows, columns=columns, numeric=["amount"])


@click.command()
@click.option(
    "--days", type=click.IntRange(0, 366), default=30, show_default=True, help="How far ahead tasks are made."
)
@shared
def release(session: Session, days: int) -> None:
    """Turn the touches of the next days into tasks. Running it again changes nothing."""
    counts = release_tasks(
        session.engine,
        session.calendar,
        as_of=session.as_of,
        at=session.now,
        days=days,
        by=SYSTEM,
        visits=session.settings.file.visits,
    )
    names = ("added", "moved", "cancelled", "reopened", "missed", "unchanged")
    row = {name: getattr(counts, name) for name in names}
    if session.form == "table":
        tell(
            say(
                session.language,
                "Released {days} from {day}: {added:,} added, {moved:,} moved, {cancelled:,} cancelled, "
                "{reopened:,} reopened, {missed:,} missed, {unchanged:,} unchanged.",
                days=say_many(session.language, "{n:,} day", "{n:,} days", days),
                day=session.as_of,
                **row,
            )
        )
        _note_provisional(session, session.days_ahead(days))
    else:
        show([row], session.form, columns=names)


@click.command()
@click.option("--from", "first", type=DATE, required=True, help="The first day.")
@click.option("--to", "last", type=DATE, required=True, help="The last day.")
@click.option("--policy", "policy_no", metavar="NO", help="Only touches of this policy.")
@click.option("--customer", "customer_no", metavar="NO", help="Only touches of this customer and the policies held.")
@click.option("--agent", "agent_no", metavar="NO", help="Only touches that this agent serves.")
@click.option("--out", type=click.Path(path_type=Path), help="Write to FILE.parquet or FILE.csv instead of printing.")
@shared
def plan(session: Session, *, first: date, last: date, out: Path | None, **subject: str | None) -> None:
    """Compute the touches that fall due between two days, both included; nothing is stored."""
    if out:
        check_out(out, (".parquet", ".csv"), kept=session.kept_files)
    touches = plan_touches(
        session.engine,
        session.calendar,
        session.days(first, last),
        as_of=session.as_of,
        **subject,
    )
    if out:
        save_frame(
            touches, out, session.language, zone=session.settings.time_zone, kept=session.kept_files, marked=False
        )
        note(
            say(
                session.language,
                "Wrote {count} to {file}.",
                count=say_many(session.language, "{n:,} touch", "{n:,} touches", touches.height),
                file=out,
            )
        )
    elif session.form == "csv":
        click.echo(harmless_texts(touches).write_csv(), nl=False)
    else:
        columns = ["due", "service", "subject", "ordinal", "earliest", "latest", "agent_no", "performer", "channels"]
        rows = touches.to_dicts()
        if session.form == "table":
            names = service_names(standard_on(session.engine, session.as_of))
            rows = [{**row, "service": names(row["service"], session.language)} for row in rows]
        session.show(rows, columns=columns)
    _note_provisional(session, session.days(first, last))


def _note_provisional(session: Session, days: Days) -> None:
    """Say which years' days off are not yet published."""
    if notice := session.calendar.notice(days):
        note(notice.told(session.language))


COMMANDS = [db, event, plan, release]

"""Commands around the book: the schema, lists in, facts by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import rich_click as click

from policyserve import operations, schema
from policyserve.book.importing import ImportReport, import_list
from policyserve.book.lists import KINDS
from policyserve.cli.options import DATE, KEY, Session, database_option, shared
from policyserve.cli.output import FORMULA, Row, decimal, note, show
from policyserve.db import open_engine

REJECTED = 3
"""The exit status of an import that rejected rows."""

SHOWN = 12
"""How many problems of an import are shown; the reject file has them all."""


@click.group()
def db() -> None:
    """Look after the database's schema."""


@db.command()
@database_option
@click.pass_obj
def upgrade(session: Session) -> None:
    """Bring the database to the schema of this version."""
    engine = open_engine(session.settings.database_url)
    try:
        schema.upgrade(engine)
    finally:
        engine.dispose()
    click.echo(f"The schema is at version {schema.HEAD}.")


@db.command()
@database_option
@click.pass_obj
def check(session: Session) -> None:
    """Say whether the database has the schema of this version."""
    engine = open_engine(session.settings.database_url)
    try:
        trouble = schema.check(engine)
    finally:
        engine.dispose()
    if trouble:
        raise click.ClickException(trouble)
    click.echo(f"The schema is at version {schema.HEAD}, as this program needs it.")


@click.command(name="import")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    help="Where rejected rows go; default NAME.rejects.csv beside the file.",
)
@click.option("--dry-run", is_flag=True, help="Tell what would happen, and change nothing.")
@shared
def import_(session: Session, kind: str, file: Path, rejects: Path | None, dry_run: bool) -> int:
    """Take in one list: CSV or XLSX, with headers in English or Chinese.

    Good rows go in; rejected ones go to a file that can be mended and imported again (exit status 3). Importing the
    same file again changes nothing.
    """
    report = import_list(
        session.engine, kind, file, as_of=session.as_of, at=session.now, dry_run=dry_run, rejects=rejects
    )
    _tell(report, session)
    return REJECTED if report.rejected else 0


def _tell(report: ImportReport, session: Session) -> None:
    counts = {name: getattr(report, name) for name in ("rows", "added", "updated", "unchanged", "rejected", "warnings")}
    if session.form != "table":
        show(
            [{"kind": report.kind, **counts, "rejects": str(report.rejects or "")}], session.form, columns=list(counts)
        )
        return
    done = "Would import" if report.dry_run else "Imported"
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items() if name != "rows")
    click.echo(f"{done} {report.kind}: {counts['rows']:,} rows read: {told}.")
    if report.ignored:
        click.echo(f"Unknown columns were ignored: {', '.join(report.ignored)}.")
    _tell_problems(report, session)


def _tell_problems(report: ImportReport, session: Session) -> None:
    if report.problems.is_empty():
        return
    rejected_first = report.problems.sort("severity", maintain_order=True)
    rows = [{**row, "value": _seen(row)} for row in rejected_first.head(SHOWN).to_dicts()]
    show(rows, "table", columns=["line", "severity", "field", "value", "reason"], language=session.language)
    if report.problems.height > SHOWN:
        click.echo(f"... and {report.problems.height - SHOWN:,} more.")
    if report.rejects and report.rejected:
        note(f"Mend the rows in {report.rejects} and import that file.")


def _seen(row: Row) -> object:
    """Leave personal data to the reject file: a screen may be somebody else's, and cron mails what is printed."""
    return "(in the reject file)" if row["field"] in PERSONAL and row["value"] else row["value"]


PERSONAL = ("name", "phone", "birthday", "lunar_birthday", "referred_name", "referred_phone")
"""Fields whose values are not shown on screens."""


@click.group()
def event() -> None:
    """Enter a fact by hand, or take a mistake back."""


@event.command()
@click.option("--policy", "policy_no", metavar="NO", help="The policy it happened to.")
@click.option("--customer", "customer_no", metavar="NO", help="The customer it happened to.")
@click.option("--kind", required=True, help="What happened: surrender, reinstated, claim, sick, ...")
@click.option("--on", "occurred_on", type=DATE, help="The day; default today.")
@click.option("--amount", help="An amount, for kinds that have one.")
@click.option("--detail", help="More about it; for agent_changed the new agent's number.")
@click.option("--no", "event_no", help="The event's number, where it has one.")
@shared
def add(session: Session, occurred_on: date | None, **fields: str | None) -> None:
    """Enter one event."""
    given = {name: value for name, value in fields.items() if value is not None}
    number = operations.add_event(
        session.engine, {**given, "occurred_on": str(occurred_on or session.as_of)}, as_of=session.as_of
    )
    click.echo(f"Event {number} is in the book. Tasks follow with the next `policyserve release`.")


@event.command()
@click.argument("number", type=KEY)
@click.option("--why", required=True, help="Why it is taken back.")
@shared
def retract(session: Session, number: int, why: str) -> None:
    """Take back the event with the key NUMBER; it stays in the records as retracted."""
    operations.retract_event(session.engine, number, why=why, as_of=session.as_of)
    click.echo(f"Event {number} is retracted. Tasks follow with the next `policyserve release`.")


@event.command(name="list")
@click.option("--policy", "policy_no", metavar="NO", help="Only of this policy.")
@click.option("--customer", "customer_no", metavar="NO", help="Only of this customer and the policies held.")
@shared
def list_(session: Session, policy_no: str | None, customer_no: str | None) -> None:
    """List events with their keys, the newest first."""
    rows = [
        {**row, "amount": None if row["amount"] is None else str(decimal(row["amount"], row["currency"]))}
        for row in operations.events(session.engine, policy_no=policy_no, customer_no=customer_no)
    ]
    columns = ["event", "occurred_on", "kind", "customer_no", "policy_no", "amount", "detail", "retracted_on"]
    show(rows, session.form, columns=columns, language=session.language)


@click.command()
@click.option(
    "--days", type=click.IntRange(0, 366), default=30, show_default=True, help="How far ahead tasks are made."
)
@shared
def release(session: Session, days: int) -> None:
    """Turn the touches of the next days into tasks. Running it again changes nothing."""
    counts = operations.release(session.engine, session.calendar, as_of=session.as_of, at=session.now, days=days)
    names = ("added", "moved", "cancelled", "reopened", "missed", "unchanged")
    row = {name: getattr(counts, name) for name in names}
    if session.form == "table":
        click.echo(f"Released {days} days from {session.as_of}: " + ", ".join(f"{row[n]:,} {n}" for n in names) + ".")
        note(session.calendar.notice(session.days_ahead(days)) or "")
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
    touches = operations.planned_for(
        session.engine,
        session.calendar,
        session.days(first, last),
        as_of=session.as_of,
        **subject,
    )
    if out:
        _write(touches, out)
        note(f"Wrote {touches.height:,} touches to {out}.")
    elif session.form == "csv":
        click.echo(_harmless(touches).write_csv(), nl=False)
    else:
        columns = ["due", "service", "subject", "ordinal", "earliest", "latest", "agent_no", "performer", "channels"]
        show(touches.to_dicts(), session.form, columns=columns, language=session.language)
    note(session.calendar.notice(session.days(first, last)) or "")


def _write(touches: pl.DataFrame, out: Path) -> None:
    if out.suffix == ".parquet":
        touches.write_parquet(out)
    elif out.suffix == ".csv":
        _harmless(touches).write_csv(out)
    else:
        raise click.UsageError(f"'{out}' ends in neither .parquet nor .csv; choose one of them.")


def _harmless(touches: pl.DataFrame) -> pl.DataFrame:
    """Keep a spreadsheet from running a number as a formula."""
    text = pl.col(pl.String)
    return touches.with_columns(
        pl.when(text.str.slice(0, 1).is_in([*FORMULA])).then("'" + text).otherwise(text).name.keep()
    )


COMMANDS = [db, import_, event, plan, release]

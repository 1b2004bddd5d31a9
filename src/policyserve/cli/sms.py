"""Commands around messages: made, looked at, approved, sent, and what came back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import rich_click as click
from click.exceptions import Exit

from policyserve.cli import sms_list, sms_outbox
from policyserve.cli.option_types import DATE
from policyserve.cli.options import Session, shared
from policyserve.cli.screen.export import check_out
from policyserve.cli.screen.output import Row, console, show
from policyserve.cli.sms_list import by_name, save_rows
from policyserve.errors import QuestionError
from policyserve.locale import N_, Listed, Sentence
from policyserve.locale.format import money
from policyserve.messages.generation.generation import Generation
from policyserve.messages.outbox import overview
from policyserve.messages.outbox.stored_messages import CHANNEL
from policyserve.messages.reasons import in_words
from policyserve.messages.texts.segments import ROUTES
from policyserve.messages.texts.template_check import Check
from policyserve.operations.contents import missing_contents
from policyserve.operations.messages import (
    check_messages,
    export_messages,
    generate_messages,
    list_messages,
    preview_messages,
    preview_service,
)

REJECTED = 3
"""The exit status where a template failed on somebody."""

ENCODINGS = {"gsm7": "GSM-7", "ucs2": "UCS-2"}
"""How the carriers call them."""


@click.group()
def sms() -> None:
    """Messages to customers: generate, preview, check, approve, send, list."""


@sms.command()
@click.option("--date", "day", type=DATE, help="The day on which they go out; default today.")
@click.option("--dry-run", is_flag=True, help="Say what would be made, and make nothing.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the day's messages that wait, "
              "with phones, to FILE.csv or FILE.xlsx, for the company's own platform.")  # fmt: skip
@shared
def generate(session: Session, day: date | None, dry_run: bool, out: Path | None) -> None:
    """Make the messages of a day from the touches that fall due. Running it again makes nothing twice."""
    asked = day or session.as_of
    if dry_run and out is not None:
        raise QuestionError("A rehearsal stores nothing that --out could write; take --format csv for its texts.")
    if out is not None:
        check_out(out, kept=session.kept_files)
    done = generate_messages(
        session.engine, session.calendar, session.settings, as_of=asked, at=session.now, dry_run=dry_run
    )
    if session.form == "table":
        _print_generation(session, done, dry_run=dry_run)
    else:
        show(_rows_of(session, done, dry_run=dry_run), session.form, columns=overview.FIELDS)
    for one in missing_contents(session.engine, session.settings, as_of=asked, language=session.language):
        click.echo(one.told(session.language), err=True)
    if out is not None:
        waiting = export_messages(session.engine, session.calendar, session.settings, asked, at=session.now)
        save_rows(session, waiting, out, overview.EXPORTED)
    if done.composed.filter(outcome="rejected").height:
        raise Exit(REJECTED)


def _rows_of(session: Session, done: Generation, *, dry_run: bool) -> list[Row]:
    """Return the day's messages, and after them what was withheld or rejected, without a key."""
    if dry_run:
        return [_row(session, row) for row in done.unstored.iter_rows(named=True)]
    stored = list_messages(session.engine, as_of=session.as_of, language=session.language, day=done.day)
    day = [{name: row[name] for name in overview.FIELDS} for row in stored.rows]
    return [*day, *(_row(session, row) for row in done.unstored.iter_rows(named=True))]


def _row(session: Session, row: Row) -> dict[str, Any]:
    status = {"made": "planned", "merged": "cancelled", "dropped": "cancelled"}.get(row["outcome"], row["outcome"])
    found = {**row, "message_id": None, "channel": CHANNEL, "status": status}
    return {name: found[name] for name in overview.FIELDS} | {"reason": in_words(row, session.language)}


def _print_generation(session: Session, done: Generation, *, dry_run: bool) -> None:
    """Print what a generation did, by service and reason."""
    counted = (
        done.composed.group_by("service", "outcome", "reason", "arguments", "said")
        .agg(messages=pl.len(), segments=pl.col("segments").sum())
        .sort("outcome", "messages", "service", "reason", descending=[False, True, False, False])
    )
    rows = [
        {**row, "segments": row["segments"] or None, "reason": in_words(row, session.language)}
        for row in counted.to_dicts()
    ]
    columns = ["service", "outcome", "messages", "segments", "reason"]
    nothing = session.words("No message is due on {day}.", day=done.day)
    named = by_name(rows, done.standard, session.language)
    show(named, "table", columns=columns, language=session.language, empty=nothing)
    segments = int(done.composed["segments"].sum() or 0)
    cost = segments * session.settings.file.messages.price_per_segment
    asked = session.settings.file.messages
    click.echo(done.sentence().told(session.language))
    session.tell(
        "Segments: {segments}, about {cost}.",
        segments=segments,
        cost=money(session.language, Decimal(f"{cost:.2f}"), asked.currency),
    )
    if dry_run:
        session.tell("A rehearsal: nothing was stored.")


@sms.command()
@click.option("--customer", "customer_no", required=True, metavar="NO", help="Whose messages.")
@click.option("--service", help="As if this service were due on the day.")
@click.option("--date", "day", type=DATE, help="The day; default today.")
@shared
def preview(session: Session, customer_no: str, service: str | None, day: date | None) -> None:
    """Show what one customer would get on a day: the text, its segments, what it costs, or why nothing goes out."""
    asked = day or session.as_of
    found = (
        preview_messages(session.engine, session.calendar, session.settings, customer_no, as_of=asked, at=session.now)
        if service is None
        else preview_service(session.engine, session.settings, customer_no, service, as_of=asked)
    )
    rows = [_row(session, row) for row in found.composed.iter_rows(named=True)]
    if session.form != "table":
        show(rows, session.form, columns=overview.FIELDS)
        return
    if not rows:
        session.tell("No message is due on {day}.", day=asked)
    for row in by_name(rows, found.standard, session.language):
        _print_preview(session, row)


def _print_preview(session: Session, row: Row) -> None:
    """Print one message as it would arrive."""
    settings = session.settings.file.messages
    out = console()
    out.print(f"{row['service']}  {session.words('due on {day}', day=row['due'])}", markup=False)
    if row["text"] is None:
        out.print(f"  {session.words('no message: {reason}', reason=row['reason'])}", markup=False)
        return
    route = ROUTES[settings.route]
    counted = route.count(row["text"])
    for part in route.parts(row["text"]):
        out.print(f"  | {part}", markup=False, soft_wrap=True)
    cost = counted.segments * settings.price_per_segment
    size = session.words(
        "{length} places, segments: {segments} ({encoding}), {cost}",
        length=counted.length,
        segments=counted.segments,
        encoding=ENCODINGS[counted.encoding],
        cost=money(session.language, Decimal(f"{cost:.2f}"), settings.currency),
    )
    out.print(f"  {size}", markup=False, style="dim")


@sms.command()
@shared
def check(session: Session) -> None:
    """Try every template on every customer and policy of the book, as if it were due today. Nothing is stored."""
    found, standard = check_messages(session.engine, session.settings, as_of=session.as_of)
    rows = [
        {
            "service": one.service,
            "template": one.template,
            "written": one.written,
            "failed": sum(count for _, count in one.problems),
            "longest": one.longest,
            "reason": _told(one, session.language),
        }
        for one in found
    ]
    columns = ["service", "template", "written", "failed", "longest", "reason"]
    shown = by_name(rows, standard, session.language) if session.form == "table" else rows
    show(shown, session.form, columns=columns, language=session.language)
    if any(row["failed"] for row in rows):
        raise Exit(REJECTED)


def _told(tried: Check, language: str) -> str:
    """Say what was wrong, with how many texts it befell."""
    parts = [Sentence("{reason} ({said})", reason=reason, said=count) for reason, count in tried.problems]
    return Listed(parts, N_("; ")).told(language)


for step in (sms_list.list_, *sms_outbox.STEPS):
    sms.add_command(step)


COMMANDS = [sms]

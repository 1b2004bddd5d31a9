"""Lists of messages: on a screen the last ones with their counts, in a file all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import rich_click as click

from policyserve.cli.option_types import DATE
from policyserve.cli.options import Session, shared
from policyserve.cli.screen.export import check_out, save
from policyserve.cli.screen.output import Row, note, show
from policyserve.locale import say_many
from policyserve.messages.outbox import overview
from policyserve.messages.outbox.stored_messages import STATUSES
from policyserve.messages.reasons import in_words
from policyserve.metrics.services.work import service_names
from policyserve.operations.messages import list_messages
from policyserve.standard.model import Standard

SHOWN = 20
"""Messages that a screen shows; lists and exports have them all."""

FEW = 5
"""So many are shown with their whole texts."""

BEGINNING = 32
"""Characters of a text that stand for it where there are more."""


@click.command(name="list")
@click.option("--date", "day", type=DATE, help="Only those made for this day.")
@click.option(
    "--status", "statuses", type=click.Choice(STATUSES), multiple=True, help="Only in this state; repeatable."
)
@click.option("--service", help="Only of this service.")
@click.option("--customer", "customer_no", metavar="NO", help="Only of this customer.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write them to FILE.csv or FILE.xlsx.")
@shared
def list_(session: Session, out: Path | None, **asked: Any) -> None:
    """List messages with their state; on a screen the last ones and how many there are."""
    if out is not None:
        check_out(out, kept=session.kept_files)
    most = SHOWN if out is None and session.form == "table" else None
    found = list_messages(session.engine, as_of=session.as_of, language=session.language, most=most, **asked)
    rows, count = found.rows, found.count
    if out is not None:
        save_rows(session, rows, out, [*overview.FIELDS, *overview.MORE])
    elif session.form != "table":
        show(rows, session.form, columns=[*overview.FIELDS, *overview.MORE])
    else:
        _print_messages(session, by_name(rows, found.standard, session.language))
        if count > SHOWN:
            session.tell(
                "The last {shown} of {count}; narrow the list, or take all of it with --out FILE.xlsx or "
                "--format json.",
                shown=SHOWN,
                count=count,
            )
        _print_counts(by_name(found.counts, found.standard, session.language), session.language)


def _print_messages(session: Session, rows: list[dict[str, Any]]) -> None:
    """Print messages, a line for each; the texts of a few are shown whole. Where there is none its reason stands."""
    columns = ["message_id", "service", "customer_no", "status", "due", "segments", "text"]
    if any(row["text"] and row["reason"] for row in rows):
        columns.append("reason")
    session.show([_in_a_line(row, whole=len(rows) <= FEW) for row in rows], columns=columns)


def _in_a_line(row: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    text = row["text"]
    if text is None:
        return {**row, "text": f"({row['reason']})" if row["reason"] else None, "reason": None}
    return row if whole or len(text) <= BEGINNING else {**row, "text": f"{text[:BEGINNING]}…"}


def _print_counts(counts: list[dict[str, Any]], language: str) -> None:
    if counts:
        worded = [{**row, "reason": in_words(row, language)} for row in counts]
        show(worded, "table", columns=["service", "status", "messages", "segments", "reason"], language=language)


def by_name(rows: Sequence[Row], standard: Standard, language: str) -> list[dict[str, Any]]:
    """Put the names of services in place of their codes, for people."""
    names = service_names(standard)
    return [{**row, "service": names(row["service"], language)} for row in rows]


def save_rows(session: Session, rows: Sequence[Row], out: Path, columns: Sequence[str]) -> None:
    """Write messages into a file, and tell how many."""
    save(rows, out, session.language, columns=columns, zone=session.settings.time_zone, kept=session.kept_files)
    counted = say_many(session.language, "{n:,} row", "{n:,} rows", len(rows))
    note(session.words("{rows} are in {file}.", rows=counted, file=out))

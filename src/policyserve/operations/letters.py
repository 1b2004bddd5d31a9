"""Letters: made and printed, posted by a register that comes back, listed, and shown again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from policyserve import db, files
from policyserve.access import audit, scope
from policyserve.access.masks import shown_address, shown_name
from policyserve.access.viewer import Viewer
from policyserve.book.snapshot import load_book
from policyserve.config import Settings
from policyserve.errors import NotFoundError
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.columns import column, words_of
from policyserve.metrics.figure import Figure
from policyserve.operations.database import Database
from policyserve.papers import posting, records, register
from policyserve.papers.letter_facts import Ground
from policyserve.papers.print_fonts import check_installed
from policyserve.papers.records import LETTERS, Unmade
from policyserve.papers.typesetting import document, laid_out
from policyserve.tasks.stored_standard import current_standard
from policyserve.tasks.transitions import Stamp

STATES = words_of({
    "made": N_in("letter", "made"), "posted": N_in("letter", "posted"), "returned": N_in("letter", "came back"),
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a run made."""

    count: int
    """How many letters are in the files."""
    files: tuple[Path, ...]
    unmade: tuple[Unmade, ...]


def make_letters(
    engine: Database, settings: Settings, folder: Path, stamp: Stamp, *, services: Sequence[str], language: str
) -> Made:
    """Make the letters that are due, then print every batch that waits: a PDF and its register for each.

    1. The letters are stored with their numbers, in one transaction: from here on nobody makes them again.
    2. The files are written, each whole or not at all, for their owner alone.
    3. The batch is noted as printed. A kill before that leaves it waiting, and the next run prints it as it is.
    """
    check_installed()
    folder.mkdir(parents=True, exist_ok=True)
    with db.writing(engine, bulk=True) as connection:
        standard = current_standard(connection, stamp.as_of)
        ground = Ground(
            book=load_book(connection), standard=standard, settings=settings.file.messages, as_of=stamp.as_of
        )
        unmade = records.make(connection, ground, services, stamp)
        audit.note(connection, stamp.actor, "letters made", at=stamp.at, kind="letters", number=stamp.as_of)
    with db.reading(engine) as connection:
        batches = {
            batch: records.listed(connection, LETTERS.c.batch_id == batch)[::-1]
            for batch in records.waiting(connection)
        }
    written: list[Path] = []
    for batch, letters in batches.items():
        written += _print(letters, folder, batch, settings, language)
        with db.writing(engine) as connection:
            records.printed(connection, batch, stamp.at)
    return Made(count=sum(map(len, batches.values())), files=tuple(written), unmade=tuple(unmade))


def _print(letters: Sequence[Any], folder: Path, batch: int, settings: Settings, language: str) -> list[Path]:
    places = [folder / f"letters-{batch}.{ending}" for ending in ("pdf", "xlsx")]
    asked = settings.file.messages
    laid = [laid_out(letter, company=asked.signature, hotline=asked.hotline) for letter in letters]
    files.write(places[0], document(laid, as_of=letters[0]["made_on"]))
    files.write(places[1], register.workbook(letters, language))
    return places


def post_letters(engine: Database, path: Path, stamp: Stamp) -> posting.Posted:
    """Take back a register that the office has filled in; raises PolicyserveError where it is none."""
    rows = register.read(path)
    with db.writing(engine) as connection:
        taken = posting.take(connection, rows, current_standard(connection, stamp.as_of), stamp)
        audit.note(connection, stamp.actor, "letters posted", at=stamp.at, kind="letters", number=stamp.as_of)
        return taken


def letters_figure(
    engine: Database, viewer: Viewer, *, as_of: Any, state: str | None = None, policy_no: str | None = None,
    customer_no: str | None = None, most: int | None = None,
) -> Figure:  # fmt: skip
    """List the letters to customers whom a viewer sees, the newest first; raises NotFoundError for who is not seen."""
    with db.reading(engine) as connection:
        if policy_no is not None:
            scope.check_policy(connection, viewer, policy_no, as_of)
        if customer_no is not None:
            scope.check_customer(connection, viewer, customer_no, as_of)
        conditions = [scope.sees_customers(viewer.scope, as_of)]
        if policy_no is not None:
            conditions.append(records.POLICIES.c.policy_no == policy_no)
        if customer_no is not None:
            conditions.append(records.CUSTOMERS.c.customer_no == customer_no)
        rows = [row for row in records.listed(connection, *conditions) if state in (None, row["state"])][:most]
    shown = [
        {**row, "name": shown_name(viewer, row["name"]), "address": shown_address(viewer, row["address"])}
        for row in rows
    ]
    return _figure(shown, as_of)


def _figure(rows: Sequence[Any], as_of: Any) -> Figure:
    columns = (
        column("letter_no", N_("Letter number")), column("title", N_in("register", "Letter")),
        column("customer_no", N_in("register", "Customer")), column("name", N_in("register", "Name")),
        column("address", N_in("register", "Address")), column("policy_no", N_in("register", "Policy")),
        column("state", N_in("letter", "State"), kind="code", words=STATES),
        column("made_on", N_("Made on"), kind="day"),
        column("posting_no", N_("Posting number")), column("posted_on", N_("Posted on"), kind="day"),
        column("returned_on", N_("Returned on"), kind="day"), column("returned_why", N_("Why returned")),
    )  # fmt: skip
    schema = {one.name: pl.Date if one.kind == "day" else pl.String for one in columns}
    frame = pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema)
    return Figure(
        title=Sentence(N_("Letters")),
        columns=columns,
        rows=frame,
        as_of=as_of,
        empty=Sentence(N_("There is no letter.")),
    )


def letter_document(
    engine: Database, viewer: Viewer, settings: Settings, letter_no: str, *, as_of: Any, at: datetime
) -> bytes:
    """Print one letter again, as it was; raises NotFoundError for one that is not seen. Who has read it is noted."""
    check_installed()
    with db.writing(engine) as connection:
        conditions = (LETTERS.c.letter_no == letter_no, scope.sees_customers(viewer.scope, as_of))
        found = records.listed(connection, *conditions)
        if not found or found[0]["text"] is None:
            raise NotFoundError("letter", letter_no)
        audit.note(connection, viewer, "letter shown", at=at, kind="letter", number=letter_no)
    asked = settings.file.messages
    return document([laid_out(found[0], company=asked.signature, hotline=asked.hotline)], as_of=found[0]["made_on"])

"""Importing a list: one file, one transaction; what is right goes in, what is wrong goes to the reject file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, Engine

from policyserve import db
from policyserve.book import agents, customers, events, policies, premiums, referrals
from policyserve.book.bounds import MEGABYTES
from policyserve.book.bulk_load import GREAT
from policyserve.book.cells import parse
from policyserve.book.files import Source, read_content, read_source
from policyserve.book.header_row import Likeness
from policyserve.book.headers import Naming, likeness, recognise
from policyserve.book.import_result import ImportResult
from policyserve.book.lists import find_kind
from policyserve.book.rejects import RejectedRows, check_writable, default_path, write_rejects
from policyserve.book.rows import Rows
from policyserve.book.unknown_columns import refuse_losses
from policyserve.locale import ENGLISH
from policyserve.tables import metadata

_TAKE: Mapping[str, Callable[[Connection, Rows, date], ImportResult]] = {
    "agents": agents.take,
    "customers": customers.take,
    "policies": policies.take,
    "premiums": premiums.take,
    "events": events.take,
    "referrals": referrals.take,
}


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import did, or with `dry_run` would do; `rows` = added + updated + unchanged + rejected."""

    kind: str
    rows: int
    added: int
    updated: int
    unchanged: int
    rejected: int
    warnings: int
    """Rows that went in with a warning."""
    problems: pl.DataFrame
    """`PROBLEMS` with the `value` of the cell: personal data, for the user's eyes only."""
    rejects: Path | None
    """The reject file, where one was written."""
    ignored: tuple[str, ...]
    """Headers that the list does not know."""
    dry_run: bool
    totals: tuple[int, ...] = ()
    """The lines of rows of totals, which are left out and not counted."""
    sheet: str | None = None
    """Which sheet of a spreadsheet was read, where there are several."""
    mendable: RejectedRows | None = None
    """The rows with problems as they stood in the list, where there are any."""


Beside = Callable[[Connection, ImportReport], None]
"""What else goes into the transaction of an import."""


def import_list(
    engine: Engine,
    kind: str,
    path: Path,
    *,
    as_of: date,
    at: datetime,
    dry_run: bool = False,
    rejects: Path | None = None,
    language: str = ENGLISH,
    sheet: str | None = None,
    kept: Collection[Path] = (),
    megabytes: int = MEGABYTES,
    naming: Naming | None = None,
    beside: Beside | None = None,
) -> ImportReport:
    """Import the file at `path` as a list of `kind`; `at` (aware, UTC) is the instant that the import's own row gets.
    The reject file is written in `language`. Of several lists in a spreadsheet, `sheet` names the one that is meant;
    `naming` says which column is which where the headers do not.

    The reject file stands just before the commit: a crash in between leaves it, and nothing in the database.
    A dry run does the same work and takes it back; it writes a reject file only where `rejects` names one.
    `kept`: files that the reject file may not replace, besides the list and the database.
    `megabytes`: the memory that reading may take. `beside`: see `import_source`.
    Raises PolicyserveError, before anything is written, for a file that cannot be read as such a list.
    """
    source = read_list(path, kind, naming, sheet, megabytes=megabytes)
    target = rejects or (None if dry_run else default_path(path))
    return import_source(
        engine, kind, source, as_of=as_of, at=at, dry_run=dry_run, rejects=target, language=language,
        kept=(path, *kept), naming=naming, beside=beside,
    )  # fmt: skip


def read_list(
    path: Path, kind: str, naming: Naming | None = None, sheet: str | None = None, *, megabytes: int = MEGABYTES
) -> Source:
    """Read a file as a list of `kind`; raises PolicyserveError where it cannot be read."""
    return read_source(path, _looks(kind, naming), sheet, megabytes=megabytes)


def read_sent(data: bytes, name: str, kind: str, naming: Naming | None = None, *, megabytes: int = MEGABYTES) -> Source:
    """Read what somebody has sent as a list of `kind`; raises PolicyserveError where it cannot be read."""
    return read_content(data, name, _looks(kind, naming), megabytes=megabytes)


def _looks(kind: str, naming: Naming | None) -> Likeness:
    return partial(likeness, kind=find_kind(kind), naming=naming)


def import_source(
    engine: Engine,
    kind: str,
    source: Source,
    *,
    as_of: date,
    at: datetime,
    dry_run: bool = False,
    rejects: Path | None = None,
    language: str = ENGLISH,
    kept: Collection[Path] = (),
    naming: Naming | None = None,
    beside: Beside | None = None,
) -> ImportReport:
    """Import a list that was read; see `import_list`. No reject file is written where `rejects` names none.

    `beside` is called within the transaction of an import that is no dry run.
    """
    wanted = find_kind(kind)
    headers = recognise(source.headers, wanted, naming)
    refuse_losses(source, headers, wanted)
    kept = (*db.database_files(engine.url), *kept)
    if rejects:
        check_writable(rejects, kept)
    rows = parse(source, headers, wanted)
    with db.writing(engine, bulk=True, vouched=rows.values.height > GREAT) as connection:
        taken = _TAKE[kind](connection, rows, as_of)
        mendable = RejectedRows.of(taken.rows, source, headers, kind)
        report = _report(kind, source, taken, mendable, ignored=headers.ignored, dry_run=dry_run)
        _log(connection, report, source, as_of, at)
        if rejects and report.mendable:
            write_rejects(rejects, mendable, language, kept)
            report = replace(report, rejects=rejects)
        if beside and not dry_run:
            beside(connection, report)
        if dry_run and (transaction := connection.get_transaction()):
            transaction.rollback()
    return report


def _report(
    kind: str, source: Source, taken: ImportResult, mendable: RejectedRows, *, ignored: tuple[str, ...], dry_run: bool
) -> ImportReport:
    rejected, problems = taken.rows.rejected, mendable.problems
    warned = problems.filter(~pl.col("line").is_in(rejected.implode()))["line"].n_unique()
    seen = source.cells.height - len(taken.rows.totals)
    return ImportReport(
        kind=kind,
        rows=seen,
        added=taken.added,
        updated=taken.updated,
        unchanged=seen - taken.added - taken.updated - rejected.len(),
        rejected=rejected.len(),
        warnings=warned,
        problems=problems,
        rejects=None,
        ignored=ignored,
        dry_run=dry_run,
        totals=taken.rows.totals,
        sheet=source.sheet_name,
        mendable=None if problems.is_empty() else mendable,
    )


def _log(connection: Connection, report: ImportReport, source: Source, as_of: date, at: datetime) -> None:
    connection.execute(
        metadata.tables["imports"].insert(),
        {
            "kind": report.kind,
            "file_name": source.name,
            "sha256": source.sha256,
            "as_of": as_of,
            "at": at,
            "rows": report.rows,
            "added": report.added,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "rejected": report.rejected,
            "warnings": report.warnings,
        },
    )

"""The command that takes a list in, and what it tells of the rows that stay out."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from pathlib import Path

import rich_click as click

from policyserve.access.viewer import SYSTEM
from policyserve.book.headers import Naming
from policyserve.book.lists import KINDS
from policyserve.book.problems import list_name, told
from policyserve.book.rejects import default_path
from policyserve.cli.options import Session, shared
from policyserve.cli.screen.output import Row, note, show, tell
from policyserve.errors import QuestionError
from policyserve.locale import N_, say, say_many
from policyserve.operations.lists import ImportReport, import_list

REJECTED = 3
"""The exit status of an import that rejected rows."""

SHOWN = 12
"""How many problems of an import are shown; the reject file has them all."""

PIPE = Path("/dev/stdin")
"""The list that comes through a pipe; `-` is short for it."""

PERSONAL = ("name", "phone", "birthday", "lunar_birthday", "referred_name", "referred_phone")
"""Fields whose values are not shown on screens."""

COUNTS = ("rows", "added", "updated", "unchanged", "rejected", "warnings")


@click.command(name="import")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    help="Where rejected rows go; default a new file NAME.rejects.csv beside the list.",
)
@click.option("--dry-run", is_flag=True, help="Tell what would happen, and change nothing.")
@click.option("--sheet", help="Which sheet of a spreadsheet to read, where several hold such a list.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="HEADER=FIELD",
    help="What a column is whose header is not known here; may be repeated.",
)
@click.option("--ignore", multiple=True, metavar="HEADER", help="A column to leave out; may be repeated.")
@shared
def import_(
    session: Session,
    *,
    kind: str,
    file: Path,
    rejects: Path | None,
    dry_run: bool,
    sheet: str | None,
    columns: tuple[str, ...],
    ignore: tuple[str, ...],
) -> int:
    """Take in one list: CSV or XLSX, with headers in English or Chinese; `-` reads it from a pipe.

    Good rows go in; rejected ones go to a file that can be mended and imported again (exit status 3). Importing the
    same file again changes nothing.
    """
    path = PIPE if str(file) == "-" else file
    target = rejects or (None if dry_run else free_path(path, kind))
    report = import_list(
        session.engine,
        kind,
        path,
        by=SYSTEM,
        as_of=session.as_of,
        at=session.now,
        dry_run=dry_run,
        rejects=target,
        language=session.language,
        sheet=sheet,
        kept=session.kept_files,
        megabytes=session.settings.file.lists.memory_mb,
        naming=_naming(session, kind, columns, ignore),
    )
    _tell(report, session)
    return REJECTED if report.rejected else 0


def _naming(session: Session, kind: str, columns: tuple[str, ...], ignore: tuple[str, ...]) -> Naming:
    """Put together what the settings file and this call say of the columns; what the call says goes before."""
    pairs = [pair.rpartition("=") for pair in columns]
    if wrong := [word for header, _, word in pairs if not header.strip() or not word.strip()]:
        raise QuestionError("'{word}' names no column; write --column HEADER=FIELD.", word=wrong[0])
    asked = {header: field for header, _, field in pairs}
    usual = session.settings.file.lists.of(kind)
    return Naming(columns={**usual.columns, **asked}, ignored=(*usual.ignore, *ignore), asked=tuple(asked))


def free_path(path: Path, kind: str) -> Path:
    """Name the reject file of a list: beside it, or in the working folder for a pipe, and none that is there already.

    Somebody may be mending the one of an earlier import, or of a list of the same name in another format.
    """
    piped = path.exists() and not path.is_file() and not path.is_dir()
    first = default_path(Path(f"{kind}.csv") if piped else path)
    names = (first if number == 1 else first.with_suffix(f".{number}.csv") for number in count(1))
    return next(name for name in names if not name.exists())


def _tell(report: ImportReport, session: Session) -> None:
    counts = {name: getattr(report, name) for name in COUNTS}
    if session.form != "table":
        row = {"kind": report.kind, **counts, "rejects": str(report.rejects or "")}
        show([row], session.form, columns=COUNTS)
        return
    tell(_summary(report, session.language, counts))
    if report.sheet is not None:
        tell(session.words("Read from the sheet '{sheet}'; the others were left alone.", sheet=report.sheet))
    if report.totals:
        lines = ", ".join(map(str, report.totals))
        tell(session.words("Rows of totals and remarks were left out: lines {lines}.", lines=lines))
    if report.ignored:
        tell(session.words("Unknown columns were ignored: {columns}.", columns=", ".join(report.ignored)))
    _tell_problems(report, session)


def _summary(report: ImportReport, language: str, counts: Mapping[str, int]) -> str:
    """Say what became of the rows of a list, or would become of them."""
    words = (
        N_(
            "Would import {list}: {read} read: {added:,} added, {updated:,} updated, {unchanged:,} unchanged, "
            "{rejected:,} rejected, {warned}."
        )
        if report.dry_run
        else N_(
            "Imported {list}: {read} read: {added:,} added, {updated:,} updated, {unchanged:,} unchanged, "
            "{rejected:,} rejected, {warned}."
        )
    )
    read = say_many(language, "{n:,} row", "{n:,} rows", counts["rows"])
    warned = say_many(language, "{n:,} warning", "{n:,} warnings", counts["warnings"])
    return say(language, words, list=list_name(report.kind), read=read, warned=warned, **counts)


def _tell_problems(report: ImportReport, session: Session) -> None:
    if report.problems.is_empty():
        return
    rejected_first = report.problems.sort("severity", maintain_order=True)
    first = told(report.kind, rejected_first.head(SHOWN), session.language)
    hidden = [_is_hidden(row) for row in rejected_first.head(SHOWN).to_dicts()]
    rows = [
        {**row, "value": _hidden(row, report, session.language)} if personal else row
        for row, personal in zip(first.to_dicts(), hidden, strict=True)
    ]
    show(rows, "table", columns=["line", "severity", "field", "value", "reason"], language=session.language)
    if report.problems.height > SHOWN:
        session.tell("... and {count:,} more.", count=report.problems.height - SHOWN)
    if report.rejects:
        mend, look = N_("Mend the rows in {file} and import that file."), N_("The rows with warnings are in {file}.")
        note(session.words(mend if report.rejected else look, file=report.rejects))
    elif any(hidden):
        tell(session.words("Personal values are not shown: they stand in the list, at the line that is named."))


def _hidden(row: Row, report: ImportReport, language: str) -> str:
    """Say where a personal value stands: a screen may be somebody else's, and cron mails what is printed."""
    where = N_("(in the reject file)") if report.rejects else N_("(line {line} of the list)")
    return say(language, where, line=row["line"])


def _is_hidden(row: Row) -> bool:
    return row["field"] in PERSONAL and bool(row["value"])


COMMANDS = [import_]

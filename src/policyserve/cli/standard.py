"""Commands around the service standard: check, show, use."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import rich_click as click

from policyserve.cli.option_types import DATE
from policyserve.cli.options import Session, shared
from policyserve.cli.screen.output import show
from policyserve.locale import in_language, say_many
from policyserve.operations.database import missing_file
from policyserve.operations.standards import read_standard, standard_on, use_standard
from policyserve.standard.description import HEADINGS, show_rows
from policyserve.standard.model import Standard
from policyserve.standard.obligation_rows import HEADINGS as OWED
from policyserve.standard.obligation_rows import NONE, obligation_rows
from policyserve.standard.parser import StandardError, default_standard


@click.group()
def standard() -> None:
    """Look at the service standard, check one, put one to use."""


@standard.command()
@click.argument("file", type=click.Path(path_type=Path))
@shared
def check(session: Session, file: Path) -> None:
    """Check the standard in FILE: errors name line, field and what is allowed."""
    found, problems, _ = read_standard(file, session.calendar)
    if found is None:
        raise StandardError(str(file), problems)
    for problem in problems:
        session.tell("Doubtful: {problem}", problem=problem)
    session.tell(
        "{file} is valid: '{name}', version {version}, {services}.",
        file=file,
        **_named(found, session.language),
        services=say_many(session.language, "{n:,} service", "{n:,} services", len(found.services)),
    )


@standard.command(name="show")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--points", is_flag=True, help="What to say and what to bring, service by service.")
@click.option("--obligations", is_flag=True, help="What is owed by it, and which services prove it, alone.")
@shared
def show_(session: Session, file: Path | None, points: bool, obligations: bool) -> None:
    """Print the standard that holds, or the one in FILE, as a readable table."""
    found = _read(session, file)
    if obligations:
        _show_obligations(session, found)
        return
    rows = show_rows(found, session.language)
    columns = [
        "code",
        "name",
        "level",
        "stage",
        "audience",
        "when",
        "window",
        "channels",
        "class",
        "ends_when",
        "bearing",
    ]
    if any(not service.enabled for service in found.services):
        columns.append("on")
    if session.form != "table":
        columns += ["talking_points", "tools"]
    if points:
        columns = ["code", "name", "stage", "audience", "talking_points", "tools"]
    if session.form == "table":
        session.tell("{name}, version {version}", **_named(found, session.language))
    titled = {key: session.words(words) for key, words in HEADINGS.items()}
    show(rows, session.form, columns=columns, language=session.language, headings=titled)
    if session.form == "table" and found.obligations and not points:
        session.tell("Obligations")
        _show_obligations(session, found)


def _show_obligations(session: Session, found: Standard) -> None:
    titled = {key: session.words(words) for key, words in OWED.items()}
    rows, none = obligation_rows(found, session.language), session.words(NONE)
    columns = [name for name in OWED if session.form != "table" or name != "code"]
    show(rows, session.form, columns=columns, language=session.language, headings=titled, empty=none)


def _named(found: Standard, language: str) -> dict[str, str]:
    return {"name": in_language(found, "name", language), "version": found.version}


def _read(session: Session, file: Path | None) -> Standard:
    if file is None:
        url = session.settings.database_url
        return default_standard() if missing_file(url) else standard_on(session.engine, session.as_of)
    found, problems, _ = read_standard(file, session.calendar)
    if found is None:
        raise StandardError(str(file), problems)
    return found


@standard.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "holds_from", type=DATE, required=True, help="The first day on which it holds.")
@shared
def use(session: Session, file: Path, holds_from: date) -> None:
    """Put the standard in FILE to use from a day on. A rule that it changes does not fire for the past."""
    found = use_standard(session.engine, file, session.calendar, holds_from=holds_from, at=session.now)
    session.tell(
        "'{name}', version {version}, holds from {day}. Release again to follow it.",
        **_named(found, session.language),
        day=holds_from,
    )


COMMANDS = [standard]

"""The service standard: which one holds, what a file says, and putting one to use."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from policyserve import db
from policyserve.access import audit, sent_forms
from policyserve.access.scope import check_whole
from policyserve.access.viewer import SYSTEM, Viewer
from policyserve.calendars.calendar import Calendar
from policyserve.errors import PolicyserveError, of_system
from policyserve.operations.database import Database
from policyserve.standard.model import Standard
from policyserve.standard.parser import StandardError, parse_standard
from policyserve.standard.problem import Problem
from policyserve.tasks.stored_standard import StandardInUse, current_standard, standards_in_use, store_standard


def standard_on(engine: Database, as_of: date) -> Standard:
    """Return the standard that holds on a day; see `current_standard`."""
    with db.reading(engine) as connection:
        return current_standard(connection, as_of)


def standards(engine: Database) -> list[StandardInUse]:
    """Return the standards that were put to use, the one that holds from the latest day first."""
    with db.reading(engine) as connection:
        return standards_in_use(connection)


def read_standard(path: Path, calendar: Calendar) -> tuple[Standard | None, tuple[Problem, ...], str]:
    """Read the standard in a file: the standard (None where it has errors), what is wrong or doubtful, the text."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise PolicyserveError("There is no file '{path}'.", path=path) from error
    except IsADirectoryError as error:
        raise PolicyserveError("{path} is a folder; name the file in it.", path=path) from error
    except OSError as error:
        raise PolicyserveError(
            "The file {path} cannot be read: {strerror}.", path=path, strerror=of_system(error)
        ) from error
    return check_standard(content, calendar, source=str(path))


def check_standard(
    content: bytes, calendar: Calendar, *, source: str
) -> tuple[Standard | None, tuple[Problem, ...], str]:
    """Read the standard in the bytes of a file called `source`; as `read_standard`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(source) from error
    festivals = {festival.code for festival in calendar.greeting_days}
    return *parse_standard(text, source=source, festivals=festivals), text


def _unreadable(source: str) -> PolicyserveError:
    return PolicyserveError("'{path}' cannot be read as a UTF-8 text; save the standard as UTF-8 YAML.", path=source)


def use_standard(engine: Database, path: Path, calendar: Calendar, *, holds_from: date, at: datetime) -> Standard:
    """Put the standard in a file to use from a day on; a rule that it changes does not fire for what lies before.

    Raises StandardError where the file has errors.
    """
    found = read_standard(path, calendar)
    return put_to_use(engine, SYSTEM, found, source=str(path), holds_from=holds_from, at=at)


def put_to_use(
    engine: Database,
    viewer: Viewer,
    found: tuple[Standard | None, tuple[Problem, ...], str],
    *,
    source: str,
    holds_from: date,
    at: datetime,
    form: str | None = None,
) -> Standard:
    """Put what `check_standard` has found to use from a day on.

    Raises StandardError where it has errors, OtherScopeError for a viewer who sees a part of the book.
    """
    check_whole(viewer)
    standard, problems, text = found
    if standard is None:
        raise StandardError(source, problems)
    with db.writing(engine) as connection:
        sent_forms.take(connection, viewer, form, at)
        store_standard(connection, standard, text, holds_from=holds_from, at=at)
        audit.note(connection, viewer, "standard put to use", at=at, kind="standard", number=holds_from)
    return standard

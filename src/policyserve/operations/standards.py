"""The service standard: which one holds, what a file says, and putting one to use."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from policyserve import db
from policyserve.access import audit
from policyserve.access.viewer import SYSTEM
from policyserve.calendars.calendar import Calendar
from policyserve.errors import PolicyserveError
from policyserve.operations.database import Database
from policyserve.standard.model import Standard
from policyserve.standard.parser import StandardError, parse_standard
from policyserve.standard.problem import Problem
from policyserve.tasks.stored_standard import current_standard, store_standard


def standard_on(engine: Database, as_of: date) -> Standard:
    """Return the standard that holds on a day; see `current_standard`."""
    with db.reading(engine) as connection:
        return current_standard(connection, as_of)


def read_standard(path: Path, calendar: Calendar) -> tuple[Standard | None, tuple[Problem, ...], str]:
    """Read the standard in a file: the standard (None where it has errors), what is wrong or doubtful, the text."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise PolicyserveError("There is no file '{path}'.", path=path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyserveError(
            "'{path}' cannot be read as a UTF-8 text; save the standard as UTF-8 YAML.", path=path
        ) from error
    festivals = {festival.code for festival in calendar.greeting_days}
    return *parse_standard(text, source=str(path), festivals=festivals), text


def use_standard(engine: Database, path: Path, calendar: Calendar, *, holds_from: date, at: datetime) -> Standard:
    """Put the standard in a file to use from a day on; a rule that it changes does not fire for what lies before.

    Raises StandardError where the file has errors.
    """
    standard, problems, text = read_standard(path, calendar)
    if standard is None:
        raise StandardError(str(path), problems)
    with db.writing(engine) as connection:
        store_standard(connection, standard, text, holds_from=holds_from, at=at)
        audit.note(connection, SYSTEM, "standard put to use", at=at)
    return standard

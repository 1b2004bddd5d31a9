"""Options that commands share, and what a command works with."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import rich_click as click

from policyserve.calendars.calendar import Calendar
from policyserve.cli.option_types import DATE, LanguageType
from policyserve.cli.secrets import PASSWORD_SHOWN, SETTINGS_OPEN, holds_password, is_open
from policyserve.config import Settings, language_of, read_settings, user_of_system
from policyserve.dates import Days
from policyserve.errors import QuestionError
from policyserve.locale import say

if TYPE_CHECKING:
    from policyserve.cli.screen.output import Row
    from policyserve.metrics.figure import Figure
    from policyserve.operations.database import Database
    from policyserve.operations.figures import Reading
    from policyserve.tasks.transitions import Stamp

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


BY = click.option(
    "--by", "actor", default=user_of_system, metavar="WHO",
    help="Who did it, for the records; default the user of the system.",
)  # fmt: skip

YEAR = click.option("--year", type=click.IntRange(1900, 2200), help="The calendar year; default the current one.")


def grouped_by(allowed: Sequence[str], *default: str) -> Decorator:
    """Add `--by`, which may be repeated."""
    return click.option(
        "--by", multiple=True, type=click.Choice(allowed), default=default, show_default=bool(default),
        help="What to group by; may be repeated.",
    )  # fmt: skip


@dataclass
class Session:
    """What a command works with: the settings, the database, the business day and the form of the output."""

    database_url: str | None = None
    asked_as_of: date | None = None
    form: str = "table"
    asked_language: str | None = None
    out: Path | None = None
    """The file that a figure is written into, in place of the screen."""

    @cached_property
    def settings(self) -> Settings:
        """The settings of this call; what of them others can see is warned of."""
        from policyserve.cli.screen.output import note

        found = read_settings(database_url=self.database_url)
        if self.database_url is not None and holds_password(self.database_url):
            note(self.words(PASSWORD_SHOWN))
        if found.settings_path is not None and is_open(found.settings_path):
            note(self.words(SETTINGS_OPEN, path=found.settings_path))
        return found

    @cached_property
    def engine(self) -> Database:
        """The database, with its schema ready for use; closed when the command ends."""
        from policyserve.cli.screen.output import note
        from policyserve.operations.database import missing_file, open_database

        made = missing_file(self.settings.database_url)
        engine = open_database(self.settings.database_url)
        if made:
            note(say(self.language, "There was no database at {file}; a new, empty one was made.", file=made))
        if context := click.get_current_context(silent=True):
            context.find_root().call_on_close(engine.dispose)
        return engine

    @property
    def kept_files(self) -> tuple[Path, ...]:
        """The files that no output may replace: the database and the settings."""
        from policyserve.operations.database import database_files

        own = self.settings.settings_path
        return (*database_files(self.settings.database_url), *((own,) if own else ()))

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar of the market."""
        from policyserve.operations.calendars import calendar_named

        return calendar_named(self.settings.calendar)

    @property
    def as_of(self) -> date:
        """The business day that the command is asked for."""
        return self.asked_as_of or self.settings.today()

    def days(self, first: date | None, last: date | None) -> Days:
        """Build the range of `--from` and `--to`, both included: without them from the year's first day to today.

        Raises QuestionError where it is empty.
        """
        last = last or self.as_of
        first = first or date(last.year, 1, 1)
        if last < first:
            raise QuestionError(
                "--from {first} lies after --to {last}; give the earlier day first.", first=first, last=last
            )
        return Days.between(first, last)

    def days_ahead(self, count: int) -> Days:
        """Build the range from today on."""
        return Days.between(self.as_of, self.as_of).widened(after=count)

    @property
    def language(self) -> str:
        """The language of screens."""
        return self.asked_language or language_of(os.environ)

    def words(self, words: str, /, **values: object) -> str:
        """Put a sentence into the language of screens."""
        return say(self.language, words, **values)

    def tell(self, words: str, /, **values: object) -> None:
        """Print a sentence in the language of screens."""
        click.echo(self.words(words, **values))

    def stamp(self, actor: str) -> Stamp:
        """Sign what somebody does now."""
        from policyserve.tasks.transitions import Stamp

        return Stamp(at=self.now, as_of=self.as_of, actor=actor)

    def print(self, make: Callable[[Reading], Figure], *, behind: str = "", calendar: Calendar | None = None) -> None:
        """Make a figure, or the list `behind` it, in one read of the facts, and print it as was asked."""
        from policyserve.cli.screen.export import check_out
        from policyserve.cli.screen.figures import print_figure
        from policyserve.operations import figures

        if self.out is not None:
            check_out(self.out, kept=self.kept_files)
        named = self.form == "table" or self.out is not None
        zone = self.settings.time_zone
        made = figures.figure(
            self.engine, make, as_of=self.as_of, behind=behind, named=named, calendar=calendar, zone=zone
        )
        print_figure(made, self.form, self.language, out=self.out, zone=zone, kept=self.kept_files)

    def show(self, rows: Sequence[Row], *, columns: Sequence[str], **layout: Any) -> None:
        """Print rows as was asked; in a table people and policies stand with their names. See `output.show`."""
        from policyserve.cli.screen.names import with_names
        from policyserve.cli.screen.output import show

        named = with_names(self.engine, rows, columns) if self.form == "table" else rows
        show(named, self.form, columns=columns, language=self.language, **layout)

    @property
    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)


def database_option(command: Command) -> Command:
    """Add `--db URL`; the rightmost one goes."""
    return click.option(
        "--db", "database_url", metavar="URL", expose_value=False, callback=_remember("database_url"),
        help="The database: sqlite:///FILE or postgresql://USER@HOST/NAME. Default: POLICYSERVE_DATABASE_URL, else "
        "the URL in the file that POLICYSERVE_DATABASE_URL_FILE names, else an SQLite file in your data directory.",
    )(command)  # fmt: skip


def as_of_option(command: Command) -> Command:
    """Add `--as-of DATE`."""
    return click.option(
        "--as-of", type=DATE, expose_value=False, callback=_remember("asked_as_of"), help="The day to take for today."
    )(command)


def form_option(command: Command) -> Command:
    """Add `--format table|json|csv`."""
    return click.option(
        "--format", "form", type=click.Choice(["table", "json", "csv"]), expose_value=False, callback=_remember("form"),
        help="How to print: a table for people (the default), one JSON array, or CSV.",
    )(command)  # fmt: skip


def language_option(command: Command) -> Command:
    """Add `--lang LANGUAGE`."""
    return click.option(
        "--lang", type=LanguageType(), expose_value=False, callback=_remember("asked_language"),
        help="The language of screens. Default: POLICYSERVE_LANG, else the language of the system, else en.",
    )(command)  # fmt: skip


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
        if value is not None:
            setattr(context.ensure_object(Session), name, value)

    return callback


def shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every command that asks the book something."""
    return database_option(as_of_option(form_option(language_option(click.pass_obj(command)))))


def figure_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every command that prints a figure: those of all, and `--out FILE`."""
    return click.option(
        "--out", type=click.Path(dir_okay=False, path_type=Path), expose_value=False, callback=_remember("out"),
        help="Write it into a file: .xlsx for people, .csv exactly.",
    )(shared(command))  # fmt: skip

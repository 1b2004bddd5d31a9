"""Types of options: days, instants, keys and languages as people type them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import rich_click as click

from policyserve.calendars.asked_days import asked_day, minute_of
from policyserve.cli.screen.help import language_now
from policyserve.errors import QuestionError
from policyserve.locale import say
from policyserve.locale.languages import language_named, languages


class DateType(click.ParamType[date]):
    """A day as people type it: 2026-11-21, 2026/11/21 or 20261121."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day; a usage error says what is allowed."""
        if isinstance(value, date):
            return value
        try:
            return asked_day(str(value))
        except QuestionError as error:
            return self.fail(error.told(language_now()), param, ctx)


DATE = DateType()


class InstantType(click.ParamType[datetime]):
    """An instant as people and `date -Is` write it; without an offset it is in the business time zone."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the instant; a usage error says what is allowed."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.fromisoformat(str(value).strip())
        except ValueError:
            words = say(language_now(), "'{value}' is no instant; write 2026-11-21T07:00.", value=value)
            return self.fail(words, param, ctx)


MOMENT = InstantType()


class MinuteType(click.ParamType[int]):
    """A time of the day as clocks show it, 10:30; the minute of the day."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the time; a usage error says what is allowed."""
        try:
            return minute_of(str(value))
        except QuestionError as error:
            return self.fail(error.told(language_now()), param, ctx)


MINUTE = MinuteType()

KEY = click.IntRange(1, 2**31 - 1)
"""The key of a task or an event."""


class LanguageType(click.ParamType[str]):
    """A language that has a catalogue: en, zh, zh_CN."""

    name = "language"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002
        """Show the languages there are."""
        return f"[{'|'.join(languages())}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Find the language; a usage error says which there are."""
        return language_named(str(value)) or self.fail(
            say(language_now(), "'{language}' is not spoken here; there are: {known}.", language=value,
                known=", ".join(languages())), param, ctx,
        )  # fmt: skip

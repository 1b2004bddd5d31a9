"""What the chapters of the demo share: the scratch book, the day, and how a chapter speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import rich_click as click

from policyserve.calendars.calendar import Calendar
from policyserve.cli.screen.output import Row, show, tell
from policyserve.config import Settings
from policyserve.locale import say, say_in, translated
from policyserve.operations.database import Database
from policyserve.operations.standards import standard_on
from policyserve.settings_file import MessageSettings, SettingsFile, language_of_messages
from policyserve.standard.model import Standard
from policyserve.tasks.headings import heading

MORNING = time(10)
"""When the day's texts leave: inside all hours."""


@dataclass(frozen=True, kw_only=True)
class Story:
    """What the chapters share."""

    folder: Path
    engine: Database
    calendar: Calendar
    day: date
    language: str
    customers: int

    @property
    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)

    @property
    def tomorrow(self) -> date:
        """The day of the last chapter."""
        return self.day + timedelta(days=1)

    @cached_property
    def standard(self) -> Standard:
        """The service standard of the day."""
        return standard_on(self.engine, self.day)

    @cached_property
    def settings(self) -> Settings:
        """Settings of the demo's own: texts in the language of the screen, sent into the scratch folder."""
        messages = MessageSettings(
            language=language_of_messages(self.language),
            signature=say_in(self.language, "company of the demo", "Anxin Life"),
        )
        gateways = {"file": {"kind": "file", "folder": str(self.folder / "sms")}}
        return Settings(database_url="", file=SettingsFile(messages=messages, gateways=gateways))

    def at_ten(self) -> datetime:
        """The moment at which the day's texts leave."""
        zone = ZoneInfo(self.settings.time_zone)
        return datetime.combine(self.day, MORNING, zone).astimezone(UTC)

    def title(self, number: int, words: str) -> None:
        """Open a chapter."""
        click.secho(f"\n{number}. {translated(self.language, words)}", bold=True)

    def tell(self, words: str, **values: object) -> None:
        """Say a sentence in the language of the screen."""
        tell(say(self.language, words, **values))

    def table(
        self, rows: Sequence[Row], columns: Sequence[str], *, numeric: Sequence[str] = (), **headings: str
    ) -> None:
        """Show rows with a blank line before them; `headings`: columns that are called like other ones."""
        titles = {name: heading(other, self.language) for name, other in headings.items()}
        click.echo()
        show(rows, "table", columns=columns, language=self.language, headings=titles, numeric=numeric)

"""Settings and days off, as an administrator reads them: what holds, where it comes from, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import PurePath
from typing import Any

from policyserve.calendars.calendar import Calendar, load_calendar
from policyserve.calendars.comparison import changed_days, year_rows
from policyserve.config import default_database_url, variables_given
from policyserve.dates import Days
from policyserve.errors import PolicyserveError
from policyserve.locale import N_, N_all, N_in, Sentence, say_in, translated
from policyserve.metrics.columns import words_of
from policyserve.metrics.figure import Column, Figure
from policyserve.operations.database import shown_database
from policyserve.settings_file.listing import DEFAULT, Setting, file_settings, is_set, told
from policyserve.settings_file.meanings import VARIABLES
from policyserve.signs import seen
from policyserve.web.carried_files import sent_file
from policyserve.web.tables import table_of
from policyserve.web.visit import Answer, Screen, Visit
from policyserve.web.workbooks import list_figure

ENVIRONMENT, CALL = N_in("where a setting comes from", "environment"), N_in("where a setting comes from", "command")

KEYS = {"POLICYSERVE_SECRET_KEY", "POLICYSERVE_SECRET_KEY_FILE"}

LISTED = (
    Column(name="meaning", title=N_("Meaning"), kind="long"), Column(name="value", title=N_("Value")),
    Column(name="source", title=N_("Comes from")), Column(name="name", title=N_("Setting")),
)  # fmt: skip

N_all("calendar", "China", "United States")

YEARS = (
    Column(name="year", title=N_("Year"), kind="key"), Column(name="published", title=N_("Published"), kind="code"),
    Column(name="off", title=N_("Days off beside weekends")),
    Column(name="work", title=N_("Weekend days that are worked")),
    Column(name="workdays", title=N_("Working days"), kind="count"),
)  # fmt: skip

KIND_OF_DAY = words_of({"off": N_("day off"), "work": N_("working day")})
CHANGED = (
    Column(name="day", title=N_("Day"), kind="day"),
    Column(name="before", title=N_("Until now"), kind="code", words=KIND_OF_DAY),
    Column(name="after", title=N_("Then"), kind="code", words=KIND_OF_DAY),
)  # fmt: skip


def show(visit: Visit) -> Answer:
    """Show the settings in force."""
    language, file = visit.language, visit.house.settings.file
    groups = (
        (Sentence(N_("Settings of the environment")), list(_variables(visit))),
        (Sentence(N_("Settings of the file")), list(file_settings(file, language))),
    )
    figures = [list_figure(heading, LISTED, _rows(found, language), as_of=visit.as_of) for heading, found in groups]
    values = {"tables": [table_of(one, language, {}) for one in figures]}
    return Screen(template="settings", values=values, figures=lambda: figures)


def _rows(found: list[Setting], language: str) -> list[dict[str, str]]:
    return [
        {**vars(one), "meaning": translated(language, one.meaning), "source": translated(language, one.source)}
        for one in found
    ]


def _variables(visit: Visit) -> Iterator[Setting]:
    settings, given, language = visit.house.settings, variables_given(), visit.language
    values = {
        "POLICYSERVE_DATABASE_URL": shown_database(settings.database_url),
        "POLICYSERVE_TIME_ZONE": settings.time_zone,
        "POLICYSERVE_LANG": told(settings.language, language),
        "POLICYSERVE_CALENDAR": settings.calendar,
        "POLICYSERVE_SETTINGS": str(settings.settings_path or ""),
        "POLICYSERVE_SECRET_KEY": is_set(KEYS & given, language),
        "POLICYSERVE_METRICS_TOKEN": is_set({"POLICYSERVE_METRICS_TOKEN"} & given, language),
    }
    for name, value in values.items():
        source = ENVIRONMENT if {name, f"{name}_FILE", f"{name}UAGE"} & given else DEFAULT
        if name == "POLICYSERVE_DATABASE_URL" and source == DEFAULT and settings.database_url != default_database_url():
            source = CALL
        yield Setting(name=name, value=value or is_set(None, language), meaning=VARIABLES[name], source=source)


def days_off(visit: Visit, refusal: PolicyserveError | None = None, **more: Any) -> Answer:
    """Show the calendar of days off in force, by year, and the years that are missing."""
    calendar, this = visit.house.calendar, visit.as_of.year
    figures = [_years(visit, calendar)]
    notice = calendar.notice(Days.between(visit.as_of, date(this + 1, 12, 31)))
    values = {
        "name": say_in(visit.language, "calendar", calendar.name), "source": visit.house.settings.calendar,
        "tables": [table_of(one, visit.language, {}) for one in figures],
        "notice": notice and notice.told(visit.language), "checked": None, **more,
    }  # fmt: skip
    return Screen(template="days_off", values=values, refusal=refusal, figures=lambda: figures)


def _years(visit: Visit, calendar: Calendar) -> Figure:
    heading = Sentence(N_("Days off by year"))
    return list_figure(heading, YEARS, year_rows(calendar, visit.as_of.year), as_of=visit.as_of)


def check_days_off(visit: Visit) -> Answer:
    """Look at a calendar file, and tell which days would be different."""
    try:
        sent = sent_file(visit)
        if sent is None:
            raise PolicyserveError("Choose the file of a calendar.")
        name = seen(PurePath(sent[0]).name)[:80]
        found = load_calendar(name, sent[1])
    except PolicyserveError as refusal:
        return days_off(visit, refusal)
    changes = list_figure(
        Sentence(N_("What would change")), CHANGED, changed_days(visit.house.calendar, found, visit.as_of.year),
        as_of=visit.as_of,
    )  # fmt: skip
    tables = {
        "years": table_of(_years(visit, found), visit.language, {}),
        "changes": table_of(changes, visit.language, {}),
    }
    return days_off(visit, checked={"file": name, "name": say_in(visit.language, "calendar", found.name), **tables})

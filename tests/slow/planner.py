"""The slow planner: one policy and one customer at a time, following `docs/planning.md` sentence by sentence.

It is the judge of the fast planner and shares no code with it but the lunar calendar and the days off. Readings chosen
where the page leaves a choice stand in the module that they concern; here: `after_months` counts from the anchor, which
is S for `after-suspension`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.standard import model
from slow.audience import is_for
from slow.endings import has_ended, stands
from slow.facts import know
from slow.occurrence import Occurrence, Setting, workdays_after
from slow.policy import months_after
from slow.triggers import occurrences

REACH = 400
"""No touch falls due further from its nominal day than so many days."""


@dataclass(frozen=True, kw_only=True)
class SlowTouch:
    """A service falling due for one subject on one day."""

    service: str
    subject_kind: str
    subject: str
    ordinal: int
    due: date
    earliest: date
    latest: date
    agent_no: str | None
    performer: str
    channels: str
    provisional: bool
    anchor: date
    nominal: date
    customer_no: str


def slow_plan(
    book: Book, standard: model.Standard, calendar: Calendar, days: Days, as_of: date, *, standing: bool = False
) -> list[SlowTouch]:
    """Return the touches that fall due on `days`, as known at the end of `as_of`."""
    nominal_days = days.widened(before=REACH, after=REACH)
    setting = Setting(
        facts=know(book, standard.grace_days, as_of, standard.rider_arrears, standard.grades),
        standard=standard,
        calendar=calendar,
        as_of=as_of,
        nominal_days=nominal_days,
        festivals=calendar.festivals(nominal_days).to_dicts(),
    )
    found = [
        (service, occurrence, _touch(setting, service, occurrence))
        for service in standard.services
        if service.enabled
        for occurrence in occurrences(setting, service)
        if nominal_days.start <= occurrence.nominal < nominal_days.end
        if is_for(setting.facts, service, occurrence)
        if not has_ended(setting, service, occurrence, occurrence.nominal)
    ]
    return [
        touch
        for service, occurrence, touch in found
        if days.start <= touch.due < days.end
        if not (standing and touch.nominal < as_of and not stands(setting, service, occurrence))
    ]


def _touch(setting: Setting, service: model.Service, occurrence: Occurrence) -> SlowTouch:
    earliest = occurrence.nominal - timedelta(days=service.window.before)
    latest = max(occurrence.nominal, _latest(setting, service.window, occurrence))
    due = _due(setting, occurrence.nominal, earliest, latest) if service.moves_off_days_off else occurrence.nominal
    agent_no = occurrence.policy.agent_no if occurrence.policy else occurrence.customer.agent_no
    return SlowTouch(
        service=service.code,
        subject_kind=occurrence.subject_kind,
        subject=occurrence.subject.number,
        ordinal=occurrence.ordinal,
        due=due,
        earliest=earliest,
        latest=latest,
        agent_no=agent_no,
        performer=service.performer,
        channels="+".join(service.channels),
        provisional=not setting.calendar.published(due.year),
        anchor=occurrence.anchor,
        nominal=occurrence.nominal,
        customer_no=occurrence.customer.number,
    )


def _latest(setting: Setting, window: model.Window, occurrence: Occurrence) -> date:
    """Return the last day on which it is on time, as the window counts it."""
    if window.until == "freelook-end":
        return _freelook_end(setting, occurrence) or occurrence.nominal
    if window.after_workdays is not None:
        return workdays_after(setting, occurrence.nominal, window.after_workdays)
    if window.after_months is not None:
        return months_after(occurrence.anchor, window.after_months)
    return occurrence.nominal + timedelta(days=window.after)


def _freelook_end(setting: Setting, occurrence: Occurrence) -> date | None:
    """Return the last day of the free-look, or the next working day where that one is a day off."""
    policy = occurrence.policy
    if policy is None or policy.receipt is None:
        return None
    days = setting.standard.freelook_days if policy.freelook_days is None else policy.freelook_days
    last = policy.receipt + timedelta(days=days)
    return last if setting.calendar.is_workday(last) else workdays_after(setting, last, 1)


def _due(setting: Setting, nominal: date, earliest: date, latest: date) -> date:
    """Move a day off: to the last working day before it, else the first after it, both inside the window."""
    days_before = [nominal - timedelta(days=days) for days in range((nominal - earliest).days + 1)]
    days_after = [nominal + timedelta(days=days) for days in range((latest - nominal).days + 1)]
    return next((day for day in days_before + days_after if setting.calendar.is_workday(day)), nominal)

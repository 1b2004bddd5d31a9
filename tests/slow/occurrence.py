"""A day that a rule gives to a subject, and what stays the same for all touches of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days
from policyserve.standard import model
from slow.facts import Customer, Facts
from slow.policy import Policy
from slow.policy_facts import Event, Suspension


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """A day that a rule gives to a subject: a policy, or a customer where `policy` is none."""

    customer: Customer
    policy: Policy | None = None
    ordinal: int
    anchor: date
    nominal: date
    instalment: int | None = None
    suspension: Suspension | None = None
    event: Event | None = None

    @property
    def subject_kind(self) -> str:
        """What the touch is for."""
        return "policy" if self.policy else "customer"

    @property
    def subject(self) -> Policy | Customer:
        """Whom the touch is for."""
        return self.policy or self.customer


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What stays the same for all touches of a plan."""

    facts: Facts
    standard: model.Standard
    calendar: Calendar
    as_of: date
    nominal_days: Days
    festivals: list[dict[str, Any]]


def workdays_after(setting: Setting, day: date, workdays: int) -> date:
    """Count working days: the first one after a day is 1; none at all is the day itself."""
    while workdays > 0:
        day += timedelta(days=1)
        workdays -= setting.calendar.is_workday(day)
    return day

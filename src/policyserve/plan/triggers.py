"""The kinds of trigger, each with the function that says on which days it falls due."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from policyserve.plan import offsets, recurrences
from policyserve.plan.basis import Basis
from policyserve.plan.services import Services
from policyserve.plan.steps import Occurrences
from policyserve.standard.trigger import (
    After,
    AfterDebit,
    AfterEvent,
    AfterSuspension,
    AfterUnpaid,
    BeforeInstalment,
    OnAnniversary,
    OnBirthday,
    OnCalendar,
    OnFestival,
)

ENDED_BY = {
    "receipt-signed": "receipt_on",
    "instalment-paid": "cleared_on",
    "reinstated": "reinstated_on",
    "suspension-confirmed": "confirmed_on",
    "closed": "closed_on",
}
"""The column that holds the day on which an ending comes."""

TRIGGERS: dict[type, Callable[[Services, Basis], Iterator[Occurrences]]] = {
    After: offsets.after,
    OnCalendar: recurrences.on_calendar,
    OnBirthday: recurrences.on_birthday,
    OnAnniversary: recurrences.on_anniversary,
    BeforeInstalment: offsets.before_instalment,
    AfterUnpaid: offsets.after_unpaid,
    AfterSuspension: offsets.after_suspension,
    AfterDebit: offsets.after_debit,
    AfterEvent: offsets.after_event,
    OnFestival: recurrences.on_festival,
}
"""What each kind of trigger does; a service made by hand has none."""

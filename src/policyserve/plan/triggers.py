"""The kinds of trigger, each with the function that says on which days it falls due."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from policyserve.plan import customer_rules, policy_rules
from policyserve.plan.basis import Basis
from policyserve.standard.model import (
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
    Service,
)

ENDED_BY = {
    "receipt-signed": "receipt_on",
    "instalment-paid": "cleared_on",
    "reinstated": "reinstated_on",
    "suspension-confirmed": "confirmed_on",
    "closed": "closed_on",
}
"""The column that holds the day on which an ending comes."""

TRIGGERS: dict[type, Callable[[Service, Basis], Iterator[pl.LazyFrame]]] = {
    After: policy_rules.after,
    OnCalendar: customer_rules.on_calendar,
    OnBirthday: customer_rules.on_birthday,
    OnAnniversary: policy_rules.on_anniversary,
    BeforeInstalment: policy_rules.before_instalment,
    AfterUnpaid: policy_rules.after_unpaid,
    AfterSuspension: policy_rules.after_suspension,
    AfterDebit: policy_rules.after_debit,
    AfterEvent: policy_rules.after_event,
    OnFestival: customer_rules.on_festival,
}
"""What each kind of trigger does; a service made by hand has none."""

"""The planner: facts, a standard and a calendar in, touches out.

`docs/planning.md` is the whole of the rules. There is no clock, no database and no environment here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days, days_later, months_later
from policyserve.plan.audience import audience_steps
from policyserve.plan.basis import Basis, within
from policyserve.plan.endings import other_steps, standing_steps
from policyserve.plan.services import Services, together
from policyserve.plan.steps import Occurrences, Step, fold
from policyserve.plan.subjects import Subjects
from policyserve.plan.triggers import TRIGGERS
from policyserve.plan.workdays import Workdays, freelook_end
from policyserve.standard.model import Service, Standard

LONGEST_MOVE = 31
"""No run of days off is longer, so no touch moves further (days)."""

CONTRACT = (
    "service", "subject_kind", "subject", "ordinal", "due", "earliest", "latest", "agent_no", "performer", "channels",
    "provisional",
)  # fmt: skip
"""The columns of a touch that programs rely on."""

COLUMNS = (*CONTRACT, "subject_id", "customer_id", "policy_id", "agent_id", "anchor", "nominal")
"""All columns of a touch: also the keys, the day of the fact and the day that the rule gives before days off."""

SubjectKind = pl.Enum(["policy", "customer"])
Performer = pl.Enum(["agent", "office", "nobody"])


def plan(
    book: Book,
    standard: Standard,
    calendar: Calendar,
    days: Days,
    as_of: date,
    *,
    standing: bool = False,
    columns: tuple[str, ...] = COLUMNS,
) -> pl.DataFrame:
    """Return the touches that fall due in `days`, as known on `as_of`: one row each, in no order.

    `standing` leaves out those that fell due before `as_of` and were ended by a fact since. Columns: see `COLUMNS`;
    `service`, `subject_kind`, `performer` and `channels` are enumerations, days are dates. (service, subject_kind,
    subject, ordinal) is unique.
    """
    facts = Subjects.of(book, as_of, *standard.lapse_rules)
    return plan_of(facts, standard, calendar, days, standing=standing, columns=columns)


def plan_of(
    facts: Subjects,
    standard: Standard,
    calendar: Calendar,
    days: Days,
    *,
    standing: bool = False,
    columns: tuple[str, ...] = COLUMNS,
) -> pl.DataFrame:
    """Return the touches of `plan` from facts that others ask as well."""
    wide = days.widened(before=LONGEST_MOVE, after=LONGEST_MOVE)
    workdays = Workdays.of(calendar, days.widened(before=900, after=900))
    basis = Basis(facts, standard, calendar, workdays, wide)
    festivals = set(calendar.festivals(wide)["name"])
    types = _types(standard)
    touches = [
        _touches(found, services, basis, days, types, standing=standing).select(columns)
        for services in together(standard, days, wide, festivals)
        if services.trigger in TRIGGERS
        for found in TRIGGERS[services.trigger](services, basis)
    ]
    empty = pl.DataFrame(schema={name: types[name] for name in columns})
    return pl.concat([empty, *pl.collect_all(touches, engine="in-memory")], rechunk=False)


def _types(standard: Standard) -> dict[str, pl.DataType]:
    codes = list(dict.fromkeys(service.code for service in standard.services))
    channels = list(dict.fromkeys("+".join(service.channels) for service in standard.services))
    days = dict.fromkeys(("due", "earliest", "latest", "anchor", "nominal"), pl.Date())
    keys = dict.fromkeys(("ordinal", "subject_id", "customer_id", "policy_id", "agent_id"), pl.Int32())
    named = {
        "service": pl.Enum(codes),
        "subject_kind": SubjectKind,
        "performer": Performer,
        "channels": pl.Enum(channels),
    }
    return {"subject": pl.String(), "agent_no": pl.String(), "provisional": pl.Boolean(), **days, **keys, **named}


def _touches(
    found: Occurrences,
    services: Services,
    basis: Basis,
    days: Days,
    types: dict[str, pl.DataType],
    *,
    standing: bool,
) -> pl.LazyFrame:
    """Turn the occurrences of a trigger into touches of its services: steps, window, days off."""
    near = found.rows.filter(within("nominal", services.days))
    left = fold(near, (*found.steps, *steps(services, basis, standing=standing)))
    return opened(left, services, basis, days).with_columns(
        subject_kind=pl.lit(services.subject, dtype=SubjectKind),
        provisional=basis.workdays.provisional(pl.col("due")),
        **{name: services.told(ask, types[name]) for name, ask in TOLD.items()},
    )


def steps(services: Services, basis: Basis, *, standing: bool) -> Iterator[Step]:
    """Yield the steps that all triggers share: endings, audience, what was done, the family, rights."""
    yield from standing_steps(services, basis, standing=standing)
    yield from audience_steps(services, basis.facts, services.days.start)
    yield from other_steps(services, basis, standing=standing)


def opened(touches: pl.LazyFrame, services: Services, basis: Basis, days: Days) -> pl.LazyFrame:
    """Add `earliest`, `latest` and `due`, and leave the touches due in `days`."""
    windowed = touches.with_columns(
        earliest=days_later(pl.col("nominal"), services.number(lambda one: -one.window.before)),
        latest=pl.max_horizontal("nominal", *_latest(services, basis)),
        due="nominal",
    )
    if not services.moves:
        return windowed
    day = basis.workdays.moved(pl.col("nominal"), pl.col("earliest"), pl.col("latest"))
    return windowed.with_columns(due=day).filter(within("due", days))


TOLD: dict[str, Callable[[Service], str]] = {
    "service": lambda one: one.code,
    "performer": lambda one: one.performer,
    "channels": lambda one: "+".join(one.channels),
}
"""The columns of a touch that its service says."""


def _latest(services: Services, basis: Basis) -> Iterator[pl.Expr]:
    """Yield the last days of the windows that the services have; null where a service has another one."""
    nominal = pl.col("nominal")
    windows = [one.window for one in services.members]
    yield days_later(nominal, services.number(lambda one: one.window.after))
    if any(window.until for window in windows):
        receipt_on = pl.when(services.told(lambda one: one.window.until is not None)).then("receipt_on")
        yield freelook_end(basis.workdays, receipt_on, basis.standard.freelook_days)
    if any(window.after_months for window in windows):
        yield months_later(pl.col("anchor"), services.told(lambda one: one.window.after_months, pl.Int32))
    if any(window.after_workdays for window in windows):
        yield basis.workdays.later(nominal, services.number(lambda one: one.window.after_workdays or 0))

"""The planner: facts, a standard and a calendar in, touches out.

`docs/planning.md` is the whole of the rules. There is no clock, no database and no environment here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import polars as pl

from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days, days_later, months_later
from policyserve.plan.audience import members
from policyserve.plan.basis import Basis, within
from policyserve.plan.services import Services, together
from policyserve.plan.subjects import Subjects
from policyserve.plan.triggers import ENDED_BY, TRIGGERS
from policyserve.plan.workdays import Workdays, freelook_end
from policyserve.standard.model import Service, Standard

RECENTLY = timedelta(days=180)
"""A service done so recently is not given again for another occasion."""

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
    rightful = _rightful(facts.book, standard)
    touches = [
        _touches(occurrences, services, basis, days, types, standing=standing).filter(*rightful).select(columns)
        for services in together(standard, days, wide, festivals)
        if services.trigger in TRIGGERS
        for occurrences in TRIGGERS[services.trigger](services, basis)
    ]
    empty = pl.DataFrame(schema={name: types[name] for name in columns})
    return pl.concat([empty, *pl.collect_all(touches, engine="in-memory")], rechunk=False)


def _rightful(book: Book, standard: Standard) -> list[pl.Expr]:
    """Leave out all touches of those whose data were erased, and marketing to those whose data are restricted."""
    if book.rights.is_empty():
        return [pl.lit(value=True)]
    marketing = [service.code for service in standard.services if service.message_class == "marketing"]
    erased, all_of_them = book.rights.filter("erased")["customer_id"], book.rights["customer_id"]
    to_them = pl.col("customer_id").is_in(all_of_them.implode()) & pl.col("service").cast(pl.String).is_in(marketing)
    return [~pl.col("customer_id").is_in(erased.implode()), ~to_them]


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
    occurrences: pl.LazyFrame,
    services: Services,
    basis: Basis,
    days: Days,
    types: dict[str, pl.DataType],
    *,
    standing: bool,
) -> pl.LazyFrame:
    """Turn the occurrences of a trigger into touches of its services: endings, audience, window, days off."""
    near = occurrences.filter(within("nominal", services.days), *_stands(services, basis, standing))
    near = members(near, services, basis.facts, services.days.start)
    near = _without_family_cases(_without_recent(near, services, basis), services, basis, standing)
    opened = near.with_columns(
        earliest=days_later(pl.col("nominal"), services.number(lambda one: -one.window.before)),
        latest=pl.max_horizontal("nominal", *_latest(services, basis)),
        due="nominal",
    )
    if services.moves:
        day = basis.workdays.moved(pl.col("nominal"), pl.col("earliest"), pl.col("latest"))
        opened = opened.with_columns(due=day).filter(within("due", days))
    return opened.with_columns(
        subject_kind=pl.lit(services.subject, dtype=SubjectKind),
        provisional=basis.workdays.provisional(pl.col("due")),
        **{name: services.told(ask, types[name]) for name, ask in TOLD.items()},
    )


TOLD: dict[str, Callable[[Service], str]] = {
    "service": lambda one: one.code,
    "performer": lambda one: one.performer,
    "channels": lambda one: "+".join(one.channels),
}
"""The columns of a touch that its service says."""


def _stands(services: Services, basis: Basis, standing: bool) -> Iterator[pl.Expr]:
    """Yield what must hold: the subject may be served on the nominal day, and no ending has come by it."""
    nominal = pl.col("nominal")
    as_of = pl.lit(basis.facts.as_of)
    yield (pl.col("start") <= nominal) & (nominal < pl.col("end"))
    if standing:
        yield (nominal >= as_of) | pl.col("now")
    looked_at = pl.max_horizontal(nominal, as_of) if standing else nominal
    for ending, column in ENDED_BY.items():
        if any(ends := [ending in one.ends_when for one in services.members]):
            came = (pl.col(column) > looked_at).fill_null(value=True)
            yield came if all(ends) else came | ~services.each_of(ends)


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


def _without_recent(touches: pl.LazyFrame, services: Services, basis: Basis) -> pl.LazyFrame:
    """Leave out touches of a service that was done for the subject on another occasion shortly before."""
    rules = [(one.code, rule) for rule, one in enumerate(services.members) if "done-recently" in one.ends_when]
    contacts = basis.facts.book.contacts
    if not rules or contacts.is_empty():
        return touches
    asked = pl.DataFrame(rules, schema={"service": pl.String, "rule": pl.UInt32}, orient="row")
    done = contacts.filter(pl.col("done_on") > basis.days.start - RECENTLY, subject_kind=services.subject).join(
        asked, on="service"
    )
    again = (
        touches.select("subject_id", "rule", "ordinal", "nominal")
        .join(done.lazy().select("subject_id", "rule", "done_on", done_ordinal="ordinal"), on=["subject_id", "rule"])
        .filter(
            pl.col("ordinal") != pl.col("done_ordinal"),
            pl.col("done_on") <= pl.col("nominal"),
            pl.col("done_on") > pl.col("nominal") - RECENTLY,
        )
    )
    return touches.join(again, on=["subject_id", "rule", "ordinal"], how="anti")


def _without_family_cases(touches: pl.LazyFrame, services: Services, basis: Basis, standing: bool) -> pl.LazyFrame:
    """Leave out touches on days on which a death, claim or lapse is open in the family."""
    ends = services.asked(_stops_for_family)
    if not any(ends) or (cases := basis.cases).is_empty():
        return touches
    nominal, as_of = pl.col("nominal"), pl.lit(basis.facts.as_of)
    open_then = nominal.is_between("from", "to", closed="left")
    if standing:
        open_then |= (nominal < as_of) & as_of.is_between("from", "to", closed="left")
    asked = touches if all(ends) else touches.filter(services.told(_stops_for_family))
    troubled = asked.select("customer_id", "rule", "nominal").join(cases.lazy(), on="customer_id").filter(open_then)
    return touches.join(troubled, on=["customer_id", "rule", "nominal"], how="anti")


def _stops_for_family(service: Service) -> bool:
    return "family-case" in service.ends_when

"""The planner: facts, a standard and a calendar in, touches out.

`docs/planning.md` is the whole of the rules. There is no clock, no database and no environment here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from policyserve.book.columns import Book
from policyserve.calendars.calendar import Calendar
from policyserve.dates import Days, months_later
from policyserve.plan.audience import members
from policyserve.plan.basis import Basis, within
from policyserve.plan.subjects import Subjects
from policyserve.plan.triggers import ENDED_BY, TRIGGERS
from policyserve.plan.workdays import Workdays
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
    workdays = Workdays.of(calendar, days.widened(before=900, after=900))
    around = days.widened(before=LONGEST_MOVE, after=LONGEST_MOVE)
    basis = Basis(facts, standard, calendar, workdays, around)
    types = _types(standard)
    touches = [
        _touches(occurrences, service, basis, days, standing=standing)
        .select(columns)
        .cast({name: types[name] for name in columns})
        for service in standard.services
        if service.enabled and type(service.trigger) in TRIGGERS
        for occurrences in TRIGGERS[type(service.trigger)](service, basis)
    ]
    empty = pl.DataFrame(schema={name: types[name] for name in columns})
    return pl.concat([empty, *pl.collect_all(touches)], rechunk=False)


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


def _touches(occurrences: pl.LazyFrame, service: Service, basis: Basis, days: Days, *, standing: bool) -> pl.LazyFrame:
    """Turn the occurrences of a trigger into touches of the service: endings, audience, window, days off."""
    near = occurrences.filter(
        within("nominal", basis.days if service.moves_off_days_off else days), *_stands(service, basis, standing)
    )
    near = members(near, service, basis.facts, basis.days.start)
    near = _without_family_cases(_without_recent(near, service, basis), service, basis, standing)
    opened = near.with_columns(
        earliest=pl.col("nominal") - timedelta(days=service.window.before),
        latest=pl.max_horizontal("nominal", _latest(service, basis)),
    )
    day = pl.col("nominal")
    if service.moves_off_days_off:
        day = basis.workdays.moved(day, pl.col("earliest"), pl.col("latest"))
        moved = opened.with_columns(due=day).filter(within("due", days))
    else:
        moved = opened.with_columns(due=day)
    return moved.with_columns(**_constants(service)).with_columns(provisional=basis.workdays.provisional(pl.col("due")))


def _constants(service: Service) -> dict[str, pl.Expr]:
    kind = pl.lit("policy") if service.subject == "policy" else pl.lit("customer")
    if service.subject == "either":
        kind = pl.when(pl.col("policy_id").is_not_null()).then(pl.lit("policy")).otherwise(pl.lit("customer"))
    return {
        "service": pl.lit(service.code),
        "subject_kind": kind,
        "performer": pl.lit(service.performer),
        "channels": pl.lit("+".join(service.channels)),
    }


def _stands(service: Service, basis: Basis, standing: bool) -> Iterator[pl.Expr]:
    """Yield what must hold: the subject may be served on the nominal day, and no ending has come by it."""
    nominal = pl.col("nominal")
    as_of = pl.lit(basis.facts.as_of)
    yield (pl.col("start") <= nominal) & (nominal < pl.col("end"))
    if standing:
        yield (nominal >= as_of) | pl.col("now")
    looked_at = pl.max_horizontal(nominal, as_of) if standing else nominal
    for ending in service.ends_when:
        if ending in ENDED_BY:
            yield (pl.col(ENDED_BY[ending]) > looked_at).fill_null(value=True)


def _latest(service: Service, basis: Basis) -> pl.Expr:
    window = service.window
    if window.until == "freelook-end":
        length = pl.coalesce("freelook_days", pl.lit(basis.standard.freelook_days))
        return basis.workdays.next_from(pl.col("receipt_on") + pl.duration(days=length))
    if window.after_months is not None:
        return months_later(pl.col("suspended_from"), window.after_months)
    if window.after_workdays is not None:
        return basis.workdays.later(pl.col("nominal"), window.after_workdays)
    return pl.col("nominal") + timedelta(days=window.after)


def _without_recent(touches: pl.LazyFrame, service: Service, basis: Basis) -> pl.LazyFrame:
    """Leave out touches of a service that was done for the subject on another occasion shortly before."""
    if "done-recently" not in service.ends_when:
        return touches
    contacts = basis.facts.book.contacts
    done = contacts.filter(pl.col("service") == service.code, pl.col("done_on") > basis.days.start - RECENTLY)
    if done.is_empty():
        return touches
    again = (
        touches.select("subject_id", "ordinal", "nominal")
        .join(done.lazy().select("subject_id", "done_on", done_ordinal="ordinal"), on="subject_id")
        .filter(
            pl.col("ordinal") != pl.col("done_ordinal"),
            pl.col("done_on") <= pl.col("nominal"),
            pl.col("done_on") > pl.col("nominal") - RECENTLY,
        )
    )
    return touches.join(again, on=["subject_id", "ordinal"], how="anti")


def _without_family_cases(touches: pl.LazyFrame, service: Service, basis: Basis, standing: bool) -> pl.LazyFrame:
    """Leave out touches on days on which a death, claim or lapse is open in the family."""
    if "family-case" not in service.ends_when:
        return touches
    nominal, as_of = pl.col("nominal"), pl.lit(basis.facts.as_of)
    cases = basis.facts.cases.lazy().filter(pl.col("end") > basis.days.start).rename({"start": "from", "end": "to"})
    open_then = nominal.is_between("from", "to", closed="left")
    if standing:
        open_then |= (nominal < as_of) & as_of.is_between("from", "to", closed="left")
    troubled = touches.select("customer_id", "nominal").join(cases, on="customer_id").filter(open_then)
    return touches.join(troubled, on=["customer_id", "nominal"], how="anti")

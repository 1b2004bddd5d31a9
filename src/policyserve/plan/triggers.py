"""One function per kind of trigger: on which days does it fall due, and for whom.

Each takes the service and the ground it stands on, and yields lazy frames: the columns of a source (see `facts`),
`ordinal`, `anchor` (the day of the fact) and `nominal` (the day that the rule gives), and the columns of `ENDED_BY`
that the endings of the service need. They may yield days outside the range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from policyserve.book.columns import MONTHS_OF_MODE
from policyserve.calendars.calendar import Calendar
from policyserve.calendars.lunar import lunar_parts
from policyserve.dates import Days, add_months, completed_years, day_of_month, month_number, months_later
from policyserve.plan import states
from policyserve.plan.facts import SOURCE, Facts
from policyserve.plan.workdays import Workdays
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
    Standard,
)

ENDED_BY = {
    "receipt-signed": "receipt_on",
    "instalment-paid": "cleared_on",
    "reinstated": "reinstated_on",
    "suspension-confirmed": "confirmed_on",
    "closed": "closed_on",
}
"""The column that holds the day on which an ending comes."""

ANCHORS = {"issue": "issue_date", "effective": "effective_date", "receipt": "receipt_on", "end": "ends_on"}


@dataclass(frozen=True)
class Ground:
    """What all triggers of one plan stand on."""

    facts: Facts
    standard: Standard
    calendar: Calendar
    workdays: Workdays
    days: Days
    """The nominal days that matter, wide enough for every move of a day off."""

    def policies(self, service: Service) -> pl.DataFrame:
        """Return the source of policies that the endings of the service leave."""
        if "not-in-force" in service.ends_when:
            source = self.facts.in_force
        elif "ended" in service.ends_when:
            source = self.facts.not_ended
        else:
            source = self.facts.always
        return source.filter(pl.col("participating")) if service.audience.participating else source

    @cached_property
    def instalments(self) -> dict[str, pl.DataFrame]:
        """Instalments of policies in force that the rules before them may need, by mode; `due_on`, `cleared_on`."""
        rules = [service.trigger for service in self.standard.services if service.enabled]
        ahead = {
            mode: max(
                (rule.days for rule in rules if isinstance(rule, BeforeInstalment) and mode in rule.modes), default=0
            )
            for mode in MONTHS_OF_MODE
        }
        return {mode: self._instalments(mode, self.days.widened(after=ahead[mode])) for mode in MONTHS_OF_MODE}

    def _instalments(self, mode: str, days: Days) -> pl.DataFrame:
        payers = self.facts.in_force.lazy().filter(pl.col("mode") == mode)
        columns = [*SOURCE, "effective_date", "stopped_on", "instalments"]
        owed = [
            frame.filter(pl.col("nominal") < pl.col("stopped_on"), pl.col("k") < pl.col("instalments")).select(
                *SOURCE, instalment=pl.col("k") + 1, due_on="nominal"
            )
            for frame in recurring(payers.select(columns), "effective_date", days, step=MONTHS_OF_MODE[mode], first=1)
        ]
        return self._cleared(pl.concat(owed).collect(), days)

    @cached_property
    def debits(self) -> pl.DataFrame:
        """The source of policies in force with the debits that the rules after them may need; `cleared_on`."""
        rules = [service.trigger for service in self.standard.services if service.enabled]
        back = max((rule.days for rule in rules if isinstance(rule, AfterDebit)), default=0)
        debits = self.facts.book.debits.filter(within("debit_on", self.days.widened(before=back)))
        rows = (
            self.facts.rows.filter(
                states.locate(debits["policy_id"].unique(), self.facts.rows["policy_id"]).is_not_null()
            )
            .join(debits, on=["policy_id", "instalment"], how="semi")
            .drop("place")
        )
        owed = debits.join(rows, on=["policy_id", "instalment"], how="left")
        reinstated_on = states.first_after(owed, states.event_days(self.facts.book, "reinstated"), "due_on")
        owed = owed.with_columns(cleared_on=pl.min_horizontal("paid_on", reinstated_on))
        return self.facts.in_force.join(owed, on="policy_id", how="semi").join(owed, on="policy_id")

    def _cleared(self, owed: pl.DataFrame, days: Days) -> pl.DataFrame:
        """Add `cleared_on`: paid, or reinstated on or after the due day."""
        paid = self.facts.rows.filter(within("due_on", days), pl.col("paid_on").is_not_null())
        places = states.locate(paid["policy_id"].unique(), owed["policy_id"]).is_not_null().arg_true()
        listed = owed.select("policy_id", "instalment")[places].join(
            paid.select("policy_id", "instalment", "paid_on"),
            on=["policy_id", "instalment"],
            how="left",
            maintain_order="left",
        )
        nothing = pl.Series([None], dtype=pl.Date).new_from_index(0, owed.height)
        paid_on = nothing.scatter(places, listed["paid_on"])
        reinstated_on = states.first_after(owed, states.event_days(self.facts.book, "reinstated"), "due_on")
        return owed.with_columns(cleared_on=pl.min_horizontal(paid_on, reinstated_on))


def within(name: str, days: Days) -> pl.Expr:
    """Whether the column `name` lies in the range."""
    return (pl.col(name) >= days.start) & (pl.col(name) < days.end)


def recurring(
    frame: pl.LazyFrame, anchor: str, days: Days, *, step: int, first: int, offset: int = 0
) -> Iterator[pl.LazyFrame]:
    """Yield the occurrences `k` (from `first`) of `anchor + offset + k * step` months in the range, as `nominal`.

    Each frame has at most one occurrence per row; every month is counted from the anchor itself.
    """
    opening = days.start.year * 12 + days.start.month - 1
    closing = days.last.year * 12 + days.last.month - 1
    nearest = -((pl.col("from_month") - opening) // step)
    ready = (
        frame.with_columns(from_month=month_number(pl.col(anchor)) + offset, from_day=pl.col(anchor).dt.day())
        .with_columns(from_k=pl.max_horizontal(nearest, pl.lit(first)).cast(pl.Int32))
        .collect()
        .lazy()
    )
    for later in range((closing - opening) // step + 1):
        k = pl.col("from_k") + later
        nominal = day_of_month(pl.col("from_month") + k * step, pl.col("from_day"))
        yield ready.with_columns(k=k, nominal=nominal).filter(within("nominal", days))


def after(service: Service, ground: Ground) -> Iterator[pl.LazyFrame]:
    """Once, some time after a day of the policy's life."""
    rule = service.trigger
    assert isinstance(rule, After)
    reach = abs(rule.days) + 31 * abs(rule.months) + 2 * rule.workdays + 40
    near = ground.days.widened(before=reach, after=reach)
    policies = ground.policies(service).lazy().with_columns(anchor=ANCHORS[rule.anchor]).filter(within("anchor", near))
    day = months_later(pl.col("anchor"), rule.months) + timedelta(days=rule.days)
    yield policies.with_columns(ordinal=pl.lit(1), nominal=ground.workdays.later(day, rule.workdays))


PERIODS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


def calendar_days(rule: OnCalendar, days: Days) -> Iterator[tuple[date, int]]:
    """Yield the days of a fixed rhythm in the range with their ordinals: yyyymm, yyyyq, yyyyh or yyyy."""
    months = PERIODS[rule.every]
    for year in range(days.start.year - 1, days.last.year + 1):
        for period in range(12 // months):
            day = add_months(date(year, 1, 1), period * months + rule.month - 1)
            day = add_months(day.replace(day=1), 0) + timedelta(days=min(rule.day, _length(day)) - 1)
            if days.start <= day < days.end:
                yield day, _period_number(year, period + 1, months)


def _length(month: date) -> int:
    return (add_months(month.replace(day=1), 1) - month.replace(day=1)).days


def _period_number(year: int, period: int, months: int) -> int:
    return {1: year * 100 + period, 12: year}.get(months, year * 10 + period)


def on_calendar(service: Service, ground: Ground) -> Iterator[pl.LazyFrame]:
    """Every month, quarter, half-year or year on a fixed day, for every customer."""
    assert isinstance(service.trigger, OnCalendar)
    for day, ordinal in calendar_days(service.trigger, ground.days):
        yield on_day(ground.facts.customers.lazy(), day, ordinal)


def on_day(customers: pl.LazyFrame, day: date, ordinal: int) -> pl.LazyFrame:
    """Give every customer a touch on one day."""
    return customers.with_columns(ordinal=pl.lit(ordinal, dtype=pl.Int32), anchor=pl.lit(day), nominal=pl.lit(day))


def on_birthday(service: Service, ground: Ground) -> Iterator[pl.LazyFrame]:
    """Every year on the birthday, the lunar one where it is given."""
    assert isinstance(service.trigger, OnBirthday)
    people = ground.facts.customers.lazy()
    solar = people.filter(pl.col("lunar_birthday").is_null(), pl.col("birthday").is_not_null())
    for year in range(ground.days.start.year, ground.days.last.year + 1):
        age = year - pl.col("birthday").dt.year()
        day = months_later(pl.col("birthday"), age * 12)
        yield _celebrated(solar.with_columns(ordinal=age, nominal=_leap_day(day, ground.standard)))
    table = ground.calendar.lunar_birthdays(ground.days).lazy()
    given = pl.col("lunar_birthday")
    lunar = people.filter(given.is_not_null()).with_columns(lunar_parts(given))
    yield _celebrated(
        lunar.join(table, on=["lunar_month", "lunar_day", "leap"]).with_columns(
            ordinal=pl.col("lunar_year") - pl.col("birth_year"), nominal="on"
        )
    )


def _leap_day(day: pl.Expr, standard: Standard) -> pl.Expr:
    if standard.feb29 == "feb28":
        return day
    slipped = (pl.col("birthday").dt.day() == 29) & (pl.col("birthday").dt.month() == 2) & (day.dt.day() == 28)
    return pl.when(slipped).then(day + timedelta(days=1)).otherwise(day)


def _celebrated(people: pl.LazyFrame) -> pl.LazyFrame:
    return people.filter(pl.col("ordinal") >= 1).with_columns(anchor="nominal")


def on_anniversary(service: Service, ground: Ground) -> Iterator[pl.LazyFrame]:
    """Every year, some months after each anniversary of the policy or of the relation."""
    rule = service.trigger
    assert isinstance(rule, OnAnniversary)
    if rule.of == "relation":
        people = ground.facts.relations.lazy()
        for frame in recurring(people, "relation_anchor", ground.days, step=12, first=rule.first, offset=rule.months):
            yield frame.with_columns(
                ordinal=pl.col("k") + pl.col("relation_years"),
                anchor=months_later(pl.col("relation_anchor"), pl.col("k") * 12),
            )
        return
    policies = ground.policies(service).lazy()
    if rule.dividend:
        policies = policies.filter(pl.col("participating"))
    days = ground.days.widened(before=366 + 31 * rule.months) if rule.dividend else ground.days
    for frame in recurring(policies, "effective_date", days, step=12, first=rule.first, offset=rule.months):
        yearly = frame.with_columns(
            ordinal=pl.col("k"), anchor=months_later(pl.col("effective_date"), pl.col("k") * 12)
        )
        yield _declared(yearly, ground) if rule.dividend else yearly


def _declared(yearly: pl.LazyFrame, ground: Ground) -> pl.LazyFrame:
    """Move an anniversary's touch to the first dividend declared in the year from it on."""
    declared = ground.facts.book.events.lazy().filter(pl.col("kind") == "dividend_declared")
    effective = ground.facts.policies.lazy().select("policy_id", "effective_date")
    first = (
        declared.join(effective, on="policy_id")
        .select(
            "policy_id", declared_on="occurred_on", k=completed_years(pl.col("effective_date"), pl.col("occurred_on"))
        )
        .group_by("policy_id", "k")
        .agg(pl.col("declared_on").min())
    )
    return yearly.join(first, on=["policy_id", "k"], how="left").with_columns(
        nominal=pl.coalesce("declared_on", "nominal"), anchor=pl.coalesce("declared_on", "anchor")
    )


def before_instalment(service: Service, ground: Ground) -> Iterator[pl.LazyFrame]:
    """Some days before each instalment from the second on."""
    rule = service.trigger
    assert isinstance(rule, BeforeInstalment)
    for mode in rule.modes:
        yield (
            ground.instalments[mode]
            .lazy()
            .with_columns(ordinal="instalment", anchor="due_on", nominal=pl.col("due_on") - timedelta(days=rule.days))
        )


def after_unpaid(service: Service, ground: Ground) -> Iterator[pl.LazyFrame]:
    """Some days after the due day of the oldest unpaid instalment."""
    rule = service.trigger
    assert isinstance(rule, AfterUnpaid)
    nominal = pl.col("due_on") + timedelta(days=rule.days)
    yield (
        ground.facts.unpaid.lazy()
        .with_columns(ordinal="instalment", anchor="due_on", nominal=nominal)
        .filter(pl.col("earlier_on") <= pl.col("nominal"), pl.col("nominal") < pl.col("cleared_on"))
    )


def after_suspension(service: Service, ground: Ground) -> Iterator[pl.LazyFrame]:
    """Some time after the first day of a suspension."""
    rule = service.trigger
    assert isinstance(rule, AfterSuspension)
    confirmed = states.event_days(ground.facts.book, "suspension_confirmed")
    lapses = ground.facts.suspended
    lapses = lapses.with_columns(confirmed_on=states.first_after(lapses, confirmed, "suspended_from"))
    nominal = months_later(pl.col("suspended_from"), rule.months) + timedelta(days=rule.days)
    yield (
        lapses.lazy()
        .join(ground.policies(service).lazy(), on="policy_id")
        .with_columns(ordinal="instalment", anchor="suspended_from", nominal=nominal)
    )


def after_debit(service: Service, ground: Ground) -> Iterator[pl.LazyFrame]:
    """Some days after a debit with one of the results."""
    rule = service.trigger
    assert isinstance(rule, AfterDebit)
    yield (
        ground.debits.lazy()
        .filter(pl.col("result").is_in(rule.results))
        .with_columns(ordinal="number", anchor="debit_on", nominal=pl.col("debit_on") + timedelta(days=rule.days))
    )


def after_event(service: Service, ground: Ground) -> Iterator[pl.LazyFrame]:
    """Some days or working days after an event."""
    rule = service.trigger
    assert isinstance(rule, AfterEvent)
    days = ground.days.widened(before=rule.days + 2 * rule.workdays + 40)
    events = ground.facts.book.events.lazy().filter(within("occurred_on", days), pl.col("kind").is_in(rule.events))
    closings = ground.facts.requests.lazy().select("customer_id", "number", "closed_on")
    dated = events.join(closings, on=["customer_id", "number"], how="left").select(
        "customer_id",
        "policy_id",
        "closed_on",
        ordinal="number",
        anchor="occurred_on",
        nominal=ground.workdays.later(pl.col("occurred_on") + timedelta(days=rule.days), rule.workdays),
    )
    if service.subject != "customer":
        yield dated.drop("customer_id").join(ground.policies(service).lazy(), on="policy_id")
    if service.subject != "policy":
        own = dated if service.subject == "customer" else dated.filter(pl.col("policy_id").is_null())
        yield own.drop("policy_id").join(ground.facts.customers.lazy(), on="customer_id")


def on_festival(service: Service, ground: Ground) -> Iterator[pl.LazyFrame]:
    """On a festival, unless an earlier one in the calendar's list falls on the same day for the same customer."""
    rule = service.trigger
    assert isinstance(rule, OnFestival)
    festivals = ground.calendar.festivals(ground.days)
    ranked = {
        other.trigger.name: other
        for other in ground.standard.services
        if other.enabled and isinstance(other.trigger, OnFestival)
    }
    for name, day, ordinal, rank in festivals.select("name", "on", "ordinal", "rank").iter_rows():
        if name != rule.name:
            continue
        same_day = festivals.filter(pl.col("on") == day, pl.col("rank") < rank)["name"]
        people = ground.facts.customers.lazy().filter(in_audience(service, ground.facts, pl.lit(day), day))
        for other in same_day:
            if other in ranked:
                people = people.filter(~in_audience(ranked[other], ground.facts, pl.lit(day), day))
        yield on_day(people, day, ordinal)


def in_audience(service: Service, facts: Facts, day: pl.Expr, only: date | None = None) -> pl.Expr:
    """Whether a customer belongs to the service's audience on `day` (a Date expression; `only`: the same as a date)."""
    audience = service.audience
    tests = [pl.lit(value=True)]
    if audience.gender:
        tests.append(pl.col("gender") == audience.gender)
    if audience.min_age is not None:
        tests.append(completed_years(pl.col("birthday"), day) >= audience.min_age)
    if audience.occupations:
        tests.append(
            pl.col("occupation").str.to_lowercase().str.contains_any([word.lower() for word in audience.occupations])
        )
    if audience.insured_under_age is not None:
        assert only is not None, "an audience of insured children needs a fixed day"
        tests.append(
            pl.col("customer_id").is_in(holders_of_children(facts, only, audience.insured_under_age).implode())
        )
    return pl.all_horizontal(test.fill_null(value=False) for test in tests)


def holders_of_children(facts: Facts, day: date, age: int) -> pl.Series:
    """Return the customers with a policy in force on `day` whose insured is younger than `age`."""
    born = facts.book.customers.select(insured_id="customer_id", insured_birthday="birthday")
    young = facts.in_force.filter(pl.lit(day).is_between("start", "end", closed="left")).join(born, on="insured_id")
    years = completed_years(pl.col("insured_birthday"), pl.lit(day))
    return young.filter(pl.col("insured_birthday") <= day, years < age)["customer_id"].unique()


TRIGGERS: dict[type, Callable[[Service, Ground], Iterator[pl.LazyFrame]]] = {
    After: after,
    OnCalendar: on_calendar,
    OnBirthday: on_birthday,
    OnAnniversary: on_anniversary,
    BeforeInstalment: before_instalment,
    AfterUnpaid: after_unpaid,
    AfterSuspension: after_suspension,
    AfterDebit: after_debit,
    AfterEvent: after_event,
    OnFestival: on_festival,
}
"""What each kind of trigger does; a service made by hand has none."""

"""What is known of one policy at the end of a day: instalments, payments, suspensions, one at a time.

Readings chosen where `docs/planning.md` leaves a choice:

* An instalment that does not exist (beyond `pay_years`, of a single premium, on or after the day on which the policy
  stops paying) can still be named by a debit. A row can pay it; nothing is taken for granted about it.
* Of a single premium the first instalment is paid at issue as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import count, takewhile

from dateutil.relativedelta import relativedelta

from policyserve.book.columns import ENDING_KINDS, MONTHS_OF_MODE, told_terms
from policyserve.dates import FOREVER
from slow.policy_facts import DAY, Debit, Event, Row, Suspension


@cache
def months_after(day: date, months: int) -> date:
    """Return the corresponding day, or the last one of the month where it has none."""
    return day + relativedelta(months=months)


def full_years(first: date, second: date) -> int:
    """Count the anniversaries of `first` that have come by `second`; 29 February comes on 28 February."""
    return next(years for years in count(second.year - first.year, -1) if months_after(first, 12 * years) <= second)


@dataclass(kw_only=True)
class Policy:
    """A policy with all that is known of it."""

    as_of: date
    grace_days: int
    key: int
    number: str
    holder: int
    insured: int | None
    agent_no: str | None
    participating: bool
    is_rider: bool
    issued: date
    effective: date
    receipt: date | None
    mode: str
    premium: int
    currency: str
    pay_years: int | None
    ends_on: date | None
    freelook_days: int | None
    is_group: bool = False
    main: Policy | None = None
    """Whose rider it is, whatever the currency."""
    rows: dict[int, Row] = field(default_factory=dict)
    debits: list[Debit] = field(default_factory=list)
    riders: list[Policy] = field(default_factory=list)
    """Those with a number of their own, in the same currency."""
    rider_arrears: str = "suspend-rider"
    events: list[Event] = field(default_factory=list)

    def first_event(self, *kinds: str, since: date = date.min) -> date | None:
        """Return the day of the first event of these kinds on or after a day."""
        return min((event.on for event in self.events if event.kind in kinds and event.on >= since), default=None)

    @cached_property
    def ended_on(self) -> date:
        """The day of the first ending event, or the day after the last day of cover."""
        by_term = self.ends_on + DAY if self.ends_on else FOREVER
        return min(self.first_event(*ENDING_KINDS) or FOREVER, by_term)

    @cached_property
    def stops_paying_on(self) -> date:
        """The day from which on no instalment falls due."""
        return min(self.ended_on, self.first_event("waiver", "reduced_paid_up") or FOREVER)

    def due_of(self, instalment: int) -> date | None:
        """D(n); none for a later instalment of a single premium."""
        if instalment == 1:
            return self.effective
        if self.mode == "single":
            return None
        return months_after(self.effective, self.months_to(instalment))

    def months_to(self, instalment: int) -> int:
        """Count the months from the effective date to an instalment: each is followed by the next of its mode."""
        if not self.changes:
            return (instalment - 1) * MONTHS_OF_MODE[self.mode]
        months = 0
        for _ in range(1, instalment):
            mode, _years = self.terms_on(months_after(self.effective, months))
            months += MONTHS_OF_MODE[mode]
        return months

    @cached_property
    def changes(self) -> list[Event]:
        """Changes of the mode or the years, oldest first."""
        found = [event for event in self.events if event.kind == "mode_changed" and event.detail]
        return sorted(found, key=lambda event: (event.on, event.number)) if self.mode != "single" else []

    def terms_on(self, day: date) -> tuple[str, int | None]:
        """Return the mode and the years of payment that hold for what falls due on a day."""
        mode, years = self.mode, self.pay_years
        for event in self.changes:
            if event.on <= day:
                mode, years = told_terms(event.detail or "", mode, years)
        return mode, years

    def has_instalment(self, instalment: int) -> bool:
        """Whether the policy ever has this instalment to pay."""
        due = self.due_of(instalment)
        if due is None or due >= self.stops_paying_on:
            return False
        return self.mode == "single" or self.pays_long_enough(instalment)

    @property
    def has_several_instalments(self) -> bool:
        """Whether the premium is not single, nor paid in one year at once."""
        return self.mode != "single" and self.pays_long_enough(2)

    def pays_long_enough(self, instalment: int) -> bool:
        """Whether the years of payment reach an instalment; what fell due before a change of terms was owed."""
        due, (_, years) = self.due_of(instalment), self.terms_on(FOREVER)
        if years is None or self.months_to(instalment) < years * 12:
            return True
        return due is not None and any(due < event.on for event in self.changes)

    def instalments(self, last_due: date) -> Iterator[tuple[int, date]]:
        """Yield the instalments from the second on that exist and fall due by a day, with their due days."""
        for instalment in takewhile(self.has_instalment, count(2)):
            due = self.due_of(instalment)
            if due is None or due > last_due:
                return
            yield instalment, due

    def row_paid_on(self, instalment: int) -> date | None:
        """Return the day on which the list says that an instalment was paid in full."""
        row = self.rows.get(instalment)
        if row is not None and row.paid_on is None and row.amount == 0:
            return self.due_of(instalment)
        if row is None or row.paid_on is None:
            return None
        amount = self.premium_at(instalment) if row.amount is None else row.amount
        return row.paid_on if row.paid_amount is None or row.paid_amount >= amount else None

    def premium_at(self, instalment: int) -> int:
        """Return the premium with the changes, and the riders added, on or before the due day of an instalment."""
        due, premium = self.due_of(instalment), self.premium
        for event in sorted(self.events, key=lambda event: (event.on, event.number)):
            if due is None or event.on > due or event.amount is None:
                continue
            if event.kind in {"premium_change", "mode_changed"}:
                premium = event.amount
            if event.kind == "rider_added":
                premium += event.amount
        return premium

    def paid_with_riders_on(self, instalment: int) -> date | None:
        """Return the day on which the list says that an instalment and what riders owe with it were settled."""
        due, days = self.due_of(instalment), [self.row_paid_on(instalment)]
        if due is not None and instalment in self.rows and instalment >= 2:
            for rider in self.riders:
                days += rider.settled_with_main(due)
        return None if None in days else max(day for day in days if day is not None)

    def number_due_on(self, due: date) -> int | None:
        """Return which instalment falls due on a day."""
        if self.mode == "single":
            return None
        numbers = takewhile(lambda number: (self.due_of(number) or FOREVER) <= due, count(1))
        return next((number for number in numbers if self.due_of(number) == due), None)

    def settled_with_main(self, due: date) -> list[date | None]:
        """Return when what this rider owes on a due day of its main policy is settled; empty: it owes nothing."""
        number = self.number_due_on(due)
        if number is None or number < 2 or number not in self.rows or not self.has_instalment(number):
            return []
        if any(lapse.start <= due < lapse.until for lapse in self.suspensions):
            return []
        days = [self.row_paid_on(number), self.reinstated_on(number)]
        if self.rider_arrears == "suspend-rider":
            days.append(min((lapse.start for lapse in self.suspensions if lapse.start >= due), default=None))
        if self.ended_on < FOREVER:
            days.append(self.ended_on)
        return [min((day for day in days if day is not None), default=None)]

    def asks_for(self, instalment: int) -> int:
        """Return what the list, or the premium of the due day, says of an instalment by itself."""
        row = self.rows.get(instalment)
        return self.premium_at(instalment) if row is None or row.amount is None else row.amount

    def left_of(self, instalment: int) -> int:
        """Return what is still to be paid of an instalment by itself."""
        if self.row_paid_on(instalment) is not None:
            return 0
        row = self.rows.get(instalment)
        part = row.paid_amount if row and row.paid_on else None
        return self.asks_for(instalment) - (part or 0)

    def sums_of(self, instalment: int, day: date) -> list[int]:
        """Return what an instalment asks for with its riders, what is left of it, and the riders' parts of both."""
        due = self.due_of(instalment) or self.effective
        part, left = self.riders_part(instalment), self.left_of(instalment)
        sums = [self.asks_for(instalment), left, part, min(part, left)]
        for rider in self.riders:
            number = rider.number_due_on(due)
            if number is None or number < 2 or not rider.has_instalment(number):
                continue
            if any(lapse.start <= one < lapse.until for lapse in rider.suspensions for one in (due, day)):
                continue
            with_main = number not in rider.rows and self.row_paid_on(instalment) is not None
            asked, owed = rider.asks_for(number), 0 if with_main else rider.left_of(number)
            sums = [one + more for one, more in zip(sums, (asked, owed, asked, owed), strict=True)]
        return sums

    def riders_part(self, instalment: int) -> int:
        """Return the part of what an instalment asks for that riders added by events brought."""
        due, added, changed = self.due_of(instalment), 0, False
        for event in sorted(self.events, key=lambda event: (event.on, event.number)):
            if due is None or event.on > due or event.amount is None:
                continue
            if event.kind in {"premium_change", "mode_changed"}:
                added, changed = 0, True
            if event.kind == "rider_added":
                added, changed = added + event.amount, True
        return added if changed and self.asks_for(instalment) == self.premium_at(instalment) else 0

    def paid_on(self, instalment: int, *, with_riders: bool = True) -> date | None:
        """Return the day on which an instalment was paid, or will be, as far as is known."""
        if instalment == 1:
            return self.issued
        due = self.due_of(instalment)
        paid = self.paid_with_riders_on(instalment) if with_riders else self.row_paid_on(instalment)
        if paid is None and due is not None and due > self.as_of and self.has_instalment(instalment):
            return due
        return paid

    def reinstated_on(self, instalment: int) -> date | None:
        """Return the day of the first reinstatement on or after the due day of an instalment."""
        due = self.due_of(instalment)
        return self.first_event("reinstated", since=due) if due else None

    def is_paid_or_reinstated(self, instalment: int, day: date, *, with_riders: bool = True) -> bool:
        """Whether nothing is owed any more for an instalment at the end of a day."""
        paid_on = self.paid_on(instalment, with_riders=with_riders)
        return any(on is not None and on <= day for on in (paid_on, self.reinstated_on(instalment)))

    def loan_pays(self, instalment: int, day: date) -> bool:
        """Whether a premium loan has settled an instalment by the end of a day; it keeps the cover, and no more."""
        due = self.due_of(instalment)
        loan = self.first_event("premium_loan", since=due) if due else None
        return loan is not None and loan <= day

    def is_owed(self, instalment: int, day: date, *, with_riders: bool = True) -> bool:
        """Whether an instalment that exists is known to be unpaid at the end of a day: due by as-of, with a row."""
        due = self.due_of(instalment)
        if due is None or due > self.as_of or instalment not in self.rows or not self.has_instalment(instalment):
            return False
        return not self.is_paid_or_reinstated(instalment, day, with_riders=with_riders)

    @cached_property
    def suspensions(self) -> list[Suspension]:
        """The times without cover, oldest first."""
        found: list[Suspension] = []
        with_riders = self.rider_arrears == "suspend-main"
        for instalment, due in self.instalments(self.as_of):
            last_of_grace = due + timedelta(days=self.grace_days)
            start = last_of_grace + DAY
            owed = self.is_owed(instalment, last_of_grace, with_riders=with_riders)
            if not owed or self.loan_pays(instalment, last_of_grace):
                continue
            if any(earlier.start <= day < earlier.until for earlier in found for day in (due, start)):
                continue
            until = min(self.first_event("reinstated", since=start) or FOREVER, self.ended_on)
            if start < until:
                found.append(Suspension(instalment=instalment, start=start, until=until))
        return found

    def oldest_unpaid(self, day: date) -> int | None:
        """Return the first instalment, from the second on, that is owed at the end of a day."""
        return min((number for number, _ in self.instalments(day) if self.is_owed(number, day)), default=None)

    def state(self, day: date, freelook_days: int) -> str:
        """Say in which state the policy is at the end of a day."""
        unpaid = self.oldest_unpaid(day)
        if self.ended_on <= day:
            return "ended"
        if self.is_suspended(day):
            return "suspended"
        for kind, state in (("waiver", "waived"), ("reduced_paid_up", "reduced_paid_up")):
            if self.first_event(kind) is not None:
                return state
        if unpaid is not None:
            return "premium_loan" if self.loan_pays(unpaid, day) else "grace"
        days = freelook_days if self.freelook_days is None else self.freelook_days
        if self.receipt is not None and self.receipt + timedelta(days=days) >= day:
            return "freelook"
        return "in_force"

    def is_suspended(self, day: date) -> bool:
        """Whether the cover is suspended on a day."""
        return any(suspension.start <= day < suspension.until for suspension in self.suspensions)

    def in_force(self, day: date) -> bool:
        """Whether the policy is issued, not ended and not suspended on a day."""
        return self.issued <= day < self.ended_on and not self.is_suspended(day)

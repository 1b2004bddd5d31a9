"""Open policies of a gap one at a time: what is to be paid, by when, and what it adds; see `docs/metrics/gap.md`."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from policyserve.book.columns import ENDING_KINDS
from slow.persistency import Asked, Line, judge, left_out, line_of, part_of
from slow.policy import Policy
from slow.policy_facts import Row


@dataclass(frozen=True, kw_only=True)
class Open:
    """An open policy: the first premium unpaid, the last day for it, what is to be paid, and what that adds."""

    due_on: date
    pay_by: date
    amount: int
    riders: int
    gain: int


@dataclass(frozen=True, kw_only=True)
class Unpaid:
    """An instalment up to the month that is not paid in full."""

    line: Line
    number: int
    with_main: bool

    @property
    def due(self) -> date:
        return self.line.due(self.number)

    @property
    def left(self) -> int:
        row = self.line.rows.get(self.number)
        return self.line.amount(self.number) - ((row.paid_amount if row else None) or 0)

    @property
    def riders(self) -> int:
        policy = self.line.policy
        return self.left if policy.is_rider else min(self.left, policy.riders_part(self.number))


def open_policy(policy: Policy, asked: Asked) -> Open | None:
    """Say what is open of a policy; None where nothing is, or nothing can be kept by paying any more."""
    main, as_of = line_of(policy, asked), policy.as_of
    due = policy.effective + relativedelta(months=asked.month - 1)
    if left_out(main, due, asked.month) or judge(policy, asked).state == "excluded":
        return None
    cutoff = asked.last_day(due, due + main.grace)
    if cutoff < as_of or policy.first_event(*ENDING_KINDS, "reduced_paid_up") is not None:
        return None
    unpaid = wanting(main, due, asked)
    if not unpaid:
        return None
    own = [one for one in unpaid if one.line is main] or unpaid
    first = min(own, key=lambda one: one.due)
    pay_by = min(*(one.due + one.line.grace for one in own), cutoff)
    nothing, best = (at_end(policy, asked, paid, cutoff) for paid in ([], unpaid))
    if pay_by < as_of or best <= nothing:
        return None
    return Open(
        due_on=first.due, pay_by=pay_by, amount=sum(one.left for one in unpaid),
        riders=sum(one.riders for one in unpaid), gain=best - nothing,
    )  # fmt: skip


def wanting(main: Line, due: date, asked: Asked) -> list[Unpaid]:
    """Return the instalments up to the month that are not paid; a rider's without rows where the main's is not."""
    own = of_line(main, due, with_main=False)
    found = list(own)
    for rider in main.policy.riders:
        line = line_of(rider, asked)
        if not part_of(line, due, asked.month):
            continue
        with_main = not line.listed(due)
        mine = of_line(line, due, with_main=with_main)
        found += [one for one in mine if not with_main or one.due in {other.due for other in own}]
    return found


def of_line(line: Line, due: date, *, with_main: bool) -> list[Unpaid]:
    """Return the unpaid instalments of a policy by itself; the first one only where it is listed."""
    return [
        Unpaid(line=line, number=number, with_main=with_main)
        for number in line.numbers_due_by(due)
        if line.received_on(number) is None and (number in line.rows or number > 1)
    ]


def at_end(policy: Policy, asked: Asked, paid: list[Unpaid], cutoff: date) -> int:
    """Return the numerator when the cutoff has passed and these were paid today, or on their due days to come."""
    whole = deepcopy(policy)
    lines = {whole.key: whole, **{rider.key: rider for rider in whole.riders}}
    for one in (one for one in paid if not one.with_main):
        row = one.line.rows.get(one.number)
        day = max(one.due, policy.as_of)
        amount = row.amount if row else None
        lines[one.line.policy.key].rows[one.number] = Row(amount=amount, paid_on=day, paid_amount=None)
    for line in lines.values():
        line.as_of = max(cutoff + timedelta(days=1), policy.as_of)
    return judge(whole, asked).numerator

"""Triggers of services: on which day a service falls due."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from policyserve.standard.part import Name, PaidMode, Part

DebitResult = Literal["success", "failed"]


class After(Part):
    """Once, some time after a day of the policy's life."""

    kind: Literal["after"]
    anchor: Literal["issue", "effective", "receipt", "end"]
    days: Annotated[int, Field(ge=-3660, le=3660)] = 0
    months: Annotated[int, Field(ge=-120, le=1200)] = 0
    workdays: Annotated[int, Field(ge=0, le=60)] = 0


class OnCalendar(Part):
    """Every month, quarter, half-year or year on a fixed day: `month` is the month within the period, 1 = its first.

    `spread`: from that day on over so many days, each customer on a day of the own that is the same in every period;
    1 is everybody on the day itself.
    """

    kind: Literal["calendar"]
    every: Literal["month", "quarter", "half-year", "year"]
    month: Annotated[int, Field(ge=1, le=12)] = 1
    day: Annotated[int, Field(ge=1, le=31)]
    spread: Annotated[int, Field(ge=1, le=365)] = 1


MONTHS_OF_PERIOD = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""Months from one day of a calendar trigger to the next."""


class OnBirthday(Part):
    """Every year on the customer's birthday, the lunar one where it is given."""

    kind: Literal["birthday"]


class OnAnniversary(Part):
    """Every year, `months` after each anniversary of the policy or of the customer's first policy in force.

    `of`: `policy` is the effective date of the policy, `relation` that of the customer's first policy in force.
    `first`: the first anniversary that counts. `dividend`: participating policies only, and a dividend declared in the
    year from an anniversary on moves that anniversary's touch to the day of the declaration.
    """

    kind: Literal["anniversary"]
    of: Literal["policy", "relation"]
    months: Annotated[int, Field(ge=0, le=11)] = 0
    first: Annotated[int, Field(ge=1, le=100)] = 1
    dividend: bool = False


class BeforeInstalment(Part):
    """`days` before each instalment from the second on, for policies paid in one of `modes`."""

    kind: Literal["before-instalment"]
    days: Annotated[int, Field(ge=0, le=365)]
    modes: Annotated[tuple[PaidMode, ...], Field(min_length=1)] = ("annual", "semi-annual", "quarterly", "monthly")


class AfterUnpaid(Part):
    """`days` after the due day of the oldest unpaid instalment."""

    kind: Literal["after-unpaid"]
    days: Annotated[int, Field(ge=0, le=60)]


class AfterSuspension(Part):
    """Some time after the first day of suspension, for the instalment that lapsed: `months` first, then `days`."""

    kind: Literal["after-suspension"]
    days: Annotated[int, Field(ge=-3660, le=3660)] = 0
    months: Annotated[int, Field(ge=0, le=120)] = 0


class AfterDebit(Part):
    """`days` after a debit with one of `results`."""

    kind: Literal["after-debit"]
    days: Annotated[int, Field(ge=0, le=366)]
    results: Annotated[tuple[DebitResult, ...], Field(min_length=1)] = ("success", "failed")


class OnFestival(Part):
    """On a festival of the calendar."""

    kind: Literal["festival"]
    name: Name


class AfterEvent(Part):
    """Some days or working days after an event of one of `events`."""

    kind: Literal["after-event"]
    events: Annotated[tuple[str, ...], Field(min_length=1)]
    days: Annotated[int, Field(ge=0, le=366)] = 0
    workdays: Annotated[int, Field(ge=0, le=60)] = 0


class ByHand(Part):
    """Only when an agent adds it."""

    kind: Literal["by-hand"]


OF_INSTALMENTS = ("before-instalment", "after-unpaid", "after-suspension")
"""Kinds of triggers whose ordinal is the number of an instalment."""

Trigger = Annotated[
    After
    | OnCalendar
    | OnBirthday
    | OnAnniversary
    | BeforeInstalment
    | AfterUnpaid
    | AfterSuspension
    | AfterDebit
    | OnFestival
    | AfterEvent
    | ByHand,
    Field(discriminator="kind"),
]

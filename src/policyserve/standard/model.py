"""The service standard in memory: frozen values that the planner reads.

A service is one line of the standard. Its trigger says on which day it falls due, its window how early and how late is
still on time, its endings which facts make it pointless. A new service is a new line of data, never new code.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from policyserve.contracts.grace import GRACE_DAYS, RiderArrears
from policyserve.locale import in_language
from policyserve.standard.call_rules import CallRules
from policyserve.standard.complaint_days import ComplaintRules
from policyserve.standard.grade import Grade
from policyserve.standard.obligation import Obligation
from policyserve.standard.part import Code, Name, Part
from policyserve.standard.trigger import Trigger
from policyserve.standard.weights import Bearing, Weights

Level = Literal["assessed", "spot-checked", "encouraged"]
Stage = Literal["meet", "know", "trust", "rely"]
SubjectKind = Literal["policy", "customer", "either"]
"""`either`, for events only: the policy where the event names one, else the customer."""
Channel = Literal["visit", "call", "sms", "letter", "office"]
MessageClass = Literal["duty", "service", "marketing"]
Performer = Literal["agent", "office", "nobody"]
Freedom = Literal["none", "earlier", "any"]
EFFORTS: dict[Channel, float] = {"visit": 1, "call": 0.2}
"""How much of an agent's day the channels take."""
Ending = Literal[
    "receipt-signed",  # the policy's receipt is signed
    "ended",  # the policy has ended: cancelled, surrendered, claimed, void, transferred, converted, terminated, matured
    "not-in-force",  # ended, or its cover suspended
    "instalment-paid",  # the instalment is paid
    "reinstated",  # the cover is in force again
    "suspension-confirmed",  # the confirmation of suspension is signed
    "closed",  # the request or claim is closed
    "family-case",  # an open death, claim or lapse in the family
    "done-recently",  # one was done less than 180 days before
]


class Window(Part):
    """How early and how late is still on time, counted from the due day that the rule gives.

    `before`: days. The latest day is one of: `after` days; `after_workdays` working days; the last day of the free-look
    (`until: freelook-end`); `after_months` months after the anchor (the first day of suspension).
    """

    before: Annotated[int, Field(ge=0, le=366)] = 0
    after: Annotated[int, Field(ge=0, le=366)] = 0
    after_workdays: Annotated[int, Field(ge=0, le=60)] | None = None
    after_months: Annotated[int, Field(ge=1, le=12)] | None = None
    until: Literal["freelook-end"] | None = None


class Audience(Part):
    """Which customers get it; an empty audience is everybody."""

    gender: Literal["male", "female"] | None = None
    min_age: Annotated[int, Field(ge=0, le=120)] | None = None
    insured_under_age: Annotated[int, Field(ge=1, le=120)] | None = None
    occupations: tuple[Name, ...] = ()
    participating: bool = False
    term: Literal["short", "long"] | None = None
    """`short`: policies whose cover lasts a year at most, and is renewed; `long`: all others."""
    instalments: bool = False
    """Policies of more than one instalment: not of a single premium, which has no renewal premium."""
    grades: tuple[str, ...] = ()
    """Customers who have one of these grades on the as-of date, by their codes."""


class Service(Part):
    """One line of the standard."""

    code: Code
    name: Name
    name_zh: Name
    level: Level
    stage: Stage
    subject: SubjectKind
    trigger: Trigger
    window: Window = Window()
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    by_office: bool = False
    """The office does it although it is a visit or a call."""
    message_class: MessageClass = "service"
    days_off: Literal["shift", "keep"] = "shift"
    """`keep`: stays on its day (greetings). `shift` moves visits and calls to a working day inside the window."""
    ends_when: tuple[Ending, ...] = ()
    drop_after_days: Annotated[int, Field(ge=0)] | None = None
    """A message that could not go out on its day is dropped after so many days; none: as long as the window lasts."""
    audience: Audience = Audience()
    once_per: Literal["policy", "purchase", "customer"] = "policy"
    """Of a policy's service: `purchase` gives it once where several policies were bought together, `customer` once."""
    bearing: Bearing = Bearing()
    effort: Annotated[float, Field(ge=0, le=20)] | None = None
    """How much of an agent's day it takes, where a visit takes 1; None is as its channels say, see `takes`."""
    joins: Literal["any", "alone"] = "any"
    """`alone`: nothing else is done on the occasion (a birthday, an illness)."""
    template: str | None = None
    talking_points: tuple[str, ...] = ()
    talking_points_zh: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    tools_zh: tuple[str, ...] = ()
    enabled: bool = True
    since: date | None = None
    """The day on which this rule started to hold; what fell due before is not released. None: always."""

    def said(self, field: Literal["name", "talking_points", "tools"], language: str) -> Any:
        """Return a field that a standard may write in several languages (`name_zh`); else as it is in English."""
        return in_language(self, field, language)

    @property
    def performer(self) -> Performer:
        """Who does it: the agent for visit and call, the office for letter and office work, nobody for SMS alone."""
        if {"visit", "call"} & set(self.channels):
            return "office" if self.by_office else "agent"
        return "office" if {"letter", "office"} & set(self.channels) else "nobody"

    @property
    def takes(self) -> float:
        """How much of an agent's day it takes: a visit 1, a call 0.2, a greeting that also goes by SMS nothing."""
        if self.effort is not None:
            return self.effort
        if self.days_off == "keep" and "sms" in self.channels:
            return 0
        return next((EFFORTS[channel] for channel in self.channels if channel in EFFORTS), 0)

    @property
    def freedom(self) -> Freedom:
        """How its day may be moved to another one of its window, to fill the agents' days evenly."""
        if self.days_off == "keep" or self.window == Window() or self.trigger.kind in {"by-hand", "after-unpaid"}:
            return "none"
        return "earlier" if self.message_class == "duty" else "any"

    @property
    def moves_off_days_off(self) -> bool:
        """Whether a day off moves the due day."""
        return self.days_off == "shift" and bool({"visit", "call"} & set(self.channels))


class Standard(Part):
    """A versioned service standard; services may share a code where only their trigger and channels differ."""

    name: Name
    name_zh: Name | None = None
    version: Name
    grace_days: Annotated[int, Field(ge=0, le=366)] = GRACE_DAYS
    rider_arrears: RiderArrears = "suspend-rider"
    freelook_days: Annotated[int, Field(ge=0, le=60)] = 15
    feb29: Literal["feb28", "mar01"] = "feb28"
    weights: Weights = Weights()
    grades: tuple[Grade, ...] = ()
    """The highest first: the first one with a rule that fits is the customer's; without one a customer has none."""
    complaints: ComplaintRules = ComplaintRules()
    """By when customers who complain hear; an insurer checks its own rule."""
    calls: CallRules = CallRules()
    """How customers are called, and what they are asked."""
    services: Annotated[tuple[Service, ...], Field(min_length=1)]
    obligations: tuple[Obligation, ...] = ()
    """What is proved of them."""

    @property
    def lapse_rules(self) -> tuple[int, RiderArrears]:
        """What `contracts` follow: the days of grace, and what a rider's arrears do."""
        return self.grace_days, self.rider_arrears

    def grade(self, code: str | None, language: str) -> str | None:
        """Return the name of a grade; one that is there no longer has none."""
        return next((grade.said(language) for grade in self.grades if grade.code == code), None)

    def service(self, code: str) -> Service | None:
        """Return the first service of that code, if there is one."""
        return next((service for service in self.services if service.code == code), None)

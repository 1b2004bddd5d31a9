"""How a market, or an insurer, counts persistency: a profile is data, and its name stands beside every figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from policyserve.contracts.grace import GRACE_DAYS
from policyserve.errors import QuestionError

Cutoff = Literal["strict", "month-end", "year-end"]
"""Until when money counts: the policy's last day of grace, or at least the last day of an observation."""

CUTOFFS: tuple[Cutoff, ...] = ("strict", "month-end", "year-end")
Basis = Literal["premium", "count"]
BASES: tuple[Basis, ...] = ("premium", "count")
PremiumLoan = Literal["count", "both", "neither"]
"""By what a premium loan (自动垫交) keeps a policy: sources are silent, firms differ."""

Suspended = Literal["lost", "left-out"]
"""A lapse for want of payment (效力中止): lost, or left out of both as the regulator's text has it word by word."""

Orphans = Literal["writer", "server"]
"""Whose own figure a policy belongs to whose writer left: the writer's, or that of who serves it on the due day."""

MONTHS = (13, 25, 37, 49, 61)
"""The months that persistency is asked for: month 13 is the one that begins 12 months after the effective date."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """The day on which a policy is looked at: the end of the period of its due day, some months later."""

    period: Literal[1, 12]
    """Months of the period: the calendar month of the due day, or the profile's year."""
    lag: int
    """Months from the end of that period to the end of the observation."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One way of counting persistency."""

    name: str
    bases: tuple[Basis, ...]
    """What is added up; the first is the one that a target is compared with."""
    window: Literal["month", "year"]
    """The cohort that is reported: the policies of a month, or of a year."""
    year_starts: int = 1
    """The month (1 to 12) with which a year begins; a year is called after the one it begins in."""
    cutoffs: Mapping[Cutoff, Observation | None]
    """The cutoffs there are, the default first; None: the last day of grace, whatever the month."""
    grace_days: int
    """Days after the due day on which the premium is still in time."""
    grace_of_mode: Mapping[str, int] = field(default_factory=dict)
    """The same where it differs by how premiums are paid."""
    exclusions: tuple[str, ...]
    """Events that take a policy out of numerator and denominator, if dated on or before the cutoff."""
    individual_only: bool = True
    """Group policies are left out."""
    longer_than_months: int = 12
    """Policies whose cover ends within so many months of the effective date are left out."""
    premium_loan: PremiumLoan = "count"
    suspended: Suspended = "lost"
    orphans: Orphans = "writer"


CN_COMPANY = Profile(
    name="CN_COMPANY",
    bases=("premium", "count"),
    window="month",
    cutoffs={"strict": None, "month-end": Observation(period=1, lag=2)},
    grace_days=GRACE_DAYS,
    exclusions=("freelook_cancel", "claim_termination", "waiver", "void", "transfer_out", "conversion"),
)
"""How Chinese insurers count month by month: 月度13个月继续率; `month-end` waits for the 宽末月."""

CN_REG = replace(CN_COMPANY, name="CN_REG", window="year", cutoffs={"strict": None})
"""How the Chinese regulator counts: the policies of a year, as in the risk assessment of branches."""

UK_SUP16_8 = Profile(
    name="UK_SUP16_8",
    bases=("count",),
    window="year",
    cutoffs={"year-end": Observation(period=12, lag=0)},
    grace_days=30,
    exclusions=("freelook_cancel", "claim_termination", "waiver", "void", "transfer_out"),
)
"""The persistency report of the UK (SUP 16.8, text of 2007): CF / CC, policies in force at the end of the year."""

IN_IRDAI = Profile(
    name="IN_IRDAI",
    bases=("premium", "count"),
    window="year",
    year_starts=3,
    cutoffs={"year-end": Observation(period=12, lag=1)},
    grace_days=30,
    grace_of_mode={"monthly": 15},
    exclusions=("freelook_cancel", "claim_termination", "waiver", "void", "transfer_out", "maturity"),
)
"""The disclosures of Indian insurers: policies of March to February, looked at on 31 March."""

IN_IRDAI_AGENT = replace(
    IN_IRDAI, name="IN_IRDAI_AGENT", bases=("count",), exclusions=(*IN_IRDAI.exclusions, "surrender")
)
"""How India counts an agent's policies (circular of 2011): by number, surrender exempt."""

US_LIMRA = Profile(
    name="US_LIMRA",
    bases=("count", "premium"),
    window="month",
    cutoffs={"strict": None},
    grace_days=31,
    exclusions=("freelook_cancel", "claim_termination", "waiver", "void", "transfer_out", "conversion", "maturity"),
)
"""One less the lapse rate of SOA and LIMRA studies: what ends without a lapse was never exposed to one."""

PROFILES = {profile.name: profile for profile in (CN_COMPANY, CN_REG, UK_SUP16_8, IN_IRDAI, IN_IRDAI_AGENT, US_LIMRA)}


def checked_cutoff(profile: Profile, month: int, cutoff: Cutoff | None) -> Cutoff:
    """Return the cutoff asked for, or the profile's own; raise QuestionError for a question that is none."""
    if month not in MONTHS:
        raise QuestionError(
            "Persistency has no month {month}. Choose one of: {months}.",
            month=month,
            months=", ".join(map(str, MONTHS)),
        )
    asked: Cutoff = next(iter(profile.cutoffs)) if cutoff is None else cutoff
    if asked not in profile.cutoffs:
        names = ", ".join(profile.cutoffs)
        raise QuestionError(
            "There is no cutoff '{asked}' in profile {name}. Choose one of: {names}.",
            asked=asked,
            name=profile.name,
            names=names,
        )
    return asked

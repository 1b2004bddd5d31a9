"""How a market, or an insurer, counts persistency: a profile is data, and its name stands beside every figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policyserve.errors import PolicyserveError

Cutoff = Literal["strict", "month-end"]
"""Until when money counts: the policy's last day of grace, or at least the last day of the observation month."""

CUTOFFS: tuple[Cutoff, ...] = ("strict", "month-end")
MONTHS = (13, 25, 37, 49, 61)
"""The months that persistency is asked for: month 13 is the one that begins 12 months after the effective date."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One way of counting persistency."""

    name: str
    grace_days: int
    """Days after the due day on which the premium is still in time."""
    exclusions: tuple[str, ...]
    """Events that take a policy out of numerator and denominator, if dated on or before the cutoff."""
    individual_only: bool
    """Group policies are left out."""
    longer_than_months: int
    """Policies whose cover ends within so many months of the effective date are left out."""
    observation_lag: int
    """Months from the month of the due day to the observation month (宽末月), whose last day `month-end` waits for."""


CN_COMPANY = Profile(
    name="CN_COMPANY",
    grace_days=60,
    exclusions=("freelook_cancel", "claim_termination", "waiver", "void", "transfer_out", "conversion"),
    individual_only=True,
    longer_than_months=12,
    observation_lag=2,
)
"""How Chinese insurers count month by month: 月度13个月继续率."""

PROFILES = {profile.name: profile for profile in (CN_COMPANY,)}


def profile_named(name: str) -> Profile:
    """Return the profile of that name, or raise PolicyserveError with the names there are."""
    if profile := PROFILES.get(name):
        return profile
    raise PolicyserveError(f"There is no profile '{name}'. Choose one of: {', '.join(PROFILES)}.")


def check_question(month: int, cutoff: str) -> None:
    """Raise PolicyserveError unless persistency can be asked for this month and cutoff."""
    if month not in MONTHS:
        raise PolicyserveError(f"Persistency has no month {month}. Choose one of: {', '.join(map(str, MONTHS))}.")
    if cutoff not in CUTOFFS:
        raise PolicyserveError(f"There is no cutoff '{cutoff}'. Choose one of: {', '.join(CUTOFFS)}.")

"""Profiles that a company writes itself: a file in YAML that says where it differs from one that ships."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from policyserve.book.columns import EVENT_KINDS, MODES
from policyserve.errors import PolicyserveError
from policyserve.metrics.profiles.profile import (
    PROFILES,
    Basis,
    Cutoff,
    Observation,
    Orphans,
    PremiumLoan,
    Profile,
    Suspended,
)  # fmt: skip
from policyserve.metrics.rule_files import Rule, read_rules

ENDINGS = (".yaml", ".yml")
Days = Annotated[int, Field(ge=0, le=366)]
Event = Literal[EVENT_KINDS]  # type: ignore[valid-type]
Mode = Literal[MODES]  # type: ignore[valid-type]


class ObservationRule(Rule):
    """See `Observation`."""

    period: Literal[1, 12]
    lag: Annotated[int, Field(ge=0, le=24)]


class ProfileRule(Rule):
    """The fields of `Profile`; what is left out is as in `based_on`."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{1,29}$")]
    based_on: Literal[tuple(PROFILES)]  # type: ignore[valid-type]
    bases: Annotated[tuple[Basis, ...], Field(min_length=1, max_length=2)] | None = None
    window: Literal["month", "year"] | None = None
    year_starts: Annotated[int, Field(ge=1, le=12)] | None = None
    cutoffs: Annotated[dict[Cutoff, ObservationRule | None], Field(min_length=1)] | None = None
    grace_days: Days | None = None
    grace_of_mode: dict[Mode, Days] | None = None
    exclusions: tuple[Event, ...] | None = None
    individual_only: bool | None = None
    longer_than_months: Annotated[int, Field(ge=0, le=60)] | None = None
    premium_loan: PremiumLoan | None = None
    suspended: Suspended | None = None
    orphans: Orphans | None = None


def read_profile(path: Path) -> Profile:
    """Read a profile; raises PolicyserveError with line and field of every fault."""
    rule = read_rules(path, ProfileRule)
    if rule.name in PROFILES:
        raise PolicyserveError(
            "{path}: {name} is the name of a profile that ships; give yours another one.", path=path, name=rule.name
        )
    said = {name: value for name, value in rule if name != "based_on" and value is not None}
    if rule.cutoffs is not None:
        said["cutoffs"] = {name: _observation(seen) for name, seen in rule.cutoffs.items()}
    return replace(PROFILES[rule.based_on], **said)


def _observation(rule: ObservationRule | None) -> Observation | None:
    return None if rule is None else Observation(period=rule.period, lag=rule.lag)

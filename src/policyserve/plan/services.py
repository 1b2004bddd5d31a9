"""Services of one kind that are planned together: rows of one frame, told apart by the column `rule`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Self

import polars as pl
from polars._typing import PolarsDataType as DataType

from policyserve.dates import Days
from policyserve.standard.grade import Grade
from policyserve.standard.model import Service, Standard

SCOPES = {"not-in-force": "in_force", "ended": "not_ended"}
"""The days on which policies may be served, by the ending that bounds them; without one any day."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """Services of one kind of trigger, for subjects of one kind on the same days; `rule` is the place of each."""

    members: tuple[Service, ...]
    trigger: type[Any]
    subject: Literal["policy", "customer"]
    scope: str
    """Which days of a policy's life they look at: `in_force`, `not_ended` or `always`."""
    moves: bool
    """Whether a day off moves their due days."""
    days: Days
    """The nominal days that matter; wide enough for every move of a day off."""
    grades: tuple[Grade, ...] = ()
    """Those of the standard, for audiences that ask for one."""

    @classmethod
    def alone(cls, service: Service, days: Days, grades: tuple[Grade, ...]) -> Self:
        """Return a service by itself, for the subjects that it has without an event."""
        subject: Literal["policy", "customer"] = "policy" if service.subject == "policy" else "customer"
        return cls(
            members=(service,), trigger=type(service.trigger), subject=subject, scope="always", moves=False, days=days,
            grades=grades,
        )  # fmt: skip

    def asked(self, ask: Callable[[Service], Any]) -> list[Any]:
        """Return what each service says."""
        return [ask(service) for service in self.members]

    def told(self, ask: Callable[[Service], Any], dtype: DataType | None = None) -> pl.Expr:
        """Return what the service of each row says."""
        return self.each_of(self.asked(ask), dtype)

    def each_of(self, values: list[Any], dtype: DataType | None = None) -> pl.Expr:
        """Return the value that belongs to the service of each row."""
        if len(set(values)) == 1:
            return pl.lit(values[0], dtype=dtype)
        return pl.lit(pl.Series(values, dtype=dtype)).gather("rule")

    def number(self, ask: Callable[[Service], int]) -> pl.Expr | int:
        """Return the same of a number; the number itself where all say the same."""
        values = self.asked(ask)
        return values[0] if len(set(values)) == 1 else self.told(ask, pl.Int32)

    def each(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Give every row to every service: all of them to the first, then to the next."""
        rules = pl.LazyFrame({"rule": pl.int_range(len(self.members), dtype=pl.UInt32, eager=True)})
        return rules.join(rows, how="cross", maintain_order="left_right")


def together(standard: Standard, days: Days, wide: Days, festivals: Collection[str]) -> Iterator[Services]:
    """Put the enabled services of a standard together; what is given to either kind of subject stands in two groups.

    `days`: those asked for; `wide`: those out of which a day off may move a touch into them; `festivals`: those that
    come in them, the others are left out.
    """
    groups: dict[Any, list[Service]] = {}
    for service in standard.services:
        scope = next((scope for ending, scope in SCOPES.items() if ending in service.ends_when), "always")
        for subject in ("policy", "customer") if service.subject == "either" else (service.subject,):
            key = (type(service.trigger), subject, scope, service.moves_off_days_off, service.audience)
            if service.enabled and getattr(service.trigger, "name", None) in {None, *festivals}:
                groups.setdefault(key, []).append(service)
    for (trigger, subject, scope, moves, _), members in groups.items():
        yield Services(
            members=tuple(members),
            trigger=trigger,
            subject=subject,
            scope=scope,
            moves=moves,
            days=wide if moves else days,
            grades=standard.grades,
        )


SLICE = 50_000
"""Rows of a source that are planned at a time: all of them for a customer, and a whole book in many such parts."""


def parts(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Cut a source into the parts that are planned at a time."""
    return [*rows.iter_slices(SLICE)]


def trigger_of(service: Service) -> Any:
    """Return the trigger, of the kind that whoever asks knows."""
    return service.trigger

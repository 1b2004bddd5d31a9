"""What a report consists of: sections with sentences, pictures and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policyserve.metrics.figure import BELOW, PROVISIONAL, SMALL
from policyserve.reporting.pictures import Picture
from policyserve.reporting.tables import Table


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of the report; without pictures and tables its sentences say why."""

    title: str
    sentences: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A figure of the first page."""

    label: str
    value: str
    lines: tuple[str, ...] = ()
    """Small under it: what is divided by what, of which months, target and marks."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """All of it."""

    title: str
    language: str
    head: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, str], ...]
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    private: str = field(default="")


def marks_of(row: Mapping[str, Any], *, ratio: str = "ratio", target: float | None = None) -> str:
    """Return the marks of a figure: below its target, over few policies, not final."""
    below = target is not None and row[ratio] is not None and row[ratio] < target
    found = [BELOW] if below else []
    found += [SMALL] if row.get("small") else []
    found += [PROVISIONAL] if row.get("status") == "provisional" else []
    return " ".join(found)

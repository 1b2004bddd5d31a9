"""The gap of the report: which policies decide whether the target is met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from policyserve.book.money import decimals_of
from policyserve.reporting.groups import group_name
from policyserve.reporting.kept import KEPT
from policyserve.reporting.material import Material
from policyserve.reporting.sections import NEEDED, Section, columns, several, without
from policyserve.reporting.tables import Kind, Table, amounts
from policyserve.reporting.words import text

TASKS = 3
"""Numbers of tasks in a cell."""


def gap_section(material: Material) -> Section:
    """Say how much is missing, and list the open policies, those that suffice first."""
    question, groups = material.question, material.gap.groups
    months = {"first": f"{question.gap_from:%Y-%m}", "last": f"{question.last_cohort:%Y-%m}"}
    title = text("gap", question.language)
    if groups.is_empty():
        said = text("gap.none", question.language, target=f"{KEPT:.0%}", **months)
        return Section(title=title, sentences=(said,))
    notes = (text("gap.meaning", question.language),)
    if material.gap_part == "company":
        sentences = [line for group in groups.to_dicts() for line in _said(group, months, question.language)]
        return Section(title=title, sentences=tuple(sentences), tables=(_policies(material),), notes=notes)
    said = text("gap.parts", question.language, target=f"{KEPT:.0%}", **months)
    return Section(title=title, sentences=(said,), tables=(_groups(material), _policies(material)), notes=notes)


def _groups(material: Material) -> Table:
    """List the groups below the target, where the whole is not."""
    language, part = material.question.language, material.gap_part
    rows = amounts(material.gap.groups, ("missing",))
    for row in rows:
        row[part] = group_name(material, row, part)
        row |= {"premium_missing": row["missing"], "open_policies": row["open"]}
    labels: dict[str, Kind] = {part: "text"}
    every = columns(
        language, **labels, currency="text", ratio="percent", target="percent", premium_missing="money",
        missing_count="count", open_policies="count", fewest="count", by="date", if_nothing="percent",
        at_best="percent",
    )  # fmt: skip
    shown = every if several(rows) else without(every, "currency")
    return Table(title=text("gap.groups", language), columns=shown, rows=tuple(rows))


def _said(group: Mapping[str, Any], months: Mapping[str, str], language: str) -> tuple[str, str]:
    premium = group["missing"] / 10 ** decimals_of(group["currency"] or "")
    how_far = text(
        "gap.sentence", language, **months,
        **{name: "–" if group[name] is None else f"{group[name]:.2%}" for name in _RATIOS},
        premium=f"{group['currency'] or ''} {premium:,.0f}", count=group["missing_count"],
    )  # fmt: skip
    closing = "gap.short" if group["fewest"] is None else "gap.closed"
    return how_far, text(closing, language, **{name: group[name] for name in ("fewest", "open", "by")})


_RATIOS = ("ratio", "target", "if_nothing", "at_best")


def _policies(material: Material) -> Table:
    language = material.question.language
    rows = amounts(material.gap.policies.sort("needed", "pay_by", descending=[True, False]), ("amount", "gain"))
    for row in rows:
        row["group"] = group_name(material, row, material.gap_part) if material.gap_part != "company" else ""
        row["needed"] = NEEDED if row["needed"] else ""
        row["customer"] = material.customer(row["customer_no"])
        row["served_by"] = material.agent(row["serving_agent_no"])
        row["state"] = text(row["state"], language)
        row["tasks"] = _numbers(material.open_tasks.get(row["policy_id"], []))
    every = columns(
        language, group="text", needed="text", policy_no="text", customer="text", served_by="text", state="text",
        due_on="date", pay_by="date", currency="text", amount="money", gain="money", tasks="text",
    )  # fmt: skip
    unused = [] if several(rows) else ["currency"]
    unused += ["group"] if material.gap_part == "company" else []
    shown = without(every, *unused)
    needed = sum(bool(row["needed"]) for row in rows)
    return Table(title=text("gap.list", language), columns=shown, rows=tuple(rows), paper=max(40, min(needed, 120)))


def _numbers(tasks: Sequence[int]) -> str:
    """Write the numbers of tasks, of many the first."""
    more = [f"+{len(tasks) - TASKS}"] if len(tasks) > TASKS else []
    return " ".join([*(f"#{task}" for task in tasks[:TASKS]), *more])


def missing(material: Material) -> str | None:
    """Write the premium that is missing to the target; None where nothing is."""
    found = material.gap.groups.filter(pl.col("currency").is_not_null()).to_dicts()
    if not found or material.gap_part != "company":
        return None
    most = max(found, key=lambda group: group["missing"])
    return f"{most['currency']} {most['missing'] / 10 ** decimals_of(most['currency']):,.0f}"

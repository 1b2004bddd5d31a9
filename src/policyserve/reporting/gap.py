"""The gap of the report: which policies decide whether the target is met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from policyserve.locale import N_, say
from policyserve.metrics.figure import NEEDED, Kind
from policyserve.metrics.percents import percent
from policyserve.metrics.persistency.gap import Gap
from policyserve.metrics.targets import KEPT
from policyserve.reporting.groups import group_name
from policyserve.reporting.headings import coded, heading
from policyserve.reporting.material import Material
from policyserve.reporting.sections import Section, columns, compared, several, without
from policyserve.reporting.tables import Table, money

TASKS = 3
"""Numbers of tasks in a cell."""

FEWEST_LISTED, MOST_LISTED = 40, 120
"""Open policies on paper: all that are needed, within these."""

RATIOS = ("ratio", "at_best")


def gap_section(material: Material) -> Section:
    """Say how much is missing, and list the open policies, those that suffice first.

    Where the whole is not below the target, name the groups beneath that are, level by level.
    """
    language, months = material.question.language, gap_months(material)
    title, notes = (
        say(language, "Gap to the target, as names"),
        (
            say(
                language,
                "Open: in grace or not yet due. Gain: what the policy adds to the kept premium, annualised. "
                "Needed: the fewest that suffice, the largest first.",
            ),
        ),
    )
    if not material.gaps:
        said = say(
            language,
            "Cohorts {first} to {last} are not below the target of {target}, nor is any group.",
            target=f"{KEPT:.0%}",
            **months,
        )
        return Section(title=title, sentences=(said,))
    lists = tuple(_policies(material, part, gap) for part, gap in material.gaps.items() if gap.policies.height)
    if whole := material.gaps.get("company"):
        sentences = [line for group in whole.groups.to_dicts() for line in _said(group, months, language)]
        return Section(title=title, sentences=tuple(sentences), tables=lists, notes=notes)
    said = say(
        language,
        "Cohorts {first} to {last} together are not below the target of {target}; these groups are, with "
        "the open policies of each; the fewest that suffice for the group are marked ●.",
        target=f"{KEPT:.0%}",
        **months,
    )
    return Section(title=title, sentences=(said,), tables=(_groups(material), *lists), notes=notes)


def gap_months(material: Material) -> dict[str, str]:
    """Return the first and the last cohort that the gap is about, as texts use them."""
    question = material.question
    return {"first": f"{question.gap_from:%Y-%m}", "last": f"{question.last_cohort:%Y-%m}"}


def groups_below(material: Material) -> str:
    """Count the groups beneath that are below the target, level by level; nothing where the whole is."""
    language = material.question.language
    counts = {part: gap.groups.height for part, gap in material.gaps.items() if part != "company"}
    return ", ".join(f"{heading(part, language)} {count}" for part, count in counts.items())


def _groups(material: Material) -> Table:
    """List the groups below the target, each level by what is missing."""
    language = material.question.language
    rows = [row for part, gap in material.gaps.items() for row in _groups_of(material, part, gap)]
    every = columns(
        of_level="text", group="text", currency="text", ratio="ratio", target="ratio",
        premium_missing="money", open_policies="count", fewest="count", by="day",
        at_best="ratio",
    )  # fmt: skip
    every = compared(every, KEPT, *RATIOS)
    shown = every if several(rows) else without(every, "currency")
    return Table(title=say(language, "Groups below the target"), columns=shown, rows=tuple(rows))


def _groups_of(material: Material, part: str, gap: Gap) -> list[dict[str, Any]]:
    rows = gap.groups.sort("missing", descending=True).to_dicts()
    for row in rows:
        row |= {"of_level": heading(part, material.question.language), "group": group_name(material, row, part)}
        row |= {"premium_missing": row["missing"], "open_policies": row["open"]}
    return rows


def _said(group: Mapping[str, Any], months: Mapping[str, str], language: str) -> tuple[str, str]:
    how_far = say(
        language,
        "Cohorts {first} to {last} stand at {ratio}; the target is {target}. Missing: {premium} of "
        "premium, {count} policies. At best they end at {at_best}.",
        **months,
        target=percent(group["target"]),
        **{name: percent(group[name], target=group["target"]) for name in RATIOS},
        premium=money(language, group["missing"], group["currency"]),
        count=group["missing_count"],
    )
    closing = (
        N_("All {open} open policies together do not close it.")
        if group["fewest"] is None
        else N_("{fewest} of {open} open policies suffice, the last by {by}; they are marked ●.")
    )
    return how_far, say(language, closing, **{name: group[name] for name in ("fewest", "open", "by")})


def _policies(material: Material, part: str, gap: Gap) -> Table:
    """List the open policies of the groups of a level."""
    language, whole = material.question.language, part == "company"
    rows = gap.policies.sort("needed", "pay_by", descending=[True, False]).to_dicts()
    for row in rows:
        row["group"] = "" if whole else group_name(material, row, part)
        row["needed"] = NEEDED if row["needed"] else ""
        row["customer"] = material.customer(row["customer_no"])
        row["served_by"] = material.agent(row["serving_agent_no"])
        row["state"] = coded(row["state"], language)
        row["tasks"] = _numbers(material.open_tasks.get(row["policy_id"], []))
    labels: dict[str, Kind] = {} if whole else {"group": "text"}
    every = columns(
        **labels, needed="text", policy_no="policy", customer="text", served_by="text", state="text",
        due_on="day", pay_by="day", currency="text", amount="money", gain="money", tasks="text",
    )  # fmt: skip
    title = say(language, "Gap list")
    return Table(
        title=title if whole else say(language, "Gap list by {part}", part=heading(part, language)),
        columns=every if several(rows) else without(every, "currency"),
        rows=tuple(rows),
        names={"policy": material.products(row["policy_no"] for row in rows)},
        paper=max(FEWEST_LISTED, min(sum(bool(row["needed"]) for row in rows), MOST_LISTED)),
    )


def _numbers(tasks: Sequence[int]) -> str:
    """Write the numbers of tasks, of many the first."""
    more = [f"+{len(tasks) - TASKS}"] if len(tasks) > TASKS else []
    return " ".join([*(f"#{task}" for task in tasks[:TASKS]), *more])


def missing(material: Material) -> dict[str, Any] | None:
    """Return the group of the whole with the most premium missing; None where nothing is."""
    whole = material.gaps.get("company")
    found = [group for group in whole.groups.to_dicts() if group["currency"]] if whole else []
    return max(found, key=lambda group: group["missing"]) if found else None

"""The gap of the report: which policies decide whether the target is met."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from policyserve.locale import N_, Sentence, say, translated
from policyserve.metrics.figure import Figure
from policyserve.metrics.targets import KEPT
from policyserve.reporting.groups import group_column
from policyserve.reporting.material import Material
from policyserve.reporting.sections import Section
from policyserve.reporting.tables import Table, titled

FEWEST_LISTED, MOST_LISTED = 40, 120
"""Open policies on paper: all that are needed, within these."""

LIST = N_("Gap list")


def gap_section(material: Material) -> Section:
    """Say how much is missing, and list the open policies, those that suffice first.

    Where the whole is not below the target, name the groups beneath that are, level by level.
    """
    language, months = material.question.language, gap_months(material)
    title = say(language, "Gap to the target, as names")
    if not material.gaps:
        said = say(
            language,
            "Cohorts {first} to {last} are not below the target of {target}, nor is any group.",
            target=f"{KEPT:.0%}",
            **months,
        )
        return Section(title=title, sentences=(said,))
    if whole := material.gaps.get(material.question.scope.whole):
        return Section(title=title, sentences=_said(material, whole), tables=_lists(material))
    said = say(
        language,
        "Cohorts {first} to {last} together are not below the target of {target}; these groups are, with "
        "the open policies of each.",
        target=f"{KEPT:.0%}",
        **months,
    )
    groups = [titled(replace(gap, nested=None), group_column(part)) for part, gap in material.gaps.items()]
    tables = [Table(figure=material.named(figure)) for figure in groups]
    return Section(title=title, sentences=(said,), tables=(*tables, *_lists(material)))


def gap_months(material: Material) -> dict[str, str]:
    """Return the first and the last cohort that the gap is about, as texts use them."""
    question = material.question
    return {"first": f"{question.gap_from:%Y-%m}", "last": f"{question.last_cohort:%Y-%m}"}


def groups_below(material: Material) -> str:
    """Count the groups beneath that are below the target, level by level; nothing where the whole is."""
    language, whole = material.question.language, material.question.scope.whole
    counts = {part: gap.rows.height for part, gap in material.gaps.items() if part != whole}
    return ", ".join(f"{translated(language, group_column(part).title)} {count}" for part, count in counts.items())


def _said(material: Material, whole: Figure) -> tuple[str, ...]:
    """Say of each currency how far the whole is from its target, and what closes the gap."""
    nested = material.named(whole).nested
    assert nested is not None
    told = [sentence for row in whole.rows.to_dicts() for sentence in nested.sentences(row, nested.list.names)]
    return tuple(sentence.told(material.question.language) for sentence in told)


def _lists(material: Material) -> tuple[Table, ...]:
    """List the open policies of each level, those that suffice first."""
    return tuple(_list(material, part, gap) for part, gap in material.gaps.items() if gap.flat.rows.height)


def _list(material: Material, part: str, gap: Figure) -> Table:
    flat = gap.flat
    figure = replace(
        flat,
        title=Sentence(LIST),
        rows=flat.rows.sort("needed", descending=True, maintain_order=True),
        definition=gap.definition,
    )
    if part != material.question.scope.whole:
        figure = titled(figure, group_column(part))
    needed = int(figure.rows["needed"].sum())
    return Table(figure=material.named(figure), paper=max(FEWEST_LISTED, min(needed, MOST_LISTED)))


def missing(material: Material) -> dict[str, Any] | None:
    """Return the group of the whole with the most premium missing; None where nothing is."""
    whole = material.gaps.get(material.question.scope.whole)
    found = [group for group in whole.rows.to_dicts() if group["currency"]] if whole else []
    return max(found, key=lambda group: group["missing"]) if found else None

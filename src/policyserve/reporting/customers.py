"""Customers of the report: centres of influence with their tree, and who might buy again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import polars as pl

from policyserve.config import fixture
from policyserve.contracts.grace import GRACE_DAYS
from policyserve.locale import say
from policyserve.metrics.add_ons.candidates import CoverRules
from policyserve.metrics.add_ons.figures import candidates_figure
from policyserve.metrics.agents_by_day import customer_agents
from policyserve.metrics.figure import Figure
from policyserve.metrics.referrals.figures import influence_figure, tree_figure
from policyserve.metrics.rule_files import read_rules
from policyserve.reporting.material import Material
from policyserve.reporting.pictures import Leaf, Tree
from policyserve.reporting.sections import Section
from policyserve.reporting.tables import Table, main_currency, money, of_currency, within

CENTRES, DRAWN, CANDIDATES = 10, 26, 25
"""Centres listed; boxes of a tree; candidates on paper."""

EVERYBODY = 1_000_000


def influence_section(material: Material) -> Section:
    """Show the largest centres of influence, and the tree of the largest of all."""
    language, title = material.question.language, say(material.question.language, "Centres of influence")
    centres = _centres(material)
    if centres.rows.is_empty():
        return Section(title=title, sentences=(say(language, "No customer's referrals have brought policies yet."),))
    currency = main_currency(centres.rows, "premium_through")
    first = centres.rows.filter(of_currency(currency)).row(0, named=True)
    tree = tree_figure(material.book, first["customer_no"], as_of=material.question.as_of)
    return Section(
        title=title,
        sentences=(_together(material, first),),
        pictures=(_drawn(material, tree.rows, currency),),
        tables=(Table(figure=material.named(centres)), Table(figure=material.named(tree), paper=0)),
    )


def _centres(material: Material) -> Figure:
    """Return the centres whom agents of the scope serve, the largest first."""
    as_of = material.question.as_of
    centres = influence_figure(material.book, top=EVERYBODY, as_of=as_of)
    found = centres.rows.filter(pl.col("policies_through") > 0)
    if material.agents.height < material.book.agents.height:
        served = customer_agents(material.book, GRACE_DAYS, as_of).join(
            material.agents.select("agent_id"), on="agent_id", how="semi"
        )
        numbers = material.book.customers.join(served, on="customer_id", how="semi").select("customer_no")
        found = found.join(numbers, on="customer_no", how="semi", maintain_order="left")
    return replace(centres, rows=found.group_by("currency", maintain_order=True).head(CENTRES).select(found.columns))


def _together(material: Material, row: dict[str, Any]) -> str:
    amount = partial(money, material.question.language, currency=row["currency"])
    return say(
        material.question.language,
        "{customer}: together {policies} policies and {together} of premium, {through} of it through referrals.",
        customer=material.customer(row["customer_no"]),
        policies=row["policies_together"],
        together=amount(row["premium_together"]),
        through=amount(row["premium_through"]),
    )


def _drawn(material: Material, tree: pl.DataFrame, currency: str | None) -> Tree:
    """Draw the tree, of a large one those who brought most, never a box without the one above it."""
    rows = tree.filter((of_currency(currency)) | pl.col("currency").is_null()).to_dicts()
    kept = _largest(rows)
    leaves = [
        Leaf(name=row["customer_no"], above=row["referrer_no"] if row["depth"] else None, lines=_box(material, row))
        for row in rows
        if row["customer_no"] in kept
    ]
    language, left = material.question.language, len(rows) - len(leaves)
    return Tree(
        title=say(
            language,
            "The referrals of {customer}, the largest centre of influence: policies and annualised first-year premium.",
            customer=material.customer(rows[0]["customer_no"]),
        ),
        leaves=tuple(leaves),
        more=say(language, "and {count} more, see tables.xlsx", count=left) if left else "",
    )


def _largest(rows: list[dict[str, Any]]) -> set[str]:
    """Choose who is drawn: the root, then by premium, each with all those above."""
    above = {row["customer_no"]: row["referrer_no"] for row in rows if row["depth"]}
    chosen = {rows[0]["customer_no"]}
    for row in sorted(rows, key=lambda row: (-row["premium"], row["customer_no"])):
        path, at = set(), row["customer_no"]
        while at not in chosen and at in above:
            path.add(at)
            at = above[at]
        if at in chosen and len(chosen | path) <= DRAWN:
            chosen |= path
    return chosen


def _box(material: Material, row: dict[str, Any]) -> tuple[str, str]:
    pieces = say(material.question.language, "{policies} policies", policies=row["policies"])
    return material.customer(
        row["customer_no"]
    ), f"{pieces} · {money(material.question.language, row['premium'], row['currency'])}"


def candidates_section(material: Material) -> Section:
    """List the single-policy customers who lack cover, the most urgent first."""
    language, title = material.question.language, say(material.question.language, "Add-on candidates")
    figure = candidates_figure(
        material.book, read_rules(fixture("cover", "cover-cn.yaml"), CoverRules), material.sums, material.refusals,
        top=EVERYBODY, language=language, as_of=material.question.as_of,
    )  # fmt: skip
    mine = within(figure, pl.col("agent_no").is_in(material.agents["agent_no"].implode()))
    if mine.rows.is_empty():
        return Section(title=title, sentences=(say(language, "Nobody lacks cover by the rules."),))
    return Section(title=title, tables=(Table(figure=material.named(mine), paper=CANDIDATES),))

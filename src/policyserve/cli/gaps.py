"""The command that says which policies decide whether a target is met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import rich_click as click

from policyserve import db, operations
from policyserve.cli.figure_words import say
from policyserve.cli.headings import heading
from policyserve.cli.options import Session, shared
from policyserve.cli.output import Row, decimal, note, percent, show, tell
from policyserve.cli.profiles import PROFILE
from policyserve.dates import add_months
from policyserve.errors import PolicyserveError
from policyserve.metrics import gap as gaps
from policyserve.metrics import groupings
from policyserve.metrics.cohorts import cohort_month
from policyserve.metrics.gap_tasks import open_tasks
from policyserve.metrics.profiles import CUTOFFS, MONTHS, Profile, checked_cutoff

COHORTS = 12
"""Cohort months that a gap is about by default: a rolling year, up to the one whose premium is due this month."""

NAMES = (
    "policy_no",
    "customer_no",
    "serving_agent_no",
    "state",
    "due_on",
    "pay_by",
    "amount",
    "gain",
    "needed",
    "tasks",
)


AMOUNTS = ("amount", "gain")


@click.command()
@click.option("--by", multiple=True, type=click.Choice(gaps.ALLOWED), default=("company",), show_default=True)
@click.option("--month", type=click.Choice([str(month) for month in MONTHS]), default="13", show_default=True)
@PROFILE
@click.option("--cutoff", type=click.Choice(CUTOFFS), help="Until when money counts; default the profile's own.")
@click.option("--target", default="0.88", show_default=True, help="The share to keep.")
@click.option("--target-of", multiple=True, metavar="NAME=0.9", help="An agent's, team's or branch's own; repeatable.")
@click.option("--cohort-from", metavar="YYYY-MM", help="The first month of effective dates; default 12 months in all.")
@click.option("--cohort-to", metavar="YYYY-MM", help="The last one; default the one whose premium is due this month.")
@shared
def gap(session: Session, *, by: tuple[str, ...], month: str, profile: Profile, **asked: Any) -> None:
    """Which policies would close the gap to the target: the fewest, by when, whose, and by which task."""
    first, last = _cohorts(asked["cohort_from"], asked["cohort_to"], session.as_of, int(month))
    book = operations.read_book(session.engine)
    found = gaps.gaps(
        book,
        profile,
        by=by,
        month=int(month),
        cutoff=asked["cutoff"],
        as_of=session.as_of,
        target=gaps.target_of(asked["target"]),
        targets=gaps.targets_of(asked["target_of"], book),
        cohort_from=first,
        cohort_to=last,
    )
    with db.reading(session.engine) as connection:
        tasks = open_tasks(connection, found.policies["policy_id"].to_list())
    fields = groupings.fields_of(by, gaps.ALLOWED)
    question = {
        "profile": profile.name,
        "month": int(month),
        "cutoff": checked_cutoff(profile, int(month), asked["cutoff"]),
        "as_of": session.as_of,
        "cohort_from": f"{first:%Y-%m}",
        "cohort_to": f"{last:%Y-%m}",
    }
    _print(session, found, fields, tasks, question)


def _cohorts(first: str | None, last: str | None, as_of: date, month: int) -> tuple[date, date]:
    """Return the first and the last cohort month; raise PolicyserveError where they are the wrong way round."""
    end = cohort_month(last) if last else add_months(as_of.replace(day=1), 1 - month)
    start = cohort_month(first) if first else add_months(end, 1 - COHORTS)
    if end < start:
        raise PolicyserveError(
            f"--cohort-from {start:%Y-%m} lies after --cohort-to {end:%Y-%m}; give the earlier first."
        )
    return start, end


def _print(
    session: Session, found: gaps.Gap, fields: Sequence[str], tasks: dict[int, list[int]], question: Row
) -> None:
    """Print groups with their policies: nested for programs, one under the other for people, policies alone as CSV."""
    groups = []
    for group in found.groups.to_dicts():
        named = found.policies.filter(pl.col("group") == group.pop("group")).to_dicts()
        groups.append((group, [_policy(row, tasks, found.basis) for row in named]))
    if session.form == "table":
        _for_people(session, groups, fields, question, found.basis)
    elif session.form == "csv":
        rows = [{**row, "target": group["target"]} for group, policies in groups for row in _written(policies)]
        show(rows, "csv", columns=[*fields, *NAMES])
    else:
        exact = ("numerator", "denominator", "missing")
        made = [
            {**group, **{name: str(decimal(group[name], group["currency"])) for name in exact}, **question,
             "basis": found.basis, "policies": policies}
            for group, policies in groups
        ]  # fmt: skip
        show(made, "json", columns=[])


def _policy(row: Row, tasks: dict[int, list[int]], basis: str) -> dict[str, Any]:
    """Name one open policy for programs, with its open tasks."""
    gain = str(decimal(row["gain"], row["currency"])) if basis == "premium" else row["gain"]
    named = {name: value for name, value in row.items() if name not in {"policy_id", "group"}}
    amount = str(decimal(row["amount"], row["currency"]))
    return {**named, "amount": amount, "gain": gain, "tasks": tasks.get(row["policy_id"], [])}


def _written(policies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write the tasks of policies in one cell."""
    return [{**row, "tasks": " ".join(f"#{task}" for task in row["tasks"])} for row in policies]


def _for_people(
    session: Session, groups: list[tuple[dict[str, Any], list[dict[str, Any]]]], fields: Sequence[str], question: Row,
    basis: str,
) -> None:  # fmt: skip
    tell(say("gap.title", session.language, **question))
    if not groups:
        click.echo(say("gap.none", session.language))
    for group, policies in groups:
        click.echo()
        for sentence in _sentences(group, fields, basis, session.language):
            tell(sentence)
        if policies:
            _show_policies(policies, session.language)
    if groups:
        note("\n" + say("gap.definition", session.language))


def _show_policies(policies: list[dict[str, Any]], language: str) -> None:
    rows = [{**row, **{name: _grouped(row[name]) for name in AMOUNTS}} for row in _written(policies)]
    titles = {"tasks": heading("open_tasks", language)}
    show(rows, "table", columns=NAMES, language=language, headings=titles, numeric=AMOUNTS)


def _grouped(amount: str | int) -> str:
    """Write an amount, or a number of policies, with separators of thousands."""
    return f"{Decimal(amount):,}"


def _sentences(group: Row, fields: Sequence[str], basis: str, language: str) -> list[str]:
    """Say how far a group is from its target, what closes the gap, and how it ends."""
    values: dict[str, object] = {
        "who": " / ".join(str(group[name] or "-") for name in fields),
        "ratio": percent(group["ratio" if basis == "premium" else "ratio_count"]),
        "premium": f"{group['currency'] or ''} {decimal(group['missing'], group['currency']):,.0f}".strip(),
        **{name: percent(group[name]) for name in ("target", "if_nothing", "at_best")},
        **{name: group[name] for name in ("missing_count", "open", "fewest", "by")},
    }
    closing = "gap.closed" if group["fewest"] is not None else "gap.short"
    return [say(key, language, **values) for key in ("gap.group", closing)]

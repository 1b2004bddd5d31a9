"""The command that says which policies decide whether a target is met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import rich_click as click

from policyserve import db
from policyserve.cli.metrics.profile_option import PROFILE
from policyserve.cli.options import Session, shared
from policyserve.cli.screen.codes import shown
from policyserve.cli.screen.headings import heading
from policyserve.cli.screen.output import Row, decimal, note, percent, show, tell
from policyserve.cli.words.figure_words import say, with_names
from policyserve.dates import add_months
from policyserve.errors import QuestionError
from policyserve.metrics import groupings
from policyserve.metrics.persistency import gap as gaps
from policyserve.metrics.persistency.cohorts import cohort_month
from policyserve.metrics.persistency.gap_tasks import open_tasks
from policyserve.metrics.profiles.profile import CUTOFFS, MONTHS, Profile, checked_cutoff
from policyserve.operations.figures import read_book

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
    book = read_book(session.engine)
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
    """Return the first and the last cohort month; raise QuestionError where they are the wrong way round."""
    end = cohort_month(last) if last else add_months(as_of.replace(day=1), 1 - month)
    start = cohort_month(first) if first else add_months(end, 1 - COHORTS)
    if end < start:
        raise QuestionError(
            "--cohort-from {start:%Y-%m} lies after --cohort-to {end:%Y-%m}; give the earlier first.",
            start=start,
            end=end,
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
        _for_people(session, groups, fields, question, found)
    elif session.form == "csv":
        of_all = {name: question[name] for name in ("profile", "as_of")}
        rows = [
            {**row, "target": group["target"], **of_all} for group, policies in groups for row in _written(policies)
        ]
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
    found: gaps.Gap,
) -> None:  # fmt: skip
    tell(say("gap.title", session.language, **question))
    if not groups:
        tell(say("gap.none" if found.counted else "gap.nobody", session.language, **question))
    for group, policies in groups:
        click.echo()
        for sentence in _sentences(group, fields, found.basis, session.language):
            tell(sentence)
        if policies:
            _show_policies(policies, session.language)
    if groups:
        note("\n" + say("gap.definition", session.language))


def _show_policies(policies: list[dict[str, Any]], language: str) -> None:
    rows = [{**row, **{name: f"{Decimal(row[name]):,.0f}" for name in AMOUNTS}} for row in _written(policies)]
    titles = {"tasks": heading("open_tasks", language)}
    show(rows, "table", columns=NAMES, language=language, headings=titles, numeric=AMOUNTS)


def _sentences(group: Row, fields: Sequence[str], basis: str, language: str) -> list[str]:
    """Say how far a group is from its target, what closes the gap, and how it ends."""
    values: dict[str, object] = {
        "who": _who(group, fields, language),
        "ratio": percent(group["ratio" if basis == "premium" else "ratio_count"], group["target"]),
        "premium": f"{group['currency'] or ''} {decimal(group['missing'], group['currency']):,.0f}".strip(),
        "target": percent(group["target"]),
        **{name: percent(group[name], group["target"]) for name in ("if_nothing", "at_best")},
        **{name: group[name] for name in ("missing_count", "open", "fewest", "by")},
    }
    far = "gap.group" if basis == "premium" else "gap.group.count"
    closing = "gap.short" if group["fewest"] is None else "gap.closed" if group["fewest"] else "gap.safe"
    return [say(key, language, **values) for key in (far, closing)]


def _who(group: Row, fields: Sequence[str], language: str) -> str:
    """Name a group; a team without a name that is in no branch either is named once."""
    told = [name for name in fields if name != "team" or group["team"] or group["branch"]]
    named = with_names(group, language)
    return " / ".join(str(shown(name, named[name], language)) for name in told)

"""The gap to the target as a figure: groups below it, and below each the open policies that decide it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from policyserve.book.columns import Book
from policyserve.dates import add_months
from policyserve.locale import N_, Counted, Sentence
from policyserve.metrics.cells import cell
from policyserve.metrics.columns import column, columns
from policyserve.metrics.figure import Amount, Column, Figure, Names, Nested, Row, Told
from policyserve.metrics.groupings import fields_of
from policyserve.metrics.percents import percent
from policyserve.metrics.persistency.figures import COHORTS_ASKED, CUTOFF, PROFILE, cohorts
from policyserve.metrics.persistency.gap import ALLOWED, Gap, gaps, target_of, targets_of
from policyserve.metrics.profiles.description import cutoff_said, profile_said
from policyserve.metrics.profiles.profile import CN_COMPANY, Cutoff, Profile, checked_cutoff
from policyserve.metrics.targets import COHORTS, last_cohort

OpenTasks = Callable[[pl.Series], dict[int, list[int]]]
"""Finds the keys of the open tasks of policies (keys)."""

TITLE = N_("Gap to the target of month {month}")
MEANING = N_(
    "Open: in grace or not yet due. Missing and the ratios in the end are over all policies of the cohorts, those not "
    "yet due included. Needed: the fewest that suffice, the largest first; none where all together do not. To pay: the "
    "unpaid premiums up to the month, of the policy and its riders; the riders' part is theirs of it."
)
NONE = N_("No group is below its target.")
NOBODY = N_("There is no policy in these cohorts whose premium of month {month} has fallen due by {as_of}.")


def gap_figure(
    book: Book, open_tasks: OpenTasks, profile: Profile = CN_COMPANY, *, by: Sequence[str] = ("company",),
    month: int = 13, cutoff: Cutoff | None = None, target: str, target_of_group: Sequence[str] = (),
    cohort_from: str | None = None, cohort_to: str | None = None, as_of: date,
) -> Figure:  # fmt: skip
    """Return the groups below their target (see `gap.gaps`), each with its open policies.

    Targets, and cohort months as YYYY-MM, as people type them; by default a rolling year of cohorts, up to the one
    whose premium is due this month. Raises QuestionError for what is none.
    """
    first, last = cohorts(cohort_from, cohort_to)
    last = last or last_cohort(as_of, month)
    first = first or add_months(last, 1 - COHORTS)
    cohorts(f"{first:%Y-%m}", f"{last:%Y-%m}")
    found = gaps(
        book, profile, by=by, month=month, cutoff=cutoff, as_of=as_of, target=target_of(target),
        targets=targets_of(target_of_group, book), cohort_from=first, cohort_to=last,
    )  # fmt: skip
    months = {"first": f"{first:%Y-%m}", "last": f"{last:%Y-%m}"}
    asked = checked_cutoff(profile, month, cutoff)
    fields = fields_of(by, ALLOWED)
    return Figure(
        title=Sentence(TITLE, month=month),
        asked=(
            Sentence(PROFILE, profile=profile_said(profile)), Sentence(CUTOFF, cutoff=cutoff_said(asked)),
            Sentence(COHORTS_ASKED, **months),
        ),
        columns=(*columns(*fields, "currency"), *_outlook(found.basis)),
        rows=found.groups.rename({"group": "_group"}),
        as_of=as_of,
        amounts=("numerator", "denominator", "missing"),
        of_all={
            "profile": profile.name, "month": month, "cutoff": asked, "cohort_from": months["first"],
            "cohort_to": months["last"], "basis": found.basis,
        },
        definition=(Sentence(MEANING),),
        empty=Sentence(NONE) if found.counted else Sentence(NOBODY, month=month, as_of=as_of),
        nested=Nested(
            name="policies", key="_group", list=_policies(found, open_tasks, profile.name, as_of),
            sentences=_Sentences(found.basis, columns(*fields)),
        ),
    )  # fmt: skip


def _outlook(basis: str) -> tuple[Column, ...]:
    """Show where a group stands, what is missing, and how it can end."""
    return (
        column("ratio" if basis == "premium" else "ratio_count", target="target"),
        column("target", N_("Target"), kind="ratio"),
        column("missing", N_("Premium missing"), kind="money"),
        column("missing_count", N_("Policies missing"), kind="count"),
        column("open", N_("Open policies"), kind="count"),
        column("fewest", N_("Fewest policies that close the gap"), kind="count"),
        column("by", N_("The last by"), kind="day"),
        column("at_best", N_("At best"), kind="ratio", target="target"),
    )


def _policies(found: Gap, open_tasks: OpenTasks, profile: str, as_of: date) -> Figure:
    """List the open policies of all groups, each with the keys of its open tasks."""
    tasks = open_tasks(found.policies["policy_id"])
    rows = found.policies.join(found.groups.select("group", "target"), on="group", how="left", maintain_order="left")
    keys = pl.Series([tasks.get(policy, []) for policy in rows["policy_id"]], dtype=pl.List(pl.Int64))
    return Figure(
        title=Sentence(TITLE, month=13),
        columns=(
            *columns("policy_no", "customer_no", "phone_of_customer", "serving_agent_no", "state", "due_on", "pay_by"),
            column("amount", TO_PAY), *columns("rider_amount"),
            column("gain", GAIN, kind="money" if found.basis == "premium" else "count"),
            *columns("needed"), column("tasks", TASKS, kind="code", words=lambda key, _: f"#{key}"),
        ),
        rows=rows.with_columns(tasks=keys).rename({"group": "_group"}).drop("policy_id"),
        as_of=as_of,
        of_all={"profile": profile},
    )  # fmt: skip


TO_PAY, GAIN, TASKS = N_("To pay"), N_("Adds"), N_("Tasks")


@dataclass(frozen=True)
class _Sentences:
    """What is said of a group: how far it is from its target, what closes the gap, and how it ends."""

    basis: str
    fields: Sequence[Column]

    def __call__(self, group: Row, names: Names) -> tuple[Told, ...]:
        ratio = group["ratio" if self.basis == "premium" else "ratio_count"]
        values: dict[str, object] = {
            "who": _Who(group, self.fields, names),
            "ratio": percent(ratio, target=group["target"]),
            "target": percent(group["target"]),
            "at_best": percent(group["at_best"], target=group["target"]),
        }
        return self._far(group, values), _closing(group, values)

    def _far(self, group: Row, values: dict[str, object]) -> Told:
        policies = Counted("{n} policy", "{n} policies", group["missing_count"])
        if self.basis != "premium":
            return Sentence(FAR_BY_COUNT, missing=policies, **values)
        premium = Amount(group["missing"], group["currency"], whole=True)
        return Sentence(FAR, premium=premium, missing=policies, **values)


FAR = N_(
    "{who}: {ratio} today, target {target}. Missing in the end: {premium} of premium, {missing}; at best it ends at "
    "{at_best}."
)
FAR_BY_COUNT = N_(
    "{who}: {ratio} of the policies today, target {target}. Missing in the end: {missing}; at best it ends at "
    "{at_best}."
)


def _closing(group: Row, values: dict[str, object]) -> Told:
    if group["fewest"]:
        return Counted(
            "Of {n} open policy, {fewest} will do, the last by {by}.",
            "Of {n} open policies, {fewest} will do, the last by {by}.",
            group["open"], fewest=group["fewest"], by=group["by"],
        )  # fmt: skip
    if group["fewest"] == 0:
        return Sentence("What is paid ahead of its due day closes it already.")
    if not group["open"]:
        return Sentence("No policy is still open that could close it.")
    return Counted(
        "The one open policy does not close it: with it {at_best}.",
        "All {n} open policies together do not close it: they come to {at_best}.",
        group["open"], **values,
    )  # fmt: skip


@dataclass(frozen=True)
class _Who:
    """The name of a group; a team without a name that is in no branch either is named once."""

    group: Row
    fields: Sequence[Column]
    names: Names

    def told(self, language: str) -> str:
        shown = [one for one in self.fields if one.name != "team" or self.group["team"] or self.group["branch"]]
        return " / ".join(cell(one, self.group, language, self.names) for one in shown)

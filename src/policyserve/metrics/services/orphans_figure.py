"""Orphan service as a figure: hand-over visits in time, and the policies whose agent has left."""

from __future__ import annotations

from collections.abc import Sequence

from policyserve.book.columns import Book
from policyserve.locale import N_, Sentence
from policyserve.metrics.columns import column, columns
from policyserve.metrics.figure import Figure
from policyserve.metrics.groupings import OF_AGENTS, fields_of, with_agents
from policyserve.metrics.services.orphans import BEHIND, hand_overs_due, orphan_service, orphans_behind
from policyserve.metrics.services.work import RATIO, Work, tasks_figure

ORPHAN_SERVICE = N_("Orphan service")
ORPHAN_SERVICE_MEANS = N_(
    "Orphan service: first visits after a change of agent made by their latest day, over those that fell due and are "
    "not open any more. Beside it the notices of the change, the orphan policies in force (whose writing agent has "
    "left) and those unassigned (whose serving agent has left too). A visit that is open is still in time. Fewer than "
    "30 visits say little and are flagged *."
)

ORPHAN_COLUMNS = {
    "visits_due": N_("Visits due"),
    "visits_on_time": N_("Visits in time"),
    "visits_open": N_("Visits open"),
    "notices_due": N_("Notices due"),
    "notices_on_time": N_("Notices in time"),
    "orphan_policies": N_("Orphan policies"),
    "unassigned": N_("Unassigned"),
}


def orphans_figure(book: Book, work: Work, *, by: Sequence[str] = ("company",)) -> Figure:
    """Return orphan service (see `orphans.orphan_service`), and behind it the lists `tasks` and `policies`."""
    fields = fields_of(by, OF_AGENTS)
    rows = orphan_service(book, work.tasks, work.standard, work.days, by=by, as_of=work.as_of)
    counts = [column(name, title, kind="count") for name, title in ORPHAN_COLUMNS.items()]

    def tasks() -> Figure:
        due = hand_overs_due(work.tasks, work.standard, work.days, work.as_of)
        named = with_agents(due, work.agents, [*fields, "agent_no"])
        return tasks_figure(work, named, fields, "fate", title=ORPHAN_SERVICE, meaning=ORPHAN_SERVICE_MEANS)

    return Figure(
        title=Sentence(ORPHAN_SERVICE),
        days=work.days,
        columns=(*columns(*fields), *counts[:2], RATIO, *counts[2:], *columns("status")),
        rows=rows,
        as_of=work.as_of,
        definition=(Sentence(ORPHAN_SERVICE_MEANS),),
        lists={"tasks": tasks, "policies": lambda: _policies(book, work, by)},
    )


def _policies(book: Book, work: Work, by: Sequence[str]) -> Figure:
    """List the orphan policies in force; see `orphans.orphans_behind`."""
    rows = orphans_behind(book, work.standard.grace_days, by=by, as_of=work.as_of)
    groups = [name for name in rows.columns if name not in BEHIND]
    policy, customer, *more = BEHIND
    return Figure(
        title=Sentence(N_("Orphan policies in force")),
        columns=columns(*groups, policy, customer, "phone_of_customer", *more),
        rows=rows,
        as_of=work.as_of,
        definition=(Sentence(ORPHAN_SERVICE_MEANS),),
        dense=True,
    )

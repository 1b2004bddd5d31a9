"""Hand-overs: who takes the households of an agent, proposed, looked at, changed by hand, applied and undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import Field

from policyserve.handovers.records import HandoverSet
from policyserve.metrics.figure import Figure
from policyserve.metrics.handovers import export_figure, lines_figure, loads_figure
from policyserve.operations import handovers
from policyserve.web.api.call import Asked
from policyserve.web.api.models import Answer, Cursor, Day, Most, Number, Reason, Sent
from policyserve.web.api.paging import cursor as next_cursor
from policyserve.web.api.paging import page, place


class Handover(Answer):
    """A set of hand-overs."""

    handover_id: int = Field(examples=[3])
    status: str = Field(description="proposed, applied or undone.", examples=["proposed"])
    leavers: list[str] = Field(description="The numbers of the agents whose households go.", examples=[["A02"]])
    households: int
    ownerless: int = Field(description="Households that nobody takes yet: choose somebody before it is applied.")
    proposed_on: Day
    proposed_by: str
    applied_on: Day | None
    applied_by: str | None
    undone_on: Day | None
    undone_by: str | None
    undone_why: str | None


class HandoverList(Answer):
    """Sets of hand-overs, the newest first."""

    items: list[Handover]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class Desk(Answer):
    """The work of an agent of a set in the 90 days from the proposal, in visits (a call takes 0.2 of one)."""

    agent_no: str = Field(examples=["A02"])
    team: str | None
    branch: str | None
    leaves: bool = Field(description="Whether the households of this agent go.")
    households: int = Field(description="How many this agent gets.")
    load: float = Field(description="Before.")
    after: float
    capacity: int


class Desks(Answer):
    """The agents of a set before and after it; those who hand over first."""

    items: list[Desk]


class Line(Answer):
    """A customer, a policy or a task that goes to another agent."""

    household: str = Field(examples=["F00012"])
    subject_kind: str = Field(description="customer, policy or task.", examples=["customer"])
    customer_no: str
    policy_no: str | None
    task_id: int | None
    from_agent_no: str
    to_agent_no: str | None = Field(description="Null: nobody yet.")
    load: float = Field(description="Work of 90 days, in visits.")
    why: str | None = Field(description="Why it goes there.", examples=["served"])
    lists: str | None = Field(
        description="What the core's lists say of one that was applied: waiting (for the core), agreed or other."
    )
    outcome: str | None = Field(description="What undoing the set did to it.", examples=["restored"])


class Lines(Answer):
    """What goes from whom to whom, household by household."""

    items: list[Line]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class Change(Answer):
    """A customer or a policy with its former and its new agent, for the core system."""

    subject_kind: str = Field(examples=["policy"])
    customer_no: str
    policy_no: str | None
    from_agent_no: str
    to_agent_no: str | None
    applied_on: Day | None


class Changes(Answer):
    """What the core system is told."""

    items: list[Change]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class ProposalBody(Sent):
    """Whose households go, and who shall take none."""

    agents: list[Number] = Field(min_length=1, max_length=50, examples=[["A02"]])
    without: list[Number] = Field([], max_length=500, examples=[["A03"]])


class ChoiceBody(Sent):
    """A household of a proposed set, and who takes it."""

    household: Number = Field(examples=["F00012"])
    agent_no: Number = Field(examples=["A03"])


class UndoBody(Sent):
    """Why a set is taken back."""

    why: Reason


HandoverKey = Annotated[int, Path(ge=1, le=2_147_483_647, examples=[3])]
Every = Annotated[bool, Query(description="Also those that were undone.")]


def get_handovers(asked: Asked, every: Every = True, most: Most = 50, cursor: Cursor = None) -> HandoverList:
    """List the sets whose leavers are all in your scope, the newest first."""
    [after] = place(asked, cursor, int) or (None,)
    found = handovers.list_sets(asked.house.engine, as_of=asked.as_of, viewer=asked.viewer)
    rows = [
        {**row, "handover_id": row["id"]}
        for row in found
        if (after is None or row["id"] < after) and (every or row["status"] != "undone")
    ]
    shown, following = page(asked, rows, most, "handover_id")
    return HandoverList(items=[_handover(row) for row in shown], next=following)


def get_handover(asked: Asked, handover_id: HandoverKey) -> Handover:
    """Return a set."""
    return _of_set(_read(asked, handover_id))


def get_handover_desks(asked: Asked, handover_id: HandoverKey) -> Desks:
    """Return the work on each desk of a set, before and after."""
    rows = loads_figure(_read(asked, handover_id), as_of=asked.as_of).exact()
    return Desks(items=[Desk(**{name: row[name] for name in Desk.model_fields}) for row in rows])


def get_handover_lines(asked: Asked, handover_id: HandoverKey, most: Most = 50, cursor: Cursor = None) -> Lines:
    """List what goes from whom to whom, and why: customers, policies and, once it is applied, open tasks."""
    rows, following = _part(asked, lines_figure(_read(asked, handover_id), as_of=asked.as_of), most, cursor)
    return Lines(items=[Line(**{name: row[name] for name in Line.model_fields}) for row in rows], next=following)


def get_handover_export(asked: Asked, handover_id: HandoverKey, most: Most = 50, cursor: Cursor = None) -> Changes:
    """List for the core system each customer and policy with its former and its new agent."""
    rows, following = _part(asked, export_figure(_read(asked, handover_id), as_of=asked.as_of), most, cursor)
    return Changes(items=[Change(**{name: row[name] for name in Change.model_fields}) for row in rows], next=following)


def post_handover(asked: Asked, body: ProposalBody) -> Handover:
    """Propose who of the branch takes each household of agents; nothing is changed before the set is applied."""
    house = asked.house
    return asked.once(
        lambda sent: handovers.propose_set(
            house.engine, house.calendar, asked.stamp, body.agents, without=body.without, viewer=asked.viewer, form=sent
        ),
        _of_set,
    )


def post_handover_choice(asked: Asked, handover_id: HandoverKey, body: ChoiceBody) -> Handover:
    """Give a household of a proposed set to an agent of your choice."""
    house = asked.house
    return asked.once(
        lambda sent: handovers.choose_agent(
            house.engine, handover_id, body.household, body.agent_no, asked.stamp, viewer=asked.viewer, form=sent
        ),
        _of_set,
    )


def post_handover_apply(asked: Asked, handover_id: HandoverKey) -> Handover:
    """Carry a proposed set out: customers, policies and open tasks go to their new agents, all or nothing."""
    house = asked.house
    return asked.once(
        lambda sent: handovers.apply_set(
            house.engine, house.calendar, handover_id, asked.stamp, viewer=asked.viewer, form=sent
        ),
        _of_set,
    )


def post_handover_undo(asked: Asked, handover_id: HandoverKey, body: UndoBody) -> Handover:
    """Take an applied set back: agents and open tasks are as before; work that was done stays."""
    return asked.once(
        lambda sent: handovers.undo_set(
            asked.house.engine, handover_id, asked.stamp, why=body.why, viewer=asked.viewer, form=sent
        ),
        _of_set,
    )


def _read(asked: Asked, key: int) -> HandoverSet:
    return handovers.read_set(asked.house.engine, key, as_of=asked.as_of, viewer=asked.viewer)


def _of_set(found: HandoverSet) -> Handover:
    leavers = found.members.filter("leaves")["agent_no"].to_list()
    households = found.lines["household"].n_unique()
    return _handover({**found.row, "leavers": leavers, "households": households, "ownerless": found.ownerless})


def _handover(row: dict[str, Any]) -> Handover:
    """Write a row of a list of sets; the day and person of a proposal are those of its stamp."""
    known = {**row, "handover_id": row["id"], "proposed_on": row["as_of"], "proposed_by": row["actor"]}
    return Handover(**{name: known[name] for name in Handover.model_fields})


def _part(asked: Asked, found: Figure, most: int, written: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the rows of a figure, and the cursor of the next one."""
    [first] = place(asked, written, int) or (0,)
    shown = replace(found, rows=found.rows.slice(max(first, 0), most))
    following = next_cursor(asked, first + most) if first + most < found.rows.height else None
    return shown.exact(), following

"""Priority: the weights of the targets for a manager's teams, tried on a day, kept, and taken back."""

from __future__ import annotations

from typing import Any

from policyserve.access.sent_forms import SentBeforeError
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import N_, Sentence
from policyserve.metrics.figure import Column, Figure
from policyserve.operations import priorities
from policyserve.operations.priorities import Priority
from policyserve.web.tables import LINKS, table_of
from policyserve.web.visit import Answer, Move, Screen, Visit
from policyserve.web.workbooks import list_figure

ORDER = (
    Column(name="before", title=N_("Before"), kind="count"), Column(name="after", title=N_("After"), kind="count"),
    Column(name="customer_no", title=N_("Customer"), kind="customer"), Column(name="name", title=N_("Name")),
    Column(name="task", title=N_("First task")), Column(name="score", title=N_("Score")),
)  # fmt: skip
"""A day's customers in the new order."""

TARGETS = ("persistency", "referrals", "add_ons")


def show(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show what holds; with weights and an agent in the question, what they would do to the agent's day."""
    found = _held(visit)
    tried: Figure | None = None
    try:
        tried = _tried(visit) if "agent_no" in visit.query and refusal is None else None
    except NotFoundError:
        refusal = PolicyserveError("There is no such agent whom you see.")
    except PolicyserveError as wrong:
        refusal = wrong
    usual = {name: f"{weight:g}" for name, weight in found.weighing.weights}
    values: dict[str, Any] = {
        "why": found.weighing.why.told(visit.language), "own": found.own,
        "table": None if tried is None else table_of(tried, visit.language, LINKS),
        "typed": lambda name: visit.query.get(name, usual.get(name, ""))[:40],
        "history": [_decision(one, visit.language) for one in found.history],
    }  # fmt: skip
    return Screen(template="priority", values=values, refusal=refusal, figures=lambda: [tried] if tried else [])


def _held(visit: Visit) -> Priority:
    return priorities.priority(visit.house.engine, visit.viewer, visit.viewer.agent_no or "", as_of=visit.as_of)


def _tried(visit: Visit) -> Figure:
    weights = priorities.read_weights("/".join(visit.query.get(name, "") for name in TARGETS))
    rows = priorities.preview(
        visit.house.engine, visit.viewer, visit.viewer.agent_no or "", weights,
        visit.query.get("agent_no", "").strip()[:100], day=visit.as_of, as_of=visit.as_of,
        language=visit.language,
    )  # fmt: skip
    empty = Sentence(N_("Nothing is due today."))
    return list_figure(Sentence(N_("The day in the new order")), ORDER, rows, as_of=visit.as_of, empty=empty)


def _decision(row: dict[str, Any], language: str) -> str:
    """Say what was decided, on which day and by whom."""
    given = row["persistency"] is not None
    words = N_("{day}: weighed {ratio} by {who}") if given else N_("{day}: taken back by {who}")
    ratio = "/".join(f"{row[name]:g}" for name in TARGETS) if given else ""
    return Sentence(words, day=row["as_of"], ratio=ratio, who=row["actor"]).told(language)


def send(visit: Visit) -> Answer:
    """Keep weights, or take them back."""
    try:
        back = visit.form.get("deed") == "take-back"
        typed = "/".join(visit.form.get(name, "") for name in TARGETS)
        priorities.set_weights(
            visit.house.engine, visit.viewer, visit.viewer.agent_no or "",
            None if back else priorities.read_weights(typed), visit.stamp, form=visit.form_key,
        )  # fmt: skip
    except SentBeforeError:
        return Move(to="/priority")
    except PolicyserveError as refusal:
        return show(visit, refusal)
    return Move(to="/priority")

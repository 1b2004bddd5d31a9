"""Absences: who is away and who does the work meanwhile; a manager enters and withdraws them after a look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from policyserve.access.sent_forms import SentBeforeError
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.figure import Column, Figure
from policyserve.operations import absences
from policyserve.operations.absences import Moves
from policyserve.tasks.absences import Away
from policyserve.tasks.codes import coded
from policyserve.web.tables import LINKS, table_of
from policyserve.web.visit import Answer, Move, Screen, Visit
from policyserve.web.workbooks import list_figure

LISTED = (
    Column(name="agent_no", title=N_("Agent"), kind="agent"),
    Column(name="first_day", title=N_("From"), kind="day"), Column(name="last_day", title=N_("To"), kind="day"),
    Column(name="back_on", title=N_("Back on"), kind="day"),
    Column(name="substitute_no", title=N_("Substitute"), kind="agent", nameless=N_("the manager above")),
    Column(name="stand_in_no", title=N_("Does the work today"), kind="agent"),
    Column(name="status", title=N_("State"), kind="code", words=coded),
    Column(name="absence_id", title=N_("Absence"), kind="absence"),
)  # fmt: skip


def show(visit: Visit, refusal: PolicyserveError | None = None, moves: Moves | None = None) -> Answer:
    """Show who is away, and to a manager the form for another absence; `moves`: what the one typed would move."""
    figure = _listed(visit)
    values = {
        "table": table_of(figure, visit.language, _links(visit)), "moves": moves, "today": visit.as_of,
        "typed": lambda name: visit.form.get(name, ""),
    }  # fmt: skip
    return Screen(template="absences", values=values, refusal=refusal, figures=lambda: [figure])


def _links(visit: Visit) -> Mapping[str, str]:
    return LINKS if visit.viewer.role == "manager" else {}


def _listed(visit: Visit) -> Figure:
    rows = absences.list_absences(visit.house.engine, visit.viewer, as_of=visit.as_of)
    names: dict[str, str] = {}
    for row in rows:
        names |= {str(row[name]): row[called] or "" for name, called in CALLED.items() if row[name]}
    empty = Sentence(N_("Nobody is away, now or later."))
    title = Sentence(N_in("page", "Absences"))
    return list_figure(title, LISTED, rows, as_of=visit.as_of, empty=empty).named({"agent": names})


CALLED = {"agent_no": "name", "substitute_no": "substitute", "stand_in_no": "stand_in"}
"""Fields of an absence that are numbers of agents, and those of the names."""


def send(visit: Visit) -> Answer:
    """Enter an absence, or show what it would move."""
    engine, viewer, calendar = visit.house.engine, visit.viewer, visit.house.calendar
    try:
        asked = _typed(visit)
        if visit.form.get("deed") != "enter":
            return show(visit, moves=absences.preview_absence(engine, viewer, calendar, asked, visit.stamp))
        absences.add_absence(engine, viewer, calendar, asked, visit.stamp, form=visit.form_key)
    except SentBeforeError:
        pass
    except PolicyserveError as refusal:
        return show(visit, refusal)
    return Move(to="/absences")


def _typed(visit: Visit) -> Away:
    return Away(
        agent_no=visit.form.get("agent_no", "").strip()[:64], first=_day(visit, "from"), last=_day(visit, "to"),
        substitute_no=(visit.typed("substitute_no") or "")[:64] or None,
    )  # fmt: skip


def _day(visit: Visit, name: str) -> date:
    if (day := visit.day(name)) is None:
        raise PolicyserveError("Say from which day to which day the agent is away.")
    return day


def one(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show an absence, and what comes back where it is withdrawn."""
    found, moves = absences.moves_of(
        visit.house.engine, visit.viewer, visit.path["absence"], as_of=visit.as_of
    )  # fmt: skip
    return Screen(template="absence", values={"found": found, "moves": moves}, refusal=refusal)


def withdraw(visit: Visit) -> Answer:
    """Take it back."""
    key = visit.path["absence"]
    try:
        absences.withdraw_absence(visit.house.engine, visit.viewer, key, visit.stamp, form=visit.form_key)
    except SentBeforeError:
        pass
    except NotFoundError:
        raise
    except PolicyserveError as refusal:
        return one(visit, refusal)
    return Move(to="/absences")


def now_told(visit: Visit) -> list[dict[str, Any]]:
    """Return the absences that concern the viewer's own day: their own, and those of whom they stand in for."""
    number = visit.viewer.agent_no
    rows = absences.list_absences(visit.house.engine, visit.viewer, as_of=visit.as_of)
    return [row for row in rows if row["status"] == "away" and number in (row["agent_no"], row["stand_in_no"])]

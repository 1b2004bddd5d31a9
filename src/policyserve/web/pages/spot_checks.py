"""Spot checks: a sample is drawn of services said to be done, and what the customers say of each is written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from policyserve.access.sent_forms import SentBeforeError
from policyserve.dates import Days
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import N_, Sentence
from policyserve.metrics.figure import Column, Figure
from policyserve.metrics.spot_checks.figures import RESULT
from policyserve.metrics.spot_checks.scopes import scope_said
from policyserve.metrics.spot_checks.spot_checks import RESULTS
from policyserve.operations import spot_checks
from policyserve.web.tables import LINKS, table_of
from policyserve.web.visit import Answer, Move, Screen, Visit
from policyserve.web.workbooks import list_figure

MOST = 500
"""Tasks of a sample that a page draws: each is a call to a customer."""

LISTED = (
    Column(name="check_id", title=N_("Sample"), kind="sample"), Column(name="first_day", title=N_("From"), kind="day"),
    Column(name="last_day", title=N_("To"), kind="day"), Column(name="scope", title=N_("Whose")),
    Column(name="drawn", title=N_("Drawn"), kind="count"), Column(name="answered", title=N_("Answered"), kind="count"),
    Column(name="as_of", title=N_("Drawn on"), kind="day"), Column(name="actor", title=N_("Drawn by")),
)  # fmt: skip


def show(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show the samples, and the form that draws another one."""
    figure = _samples(visit)
    usual = {
        "from": _month_before(visit.as_of).isoformat(), "to": (visit.as_of - timedelta(days=1)).isoformat(),
        "size": "20", "seed": f"{visit.as_of:%Y%m%d}",
    }  # fmt: skip
    values = {
        "table": table_of(figure, visit.language, _links(visit)), "most": MOST, "today": visit.as_of,
        "typed": lambda name: visit.form.get(name, usual.get(name, "")),
    }  # fmt: skip
    return Screen(template="spot_checks", values=values, refusal=refusal, figures=lambda: [figure])


def _links(visit: Visit) -> Mapping[str, str]:
    """Return where numbers lead: an auditor reads samples alone."""
    return LINKS if visit.viewer.role == "manager" else {"sample": LINKS["sample"]}


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _samples(visit: Visit) -> Figure:
    found = spot_checks.samples_of_viewer(visit.house.engine, visit.viewer, as_of=visit.as_of)
    rows = [{**row, "scope": scope_said(str(row["scope"])).told(visit.language)} for row in found]
    empty = Sentence(N_("No sample has been drawn yet."))
    return list_figure(Sentence(N_("Samples")), LISTED, rows, as_of=visit.as_of, empty=empty)


def draw(visit: Visit) -> Answer:
    """Draw a sample, and show it; the same days and seed show the one that was drawn before."""
    try:
        key = spot_checks.draw_of_viewer(
            visit.house.engine, visit.viewer, _days(visit), visit.stamp, size=_number(visit, "size", MOST),
            seed=_number(visit, "seed", 2**63 - 1), agent_no=visit.typed("agent_no"), form=visit.form_key,
        )  # fmt: skip
    except SentBeforeError:
        return Move(to="/spot-checks")
    except NotFoundError:
        return show(visit, PolicyserveError("There is no such agent whom you see."))
    except PolicyserveError as refusal:
        return show(visit, refusal)
    return Move(to=f"/spot-checks/{key}")


def _days(visit: Visit) -> Days:
    try:
        first, last = (date.fromisoformat(visit.form.get(name, "")) for name in ("from", "to"))
    except ValueError as error:
        raise PolicyserveError("Say from which day to which day the services were done.") from error
    if first > last:
        raise PolicyserveError("The first day must not lie after the last one.")
    return Days.between(first, last)


def _number(visit: Visit, name: str, most: int) -> int:
    typed = visit.form.get(name, "").strip()
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 20 and int(typed) <= most):
        raise PolicyserveError(
            "Type whole numbers: how many tasks, at most {most}, and any number to draw by.", most=MOST
        )
    return int(typed)


def sample(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show a sample: its tasks, the one that is asked about, and what it comes to."""
    house, key = visit.house, visit.path["check"]
    found = spot_checks.sample_of_viewer(house.engine, visit.viewer, key, as_of=visit.as_of)
    figures = [found.tasks, found.estimate, found.agents]
    keys = [str(one) for one in found.tasks.rows["task_id"]]
    asked = visit.form.get("task") or visit.query.get("task", "")
    values = {
        "check": found.check, "tables": [table_of(one, visit.language, _links(visit)) for one in figures],
        "keys": keys, "results": [(one, RESULT(one, visit.language)) for one in RESULTS],
        "place": keys.index(asked) if asked in keys and visit.viewer.role == "manager" else None,
        "typed": lambda name: visit.form.get(name, ""),
    }  # fmt: skip
    return Screen(template="spot_check", values=values, refusal=refusal, figures=lambda: figures)


def record(visit: Visit) -> Answer:
    """Write down what a customer said, and ask about the next task."""
    house, key, task = visit.house, visit.path["check"], visit.form.get("task", "")
    if not (task.isascii() and task.isdecimal() and len(task) < 10):
        raise NotFoundError("task", task)
    try:
        spot_checks.record_of_viewer(
            house.engine, visit.viewer, key, int(task), visit.stamp, result=visit.form.get("result", ""),
            note=visit.typed("note"), form=visit.form_key,
        )  # fmt: skip
    except SentBeforeError:
        pass
    except NotFoundError:
        raise
    except PolicyserveError as refusal:
        return sample(visit, refusal)
    found = spot_checks.sample_of_viewer(house.engine, visit.viewer, key, as_of=visit.as_of).tasks.rows
    left = found.filter(found["result"].is_null())["task_id"].to_list()
    return Move(to=f"/spot-checks/{key}" + (f"?task={left[0]}#ask" if left else "#estimate"))

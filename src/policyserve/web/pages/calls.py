"""Follow-up calls on their pages: those to be made, each with its questionnaire, and what calls came to."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from policyserve.access.sent_forms import SentBeforeError
from policyserve.calendars.asked_days import minute_of
from policyserve.calls.records import Call, clock
from policyserve.calls.texts import calls_said, state_said
from policyserve.dates import Days
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.operations import calls
from policyserve.operations.task_titles import task_title
from policyserve.web.pages.complaints import LONGEST
from policyserve.web.tables import LINKS, table_of
from policyserve.web.visit import Answer, Move, Screen, Visit

MADE = ("reached", "not-reached", "refused")


def show(visit: Visit) -> Answer:
    """List the calls to be made."""
    found = calls.calls_of_viewer(visit.house.engine, visit.viewer, as_of=visit.as_of)
    links = {"task": "/calls/{}", "customer": LINKS["customer"], "policy": LINKS["policy"]}
    values = {"table": table_of(found, visit.language, links)}
    return Screen(template="calls", values=values, figures=lambda: [found])


def shares(visit: Visit) -> Answer:
    """Tell what the calls of this year came to, by team or by agent."""
    days = Days.between(visit.as_of.replace(month=1, day=1), visit.as_of)
    by = "agent" if visit.query.get("by") == "agent" else "team"
    found = calls.call_shares_of_viewer(visit.house.engine, visit.viewer, days, by=(by,), as_of=visit.as_of)
    values = {"table": table_of(found, visit.language, LINKS), "by": by}
    return Screen(template="call_shares", values=values, figures=lambda: [found])


def one(visit: Visit, refusal: PolicyserveError | None = None, form: str | None = None) -> Answer:
    """Show what was said before, and a form for this call."""
    engine, key = visit.house.engine, visit.path["task_id"]
    found = calls.seen_call(engine, visit.viewer, key, as_of=visit.as_of)
    now = visit.now.astimezone(ZoneInfo(visit.house.settings.time_zone))
    values = {
        "key": key, "call": found, "state": state_said(found.state).told(visit.language),
        "title": task_title(engine, visit.viewer, key, as_of=visit.as_of, language=visit.language),
        "points": [(one.code, one.said(visit.language)) for one in found.points],
        "lines": calls_said(found.former, found.points, visit.language), "today": visit.as_of,
        "time": clock(now.hour * 60 + now.minute), "typed": lambda name: visit.form.get(name, ""), "longest": LONGEST,
    }  # fmt: skip
    return Screen(template="call", values=values, refusal=refusal, refused_form=form)


def note(visit: Visit) -> Answer:
    """Keep what came of a call."""
    return _keep(visit, "call")


def agree(visit: Visit) -> Answer:
    """Keep the time that was agreed for a call."""
    return _keep(visit, "agreed")


def _keep(visit: Visit, form: str) -> Answer:
    key = visit.path["task_id"]
    try:
        made = _made(visit) if form == "call" else _call(visit, "agreed")
        calls.record_call(visit.house.engine, visit.viewer, visit.stamp, key, made, form=visit.form_key)
    except SentBeforeError:
        pass
    except NotFoundError:
        raise
    except PolicyserveError as refusal:
        return one(visit, refusal, form)
    return Move(to=f"/calls/{key}")


def _made(visit: Visit) -> Call:
    outcome = visit.form.get("outcome", "")
    if outcome not in MADE:
        raise PolicyserveError("Say what came of the call.")
    return _call(visit, outcome)


def _call(visit: Visit, outcome: str) -> Call:
    answers = {
        name.removeprefix("point-"): value == "yes"
        for name, value in visit.form.items()
        if name.startswith("point-") and value in {"yes", "no"}
    }
    return Call(
        outcome=outcome, on=visit.day("on") or visit.as_of, minute=minute_of(visit.form.get("at", "")), answers=answers,
        satisfaction=visit.number("satisfaction"), words=visit.form.get("words", "")[:LONGEST],
    )  # fmt: skip

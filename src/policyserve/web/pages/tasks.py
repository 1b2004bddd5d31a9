"""One task: why it is there, what to say and to bring, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from policyserve.access.sent_forms import SentBeforeError
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import say
from policyserve.operations import messages, tasks
from policyserve.operations.agenda import agent_day
from policyserve.operations.task_standing import task_standing
from policyserve.operations.task_titles import task_title
from policyserve.tasks.agenda import AgendaCustomer, AgendaTask
from policyserve.tasks.deeds import CHANNELS
from policyserve.web.pages.day_cards import talk
from policyserve.web.visit import Answer, Move, Screen, Visit


def show(visit: Visit, refusal: PolicyserveError | None = None, form: str | None = None) -> Answer:
    """Show a task; what was typed into a form that was refused stays."""
    engine, key = visit.house.engine, visit.path["task_id"]
    lines = tasks.explain_task(engine, visit.viewer, key, as_of=visit.as_of, language=visit.language, headed=False)
    standing = task_standing(engine, visit.viewer, key, as_of=visit.as_of)
    customer, task = _of_day(visit, key, visit.as_of)
    if task is None and standing.status == "open" and not standing.late(visit.as_of):
        customer, task = _of_day(visit, key, standing.day)  # it is not to be done yet, and may be done before
        task = task and task._replace(owed=None)
    title = task_title(engine, visit.viewer, key, as_of=visit.as_of, language=visit.language)
    values: dict[str, Any] = {
        "key": key, "customer": customer, "task": task, "title": title, "standing": standing,
        "lines": lines, "channels": _channels(task), "talk": talk(task, visit.language) if task else None,
        "sms": None if task is None or customer is None else _text(visit, customer, task),
        "typed": lambda name: visit.form.get(name, ""), "today": visit.as_of,
    }  # fmt: skip
    return Screen(template="task", values=values, refusal=refusal, refused_form=form)


def _text(visit: Visit, customer: AgendaCustomer, task: AgendaTask) -> str | None:
    """Write what the standard says to a customer by SMS on this occasion; None where it says nothing."""
    if customer.phone is None or "sms" not in task.channels.split("+"):
        return None
    house = visit.house
    asked = (house.engine, house.settings, customer.customer_no, task.service)
    return messages.text_of_service(*asked, as_of=visit.as_of)


def _of_day(visit: Visit, key: int, day: date) -> tuple[AgendaCustomer | None, AgendaTask | None]:
    """Find a task on a day of the viewer's; none where it is closed, or not to be done by then."""
    found = agent_day(visit.house.engine, visit.viewer, visit.viewer.agent_no or "", day, as_of=visit.as_of)
    pairs = ((customer, task) for customer in found.customers for task in customer.tasks if task.task_id == key)
    return next(pairs, (None, None))


def _channels(task: AgendaTask | None) -> list[str]:
    """Name the channels, those that the standard asks for first."""
    asked = task.channels.split("+") if task else []
    return [one for one in asked if one in CHANNELS] + [one for one in CHANNELS if one not in asked]


def done(visit: Visit) -> Answer:
    """Mark it done."""
    return _deed(visit, "done", tasks.finish_task, lambda: contact_typed(visit))


def put_off(visit: Visit) -> Answer:
    """Put it off to another day."""
    return _deed(visit, "put-off", tasks.snooze_task, lambda: {"to": _other_day(visit)})


def skip(visit: Visit) -> Answer:
    """Decide against it, with a reason."""
    return _deed(visit, "skipped", tasks.skip_task, lambda: {"why": visit.form.get("why", "")})


def undo(visit: Visit) -> Answer:
    """Take back what was said to be done, or decided against, by mistake."""
    return _deed(visit, "open", tasks.reopen_task, lambda: {"why": say(visit.language, "marked by mistake")})


def _deed(visit: Visit, told: str, deed: Any, what: Callable[[], dict[str, Any]]) -> Answer:
    """Do something with the task and go back to the day; sent twice it is done once."""
    key = visit.path["task_id"]
    said = None
    try:
        said = deed(visit.house.engine, visit.viewer, key, visit.stamp, form=visit.form_key, **what())
    except SentBeforeError:
        pass
    except NotFoundError:
        raise
    except PolicyserveError as refusal:
        return show(visit, refusal, told)
    return Move(to=f"/today?{told}={key}#told", said=said or ())


def contact_typed(visit: Visit) -> dict[str, Any]:
    """Read what came of a contact; raises QuestionError for a day that cannot be."""
    return {
        "on": visit.day("on") or visit.as_of, "channel": visit.form.get("channel", ""),
        "outcome": visit.typed("outcome"), "satisfaction": visit.number("satisfaction"), "note": visit.typed("note"),
    }  # fmt: skip


def _other_day(visit: Visit) -> date:
    if (day := visit.day("to")) is None:
        raise PolicyserveError("Choose the day to which it is put off.")
    return day

"""Messages: how the outbox stands for a clerk, and what waits for a manager."""

from __future__ import annotations

from policyserve.access.sent_forms import SentBeforeError
from policyserve.errors import PolicyserveError
from policyserve.locale import N_
from policyserve.operations import contents, viewed_messages
from policyserve.web.tables import LINKS, table_of
from policyserve.web.visit import Answer, Move, Screen, Visit

KINDS = {"news": N_("News of the month"), "event": N_("Event of the quarter")}
"""What the company tells its customers, and what the form calls it."""

CHOSEN = "message-"
"""How the boxes of a form begin; the key of the message follows."""


def outbox(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show how the messages stand, which of them need somebody, and what the company has yet to say."""
    house, day, language = visit.house, visit.as_of, visit.language
    found = viewed_messages.in_trouble(house.engine, visit.viewer, as_of=day, language=language)
    tables = [table_of(one, visit.language, {"customer": LINKS["customer"]}) for one in found]
    values = {
        "tables": tables, "kinds": KINDS, "today": day, "typed": lambda name: visit.form.get(name, ""),
        "missing": contents.missing_contents(house.engine, house.settings, as_of=day, language=language),
    }  # fmt: skip
    return Screen(template="outbox", values=values, refusal=refusal, figures=lambda: found)


def say_content(visit: Visit) -> Answer:
    """Enter what the company tells its customers."""
    kind, settings = visit.form.get("kind", ""), visit.house.settings.file.messages
    try:
        if kind not in KINDS or not (text := visit.typed("text")):
            raise PolicyserveError("Say what it is, and write the text.")
        contents.set_content(
            visit.house.engine, visit.viewer, kind, text, day=visit.day("day") or visit.as_of,
            language=settings.language, at=visit.now, form=visit.form_key,
        )  # fmt: skip
    except SentBeforeError:
        pass
    except PolicyserveError as refusal:
        return outbox(visit, refusal)
    return Move(to="/outbox")


def approvals(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show what waits for a manager."""
    found = viewed_messages.waiting(visit.house.engine, visit.viewer, as_of=visit.as_of, language=visit.language)
    values = {
        "table": table_of(found, visit.language, {"customer": LINKS["customer"]}), "chosen": CHOSEN,
        "keys": found.rows["message_id"].to_list(), "typed": lambda name: visit.form.get(name, ""),
    }  # fmt: skip
    return Screen(template="approvals", values=values, refusal=refusal, figures=lambda: [found])


def decide(visit: Visit) -> Answer:
    """Let the chosen messages go, or not."""
    engine, viewer, day, at = visit.house.engine, visit.viewer, visit.as_of, visit.now
    names = [name.removeprefix(CHOSEN) for name in visit.form if name.startswith(CHOSEN)]
    keys = [int(name) for name in names if name.isdecimal() and len(name) < 10]
    try:
        if not keys:
            raise PolicyserveError("Choose the messages first.")
        if visit.form.get("deed") == "refuse":
            viewed_messages.refuse(engine, viewer, keys, why=visit.form.get("why", ""), as_of=day, at=at)
        else:
            viewed_messages.approve(engine, viewer, keys, as_of=day, at=at)
    except PolicyserveError as refusal:
        return approvals(visit, refusal)
    return Move(to="/approvals")

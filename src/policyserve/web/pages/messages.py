"""Messages: how the outbox stands for a clerk, and what waits for a manager."""

from __future__ import annotations

from policyserve.errors import PolicyserveError
from policyserve.operations import viewed_messages
from policyserve.web.tables import LINKS, table_of
from policyserve.web.visit import Answer, Move, Screen, Visit

CHOSEN = "message-"
"""How the boxes of a form begin; the key of the message follows."""


def outbox(visit: Visit) -> Answer:
    """Show how the messages stand, and which of them need somebody."""
    found = viewed_messages.in_trouble(visit.house.engine, visit.viewer, as_of=visit.as_of, language=visit.language)
    tables = [table_of(one, visit.language, {"customer": LINKS["customer"]}) for one in found]
    return Screen(template="outbox", values={"tables": tables}, figures=lambda: found)


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

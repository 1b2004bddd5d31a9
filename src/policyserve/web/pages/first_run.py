"""The first run: whoever knows the code that the server has told makes the first administrator."""

from __future__ import annotations

from hmac import compare_digest

from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.operations.users import add_first_user, any_user
from policyserve.web.visit import Answer, Move, Screen, Visit


def show(visit: Visit) -> Answer:
    """Show the form; where there is a user it is no page."""
    _check(visit)
    return Screen(template="first_run", values={"login": "", "name": ""})


def send(visit: Visit) -> Answer:
    """Make the first administrator."""
    _check(visit)
    login, name = visit.form.get("login", ""), visit.typed("name")
    code = visit.house.first_run_code
    try:
        if not code or not compare_digest(visit.form.get("code", "").strip().encode(), code.encode()):
            raise PolicyserveError("This is not the code; the server says it in the line first-run when it starts.")
        add_first_user(visit.house.engine, login, password=visit.form.get("password", ""), name=name, at=visit.now)
    except PolicyserveError as refusal:
        return Screen(template="first_run", values={"login": login, "name": name or ""}, refusal=refusal)
    return Move(to="/sign-in")


def _check(visit: Visit) -> None:
    if any_user(visit.house.engine):
        raise NotFoundError("user", "")

"""Sign-in and sign-out, and the choice of a language."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from policyserve.access.throttle import ThrottledError
from policyserve.errors import NotFoundError
from policyserve.locale.languages import language_named
from policyserve.operations import sessions, sign_in_ways
from policyserve.operations.sessions import Begun, SignInError
from policyserve.operations.users import any_user
from policyserve.web.kept_forms import brought_back, carried, sign_in_first
from policyserve.web.screen import home
from policyserve.web.visit import Answer, Move, Screen, Visit, local


def begin(visit: Visit) -> Answer:
    """Lead to where the viewer's role begins; nobody to the sign-in, and to the first run where there is no user."""
    if visit.viewer.user_id is not None:
        return Move(to=home(visit.viewer))
    return Move(to="/sign-in" if any_user(visit.house.engine) else "/first-run")


def show(visit: Visit) -> Screen:
    """Show the form."""
    return Screen(
        template="sign_in", values={"next": local(visit.query.get("next")), "login": "", "kept": None} | _ways(visit)
    )


def _ways(visit: Visit) -> dict[str, Any]:
    return {"ways": visit.house.public_url and sign_in_ways.ways(visit.house.settings.file.sign_in)}


def sign_in(visit: Visit) -> Answer:
    """Begin a session, with a new token whatever the browser had."""
    kept = carried(visit)
    login, wanted = visit.form.get("login", ""), local(visit.form.get("next"))
    try:
        begun = sessions.sign_in(
            visit.house.engine, login, visit.form.get("password", ""), address=visit.address, at=visit.now,
            before=visit.token, factor_required=visit.house.factor_required,
        )  # fmt: skip
    except (SignInError, ThrottledError) as refusal:
        if kept is not None:
            return sign_in_first(kept, refusal)
        return Screen(
            template="sign_in", values={"next": wanted, "login": login, "kept": None} | _ways(visit), refusal=refusal
        )
    return brought_back(visit, kept, begun.token) or begun_at(begun, wanted)


def begun_at(begun: Begun, wanted: str) -> Move:
    """Lead a session that begins to where it was wanted, or first to what it still owes."""
    return Move(to=f"/second-factor?next={quote(wanted)}" if begun.owes else wanted, token=begun.token)


def enter_demo(visit: Visit) -> Answer:
    """Come in as somebody of the demo; elsewhere it is no page."""
    login = visit.form.get("login", "")
    if login not in dict(visit.house.demo).values():
        raise NotFoundError("user", login)
    token = sessions.enter(visit.house.engine, login, address=visit.address, at=visit.now)
    return brought_back(visit, carried(visit), token) or Move(to="/", token=token)


def sign_out(visit: Visit) -> Answer:
    """End the session; the browser forgets what it kept."""
    if visit.token:
        sessions.sign_out(visit.house.engine, visit.token, at=visit.now)
    return Move(to="/sign-in", token="")


def choose_language(visit: Visit) -> Answer:
    """Keep the language that was chosen, and go back."""
    return Move(to=local(visit.form.get("next")), language=language_named(visit.form.get("language", "")))

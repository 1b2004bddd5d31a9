"""Users: everybody who signs in, added, disabled, with another role or password."""

from __future__ import annotations

from collections.abc import Callable

from policyserve.access.sent_forms import SentBeforeError
from policyserve.access.users import Account, Place
from policyserve.access.viewer import ROLES
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.locale import N_, N_in, Sentence, say_in
from policyserve.metrics.figure import Column, Figure
from policyserve.operations import users
from policyserve.web.visit import Answer, Move, Screen, Visit
from policyserve.web.workbooks import list_figure

LISTED = (
    Column(name="login", title=N_("User name")), Column(name="name", title=N_("Name")),
    Column(name="role", title=N_("Role"), kind="code", words=lambda role, language: say_in(language, "role", role)),
    Column(name="sees", title=N_("Sees"), nameless=N_in("what a user sees", "all")),
    Column(name="active", title=N_("May sign in"), kind="code"),
)  # fmt: skip


ANOTHER = ""
"""The form for another user; the others are named by their users."""


def show(visit: Visit, refusal: PolicyserveError | None = None, form: str | None = None) -> Answer:
    """Show all users, and the form for another one; `form` is the user whose form was refused, or that of another."""
    found = users.all_users(visit.house.engine)
    values = {
        "users": found, "roles": ROLES, "typed": lambda name: visit.form.get(name, ""), "nothing": lambda _name: "",
    }  # fmt: skip
    beside = form if form in {ANOTHER, *(one.login for one in found)} else None
    return Screen(
        template="users", values=values, refusal=refusal, refused_form=beside, figures=lambda: [_list(visit, found)]
    )


def _list(visit: Visit, found: list[Account]) -> Figure:
    rows = [{**vars(one), "sees": one.agent_no or one.branch} for one in found]
    return list_figure(Sentence(N_("Users")), LISTED, rows, as_of=visit.as_of)


def add(visit: Visit) -> Answer:
    """Add a user."""
    login, password = visit.form.get("login", ""), visit.form.get("password", "")
    return _done(visit, ANOTHER, lambda: users.add_user(
        visit.house.engine, visit.viewer, login, _place(visit), password=password, name=visit.typed("name"),
        at=visit.now, form=visit.form_key,
    ))  # fmt: skip


def change(visit: Visit) -> Answer:
    """Do to a user what the button says."""
    engine, viewer, login = visit.house.engine, visit.viewer, str(visit.path["login"])
    deeds: dict[str, Callable[[], None]] = {
        "disable": lambda: users.disable_user(engine, viewer, login, at=visit.now, form=visit.form_key),
        "enable": lambda: users.disable_user(engine, viewer, login, at=visit.now, active=True, form=visit.form_key),
        "reset": lambda: users.reset_password(
            engine, viewer, login, password=visit.form.get("password", ""), at=visit.now, form=visit.form_key
        ),
        "factor": lambda: users.reset_second_factor(engine, viewer, login, at=visit.now, form=visit.form_key),
        "role": lambda: users.change_role(engine, viewer, login, _place(visit), at=visit.now, form=visit.form_key),
    }  # fmt: skip
    if (deed := deeds.get(visit.form.get("deed", ""))) is None:
        raise NotFoundError("user", login)
    return _done(visit, login, deed)


def _place(visit: Visit) -> Place:
    return Place(role=visit.form.get("role", ""), agent_no=visit.typed("agent_no"), branch=visit.typed("branch"))


def _done(visit: Visit, form: str, deed: Callable[[], None]) -> Answer:
    try:
        deed()
    except SentBeforeError:
        pass
    except PolicyserveError as refusal:
        return show(visit, refusal, form)
    return Move(to="/users")

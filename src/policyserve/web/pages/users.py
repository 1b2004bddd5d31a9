"""Users: everybody who signs in, added, disabled, with another role or password."""

from __future__ import annotations

from collections.abc import Callable

from policyserve.access.sent_forms import SentBeforeError
from policyserve.access.users import Place
from policyserve.access.viewer import ROLES
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.operations import users
from policyserve.web.visit import Answer, Move, Screen, Visit


def show(visit: Visit, refusal: PolicyserveError | None = None) -> Answer:
    """Show all users, and the form for another one."""
    values = {
        "users": users.all_users(visit.house.engine), "roles": ROLES,
        "typed": lambda name: visit.form.get(name, ""),
    }  # fmt: skip
    return Screen(template="users", values=values, refusal=refusal)


def add(visit: Visit) -> Answer:
    """Add a user."""
    login, password = visit.form.get("login", ""), visit.form.get("password", "")
    return _done(visit, lambda: users.add_user(
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
        "role": lambda: users.change_role(engine, viewer, login, _place(visit), at=visit.now, form=visit.form_key),
    }  # fmt: skip
    if (deed := deeds.get(visit.form.get("deed", ""))) is None:
        raise NotFoundError("user", login)
    return _done(visit, deed)


def _place(visit: Visit) -> Place:
    return Place(role=visit.form.get("role", ""), agent_no=visit.typed("agent_no"), branch=visit.typed("branch"))


def _done(visit: Visit, deed: Callable[[], None]) -> Answer:
    try:
        deed()
    except SentBeforeError:
        pass
    except PolicyserveError as refusal:
        return show(visit, refusal)
    return Move(to="/users")

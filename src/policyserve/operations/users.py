"""Users: added, listed, disabled, given another role or password; each change is noted in the audit log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from policyserve import db
from policyserve.access import audit, second_factor, sent_forms, sessions, throttle, users
from policyserve.access.passwords import hash_password, is_password
from policyserve.access.users import Account, Place, login_of
from policyserve.access.viewer import Viewer
from policyserve.errors import PolicyserveError
from policyserve.operations.database import Database


def any_user(engine: Database) -> bool:
    """Whether there is a user yet."""
    with db.reading(engine) as connection:
        return users.any_user(connection)


def manager_of(engine: Database, agent_no: str) -> str | None:
    """Return the number of the agent to whom an agent reports; None: to nobody."""
    with db.reading(engine) as connection:
        return users.manager_of(connection, agent_no)


def all_users(engine: Database) -> list[Account]:
    """Return all users by name."""
    with db.reading(engine) as connection:
        return users.accounts(connection)


def add_user(
    engine: Database,
    viewer: Viewer,
    login: str,
    place: Place,
    *,
    password: str,
    name: str | None,
    at: datetime,
    form: str | None = None,
    wecom: str | None = None,
    subject: str | None = None,
) -> None:
    """Add a user, linked as `link_user` does it where `wecom` or `subject` is given.

    Raises PolicyserveError for a name, a password or a place that cannot be, and for a link that is somebody else's.
    """
    hashed = hash_password(password)
    links = _links(wecom, subject)
    with db.writing(engine, durable=True) as connection:
        sent_forms.take(connection, viewer, form, at)
        users.add(connection, login, place, password=hashed, name=name, at=at)
        _note(connection, viewer, "user added", login, at)
        if links:
            _link(connection, viewer, login, links, at)


def add_first_user(engine: Database, login: str, *, password: str, name: str | None, at: datetime) -> None:
    """Add the first administrator; raises PolicyserveError where there is a user already."""
    hashed = hash_password(password)
    with db.writing(engine, bulk=True, durable=True) as connection:
        if users.any_user(connection):
            raise PolicyserveError("There is a user already; ask an administrator for an account.")
        users.add(connection, login, Place(role="administrator"), password=hashed, name=name, at=at)
        audit.note(connection, login_of(login), "user added", at=at, kind="user", number=login_of(login))


def disable_user(
    engine: Database, viewer: Viewer, login: str, *, at: datetime, active: bool = False, form: str | None = None
) -> None:
    """Keep a user out at once, in the middle of work too (or let them in again); raises NotFoundError."""
    if login_of(login) == viewer.who:
        raise PolicyserveError("You cannot disable yourself; another administrator can.")
    with db.writing(engine, durable=True) as connection:
        sent_forms.take(connection, viewer, form, at)
        sessions.end_all(connection, users.change(connection, login, {"active": active}))
        _note(connection, viewer, "user enabled" if active else "user disabled", login, at)


def reset_password(
    engine: Database, viewer: Viewer, login: str, *, password: str, at: datetime, form: str | None = None
) -> None:
    """Give a user another password; their sessions end, and failed attempts are forgotten. Raises NotFoundError."""
    hashed = hash_password(password)
    with db.writing(engine, durable=True) as connection:
        sent_forms.take(connection, viewer, form, at)
        sessions.end_all(connection, users.change(connection, login, {"password": hashed}))
        throttle.forget(connection, login_of(login))
        _note(connection, viewer, "password reset", login, at)


def change_own_password(engine: Database, viewer: Viewer, old: str, new: str, *, address: str, at: datetime) -> str:
    """Give oneself another password; all one's sessions end, and the token of a new one is returned.

    Raises PolicyserveError where the old one is wrong, ThrottledError after too many of these.
    """
    hashed = hash_password(new)
    with db.reading(engine) as connection:
        throttle.check(connection, viewer.who, address, at)
        known = users.known(connection, viewer.who)
    right = is_password(old, known.password if known else None)
    with db.writing(engine, durable=True) as connection:
        if known is not None and right and users.known(connection, viewer.who) == known:
            sessions.end_all(connection, users.change(connection, viewer.who, {"password": hashed}))
            _note(connection, viewer, "password changed", viewer.who, at)
            return sessions.begin(connection, known.user_id, address, at)
        throttle.fail(connection, viewer.who, address, at)
        audit.note(connection, viewer, "sign-in failed", at=at, address=address)
    raise PolicyserveError("The password that you have now is another one; nothing was changed.")


def reset_second_factor(engine: Database, viewer: Viewer, login: str, *, at: datetime, form: str | None = None) -> None:
    """Forget a user's second factor, which was lost; their sessions end. Raises NotFoundError."""
    if login_of(login) == viewer.who:
        raise PolicyserveError("You cannot reset your own second factor; another administrator can.")
    with db.writing(engine, durable=True) as connection:
        sent_forms.take(connection, viewer, form, at)
        user_id = users.key_of(connection, login)
        sessions.end_all(connection, user_id)
        second_factor.reset(connection, user_id)
        _note(connection, viewer, "second factor reset", login, at)


def link_user(
    engine: Database, viewer: Viewer, login: str, *, wecom: str | None, subject: str | None, at: datetime
) -> None:
    """Say who a user is in WeCom, and to the provider of OpenID Connect; an empty text takes it back.

    Raises NotFoundError, and PolicyserveError for what is somebody else's.
    """
    with db.writing(engine, durable=True) as connection:
        _link(connection, viewer, login, _links(wecom, subject), at)


def _links(wecom: str | None, subject: str | None) -> dict[str, str | None]:
    given = (("wecom", wecom), ("subject", subject))
    return {name: value.strip() or None for name, value in given if value is not None}


def _link(connection: Connection, viewer: Viewer, login: str, links: dict[str, str | None], at: datetime) -> None:
    users.refuse_taken(connection, login, links)
    sessions.end_all(connection, users.change(connection, login, links))
    _note(connection, viewer, "user linked", login, at)


def change_role(
    engine: Database, viewer: Viewer, login: str, place: Place, *, at: datetime, form: str | None = None
) -> None:
    """Give a user another role; their sessions end. Raises NotFoundError."""
    if login_of(login) == viewer.who:
        raise PolicyserveError("You cannot change your own role; another administrator can.")
    with db.writing(engine, durable=True) as connection:
        sent_forms.take(connection, viewer, form, at)
        sessions.end_all(connection, users.place(connection, login, place))
        _note(connection, viewer, "role changed", login, at)


def _note(connection: Connection, viewer: Viewer, action: str, login: str, at: datetime) -> None:
    audit.note(connection, viewer, action, at=at, kind="user", number=login_of(login))

"""Users: added, disabled, given another role or password."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, select, update

from policyserve.access.seals import FACTORS
from policyserve.access.viewer import ROLES, Viewer, scope_of
from policyserve.errors import NotFoundError, PolicyserveError
from policyserve.tables import Agent, Branch, User, table

USERS, AGENTS, BRANCHES = table(User), table(Agent), table(Branch)

_LOGIN = re.compile(r"[\w.@+-]{1,64}")

WHO: Select[Any] = (
    select(USERS, AGENTS.c.agent_no, BRANCHES.c.name.label("branch"))
    .outerjoin_from(USERS, AGENTS, AGENTS.c.id == USERS.c.agent_id)
    .outerjoin(BRANCHES, BRANCHES.c.id == USERS.c.branch_id)
)
"""Users with the number of their agent and the name of their branch."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user as administrators see one."""

    login: str
    name: str | None
    role: str
    agent_no: str | None
    branch: str | None
    active: bool
    second_factor: bool
    """Whether they sign in with one."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """An active user, as a sign-in finds one."""

    user_id: int
    login: str
    role: str
    password: str
    """Its hash."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a role is for: an agent by number, a branch by name."""

    role: str
    agent_no: str | None = None
    branch: str | None = None


def people(connection: Connection, logins: Collection[str]) -> dict[str, str]:
    """Return what those of the users who have a name are called: their own, else that of their agent."""
    name = func.coalesce(USERS.c.name, AGENTS.c.name).label("called")
    query = select(USERS.c.login, name).outerjoin_from(USERS, AGENTS, AGENTS.c.id == USERS.c.agent_id)
    rows = connection.execute(query.where(USERS.c.login.in_(list(logins)), name.is_not(None))).all()
    return {row.login: row.called for row in rows}


def called(connection: Connection, logins: Collection[str]) -> dict[str, str]:
    """Return how people are told of, by what they sign in with: by name as well, where they have one."""
    names = people(connection, logins)
    return {login: f"{names[login]} ({login})" if login in names else login for login in logins}


def login_of(text: str) -> str:
    """Return a name to sign in with as it is stored: in small letters, without blanks around it."""
    return text.strip().lower()


def add(connection: Connection, login: str, place: Place, *, password: str, name: str | None, at: datetime) -> int:
    """Add a user with the hash of a password; return the key. Raises PolicyserveError for a name that is taken."""
    login = login_of(login)
    if not _LOGIN.fullmatch(login):
        raise PolicyserveError(
            "'{login}' is no name to sign in with; take up to 64 letters, digits and . _ - + @.", login=login
        )
    if _row(connection, login) is not None:
        raise PolicyserveError("There is a user '{login}' already; choose another name.", login=login)
    row = {"login": login, "name": name, "password": password, "active": True, "created_at": at}
    kept = insert(USERS).values(row | _placed(connection, place)).returning(USERS.c.id)
    return int(connection.execute(kept).scalar_one())


def _placed(connection: Connection, place: Place) -> dict[str, Any]:
    """Return the columns of a place; raises PolicyserveError for one that does not go together."""
    if place.role not in ROLES:
        raise PolicyserveError("'{role}' is no role; it can be {roles}.", role=place.role, roles=", ".join(ROLES))
    if place.role == "agent" and place.agent_no is None:
        raise PolicyserveError("An agent needs the number that the lists have for them; give it as well.")
    if place.role == "manager" and place.agent_no is None and place.branch is None:
        raise PolicyserveError("A manager needs a number, for the teams below, or a branch; give one as well.")
    if place.role not in {"agent", "manager"} and place.agent_no is not None:
        raise PolicyserveError("Only agents and managers have a number; leave it out.")
    agent = None if place.agent_no is None else _key(connection, "agent", AGENTS.c.agent_no == place.agent_no, place)
    branch = None if place.branch is None else _key(connection, "branch", BRANCHES.c.name == place.branch, place)
    return {"role": place.role, "agent_id": agent, "branch_id": branch}


def _key(connection: Connection, noun: str, condition: Any, place: Place) -> int:
    keys = AGENTS.c.id if noun == "agent" else BRANCHES.c.id
    key = connection.execute(select(keys).where(condition)).scalar()
    if key is None:
        missing = NotFoundError(noun, place.agent_no if noun == "agent" else place.branch)
        raise PolicyserveError(missing.sentence)  # it was typed; whoever is given the place is there
    return int(key)


def key_of(connection: Connection, login: str) -> int:
    """Return the key of a user; raises NotFoundError."""
    key = connection.execute(select(USERS.c.id).where(USERS.c.login == login_of(login))).scalar()
    if key is None:
        raise NotFoundError("user", login)
    return int(key)


def change(connection: Connection, login: str, values: Mapping[str, Any]) -> int:
    """Change columns of a user and return the key; raises NotFoundError."""
    own = USERS.c.login == login_of(login)
    key = connection.execute(update(USERS).where(own).values(**values).returning(USERS.c.id)).scalar()
    if key is None:
        raise NotFoundError("user", login)
    return int(key)


def refuse_taken(connection: Connection, login: str, given: Mapping[str, str | None]) -> None:
    """Raise PolicyserveError where somebody else is linked to the same already."""
    for name, value in given.items():
        other = select(USERS.c.login).where(USERS.c[name] == value, USERS.c.login != login_of(login))
        if value is not None and (found := connection.scalar(other)) is not None:
            raise PolicyserveError(
                "'{value}' is linked to {login} already; take it from them first.", value=value, login=found
            )


def place(connection: Connection, login: str, to: Place) -> int:
    """Give a user another role and place; return the key."""
    return change(connection, login, _placed(connection, to))


def known(connection: Connection, login: str) -> Known | None:
    """Return an active user by the name to sign in with; None: there is none."""
    return _known(connection, USERS.c.login == login_of(login))


def known_elsewhere(connection: Connection, way: str, who: str) -> Known | None:
    """Return an active user by who they are in WeCom, or to the provider.

    Whoever is linked there comes in by the link alone, and not at all while disabled. Where nobody is linked, it is the
    user of that very name who has no link yet.
    """
    c = USERS.c
    linked = (c.wecom if way == "wecom" else c.subject) == who
    if way == "wecom" or connection.execute(select(c.id).where(linked)).first():
        return _known(connection, linked)
    return _known(connection, and_(c.subject.is_(None), c.login == who))


def _known(connection: Connection, own: ColumnElement[bool]) -> Known | None:
    row = connection.execute(select(USERS).where(own, USERS.c.active)).first()
    return None if row is None else Known(user_id=row.id, login=row.login, role=row.role, password=row.password)


def accounts(connection: Connection) -> list[Account]:
    """Return all users by name."""
    confirmed = FACTORS.c.confirmed_at.is_not(None).label("second_factor")
    joined = WHO.add_columns(confirmed).outerjoin(FACTORS, FACTORS.c.user_id == USERS.c.id)
    rows = connection.execute(joined.order_by(USERS.c.login)).mappings()
    return [Account(**{name: row[name] for name in Account.__dataclass_fields__}) for row in rows]


def manager_of(connection: Connection, agent_no: str) -> str | None:
    """Return the number of the agent to whom an agent reports."""
    own = select(AGENTS.c.manager_id).where(AGENTS.c.agent_no == agent_no).scalar_subquery()
    found = connection.execute(select(AGENTS.c.agent_no).where(AGENTS.c.id == own)).scalar()
    return None if found is None else str(found)


def any_user(connection: Connection) -> bool:
    """Whether there is a user yet."""
    return bool(connection.execute(select(func.count()).select_from(USERS)).scalar_one())


def viewer_named(connection: Connection, login: str) -> Viewer:
    """Return the viewer that a user is; raises NotFoundError."""
    row = connection.execute(WHO.where(USERS.c.login == login_of(login))).mappings().first()
    if row is None:
        raise NotFoundError("user", login)
    return viewer_of(row)


def viewer_of(row: Mapping[Any, Any]) -> Viewer:
    """Return the viewer of a row of `WHO`."""
    return Viewer(
        who=row["login"], role=row["role"], scope=scope_of(row["role"], row["agent_id"], row["branch_id"]),
        user_id=row["id"], name=row["name"], agent_no=row["agent_no"],
    )  # fmt: skip


def _row(connection: Connection, login: str) -> Mapping[Any, Any] | None:
    return connection.execute(select(USERS).where(USERS.c.login == login_of(login))).mappings().first()

"""The viewer: who asks, in which role, and whose customers they see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policyserve.locale import N_all, N_in, Sentence

Role = Literal["agent", "manager", "clerk", "administrator", "auditor"]

ROLES: tuple[Role, ...] = ("agent", "manager", "clerk", "administrator", "auditor")

N_all("role", "agent", "manager", "clerk", "administrator", "auditor", "system")

Reach = Literal["own", "teams", "branch", "all"]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose customers are seen; `access.scope` puts it into SQL."""

    reach: Reach
    """own: an agent's; teams: those of everybody below a manager; branch: of its agents; all."""
    agent_id: int | None = None
    """Whose own, or below whom."""
    branch_id: int | None = None

    @property
    def whole(self) -> bool:
        """Whether it is the whole book."""
        return self.reach == "all"


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who asks an operation; every transition is signed with `who`."""

    who: str
    """The name to sign in with, or what the system's own work is called."""
    role: Role | Literal["system"]
    scope: Scope
    user_id: int | None = None
    """None: not somebody who signed in."""
    name: str | None = None
    agent_no: str | None = None
    """The number of the agent whose day and targets are the viewer's own."""

    @property
    def role_name(self) -> Sentence:
        """The role as people read it."""
        return Sentence(N_in("role", self.role))


SYSTEM = Viewer(who="command line", role="system", scope=Scope(reach="all"))
"""The command line and the scheduler: whoever may run them may read the database itself."""


def scope_of(role: str, agent_id: int | None, branch_id: int | None) -> Scope:
    """Return the scope of a user: an agent sees their own, a manager those below, others a branch or all."""
    if role == "agent":
        return Scope(reach="own", agent_id=agent_id)
    if role == "manager" and agent_id is not None:
        return Scope(reach="teams", agent_id=agent_id)
    if branch_id is not None:
        return Scope(reach="branch", branch_id=branch_id)
    return Scope(reach="all")

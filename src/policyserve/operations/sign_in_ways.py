"""Ways to sign in beside a password: a provider of OpenID Connect, and WeCom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from policyserve import db
from policyserve.access import audit, oidc, users, wecom
from policyserve.access.handshake import Handshake, WayError, resumed
from policyserve.errors import NotFoundError
from policyserve.operations.database import Database
from policyserve.operations.sessions import Begun, begin
from policyserve.settings_file import SignInSettings
from policyserve.signs import seen


def ways(settings: SignInSettings) -> dict[str, str]:
    """Return the ways that are set up, each with what its button calls it."""
    found = {"oidc": settings.oidc and settings.oidc.name, "wecom": settings.wecom and "WeCom"}
    return {way: name for way, name in found.items() if name}


def leave_for(settings: SignInSettings, way: str, back: str, wanted: str, at: datetime) -> tuple[str, str]:
    """Return the address at the other side, and what the browser keeps meanwhile; raises NotFoundError, WayError."""
    handshake = Handshake(way=way, wanted=wanted)
    if way == "oidc" and settings.oidc:
        return oidc.leave_for(settings.oidc, back, handshake, at), handshake.packed()
    if way == "wecom" and settings.wecom:
        return wecom.leave_for(settings.wecom, back, handshake), handshake.packed()
    raise NotFoundError("user", way)


def come_back(
    engine: Database,
    settings: SignInSettings,
    way: str,
    back: str,
    *,
    packed: str | None,
    answer: Mapping[str, str],
    address: str,
    at: datetime,
    before: str | None,
) -> tuple[Begun, str]:
    """Begin the session of whoever comes back, and return it with where they wanted to go.

    Raises WayError where the other side is not to be trusted, or nobody here is who it says.
    """
    handshake = resumed(packed, way, answer.get("state"))
    if way == "oidc" and settings.oidc:
        who = oidc.who(settings.oidc, back, handshake, answer, at)
    elif way == "wecom" and settings.wecom:
        who = wecom.who(settings.wecom, answer, at)
    else:
        raise NotFoundError("user", way)
    required = settings.second_factor == "required"
    with db.writing(engine) as connection:
        known = users.known_elsewhere(connection, way, who) if who == seen(who) else None
        if known is not None:
            begun = begin(connection, known, address=address, at=at, before=before, factor_required=required)
            return begun, handshake.wanted
        audit.note(connection, way, "sign-in failed", at=at, address=address)
    raise WayError("You have no account here; ask an administrator to link it.")

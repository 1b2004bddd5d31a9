"""Sign-in elsewhere: to a provider of OpenID Connect or WeCom, and back."""

from __future__ import annotations

from dataclasses import replace

from policyserve.access.handshake import WayError
from policyserve.errors import NotFoundError
from policyserve.operations import sign_in_ways
from policyserve.web.pages import sign_in
from policyserve.web.visit import Answer, Move, Visit, local


def leave(visit: Visit) -> Answer:
    """Go there."""
    way, settings = str(visit.path["way"]), visit.house.settings.file.sign_in
    try:
        wanted = local(visit.query.get("next"))
        to, packed = sign_in_ways.leave_for(settings, way, _back(visit, way), wanted, visit.now)
    except WayError as refusal:
        return replace(sign_in.show(visit), refusal=refusal)
    return Move(to=to, handshake=packed)


def come_back(visit: Visit) -> Answer:
    """Begin the session of whoever comes back."""
    way, settings = str(visit.path["way"]), visit.house.settings.file.sign_in
    try:
        begun, wanted = sign_in_ways.come_back(
            visit.house.engine, settings, way, _back(visit, way), packed=visit.handshake, answer=visit.query,
            address=visit.address, at=visit.now, before=visit.token,
        )  # fmt: skip
    except WayError as refusal:
        return replace(sign_in.show(visit), refusal=refusal, handshake="")
    return replace(sign_in.begun_at(begun, local(wanted)), handshake="")


def _back(visit: Visit, way: str) -> str:
    """Return where the other side leads back to; it must know the address, so one has to be named."""
    if (url := visit.house.public_url) is None:
        raise NotFoundError("user", way)
    return f"{url.rstrip('/')}/sign-in/{way}/back"

"""The handshake of a sign-in elsewhere: what the browser keeps meanwhile, so that nobody else comes back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from hmac import compare_digest
from urllib.parse import quote, unquote

from policyserve.errors import PolicyserveError
from policyserve.signs import seen


class WayError(PolicyserveError):
    """A sign-in elsewhere that came to nothing."""


def not_let_in(name: str, why: object) -> WayError:
    """Return the refusal of the other side, by its name; `why` is a code."""
    return WayError(
        "{name} did not let you in ({why}); begin again, or take your password.", name=name, why=seen(str(why))[:100]
    )


def _random() -> str:
    return secrets.token_hex(32)


@dataclass(frozen=True, kw_only=True)
class Handshake:
    """One sign-in that has begun; it stands in a cookie that no script reads."""

    way: str
    """Where it leads: whoever comes back from elsewhere has begun another one."""
    wanted: str
    """Where to go afterwards."""
    state: str = field(default_factory=_random)
    nonce: str = field(default_factory=_random)
    verifier: str = field(default_factory=_random)
    """Of PKCE (RFC 7636)."""

    def packed(self) -> str:
        """Return it as a cookie keeps it."""
        wanted = quote(self.wanted, safe="").replace(".", "%2E")
        return ".".join((self.state, self.nonce, self.verifier, self.way, wanted))


def resumed(packed: str | None, way: str, state: str | None) -> Handshake:
    """Return the handshake of a browser that comes back; raises WayError where it began none, or another one."""
    parts = (packed or "").split(".")
    if len(parts) != 5 or parts[3] != way or not parts[0] or not _same(parts[0], state or ""):
        raise WayError("This sign-in was not begun here, or took too long; begin again.")
    return Handshake(state=parts[0], nonce=parts[1], verifier=parts[2], way=way, wanted=unquote(parts[4]))


def _same(one: str, other: str) -> bool:
    return compare_digest(one.encode(), other.encode())

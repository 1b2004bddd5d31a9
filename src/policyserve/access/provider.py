"""The provider of OpenID Connect: what it says of itself, and its keys, each read at most once an hour."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from httpx2 import Response
    from joserfc.jwk import KeySet

SECONDS: Final = 5.0
"""How long an answer may keep a sign-in waiting."""

LASTS: Final = timedelta(hours=1)

CHANGED: Final = timedelta(minutes=1)
"""How long its keys are kept where a token was not signed by one of them: it may have changed them."""

_LOCK = threading.Lock()
_TOLD: dict[str, tuple[datetime, Any]] = {}
"""What stands at an address, and since when we know."""

Read = TypeVar("Read")


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Where a provider is asked."""

    authorization: str
    token: str
    keys: str


def provider(issuer: str, at: datetime) -> Provider:
    """Return what a provider says of itself (OpenID Connect Discovery 4).

    Raises HTTPError where it does not answer, and ValueError, LookupError or TypeError for another answer.
    """

    def read(found: dict[str, Any]) -> Provider:
        if found["issuer"] != issuer:
            raise ValueError(found["issuer"])
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        authorization, token, keys = (_address(found[name]) for name in names)
        return Provider(authorization=authorization, token=token, keys=keys)

    return _told(f"{issuer.rstrip('/')}/.well-known/openid-configuration", read, at, LASTS)


def keys(address: str, at: datetime, *, lasts: timedelta = LASTS) -> KeySet:
    """Return the keys of a provider that are not older than `lasts`; raises as `provider` does."""
    from joserfc.jwk import KeySet

    return _told(address, KeySet.import_key_set, at, lasts)  # type: ignore[arg-type]


def object_of(answer: Response) -> dict[str, Any]:
    """Return the JSON object of an answer; raises HTTPError for a failure, and ValueError for anything else."""
    try:
        found = answer.raise_for_status().json()
    except RecursionError as error:
        raise ValueError("no JSON") from error
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _told(address: str, read: Callable[[dict[str, Any]], Read], at: datetime, lasts: timedelta) -> Read:
    import httpx2

    with _LOCK:
        since, kept = _TOLD.get(address, (at, None))
    if kept is not None and since <= at < since + lasts:
        found: Read = kept
        return found
    found = read(object_of(httpx2.get(address, timeout=SECONDS)))
    with _LOCK:
        _TOLD[address] = at, found
    return found


def _address(found: object) -> str:
    if not isinstance(found, str) or not found.startswith(("https://", "http://")):
        raise ValueError(found)
    return found

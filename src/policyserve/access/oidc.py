"""OpenID Connect: the code flow with PKCE and a nonce (OpenID Connect Core 3.1), for one provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from policyserve.access.handshake import Handshake, WayError, not_let_in
from policyserve.access.provider import CHANGED, SECONDS, keys, provider
from policyserve.errors import PolicyserveError
from policyserve.settings_file import OidcSettings

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client
    from joserfc.jwt import Token

CLOCKS: Final = 60
"""Seconds by which the provider's clock may differ."""

SIGNED_BY: Final = ["RS256", "PS256", "ES256", "EdDSA"]


def leave_for(settings: OidcSettings, back: str, handshake: Handshake, at: datetime) -> str:
    """Return the address at the provider; raises WayError where it does not answer."""
    with _client(settings, back) as client, _asking(settings):
        url, _ = client.create_authorization_url(
            provider(settings.issuer, at).authorization, state=handshake.state, nonce=handshake.nonce,
            code_verifier=handshake.verifier,
        )  # fmt: skip
    return str(url)


def who(settings: OidcSettings, back: str, handshake: Handshake, answer: Mapping[str, str], at: datetime) -> str:
    """Return the claim that says who has signed in; raises WayError where it cannot be trusted, or is missing."""
    if "code" not in answer:
        raise _refused(settings, answer.get("error", "no code"))
    with _client(settings, back) as client, _asking(settings):
        there = provider(settings.issuer, at)
        token = client.fetch_token(there.token, code=answer["code"], code_verifier=handshake.verifier)
        claims = _claims(settings, _signed(token["id_token"], there.keys, at), handshake, at)
    if settings.claim == "email" and claims.get("email_verified") is not True:
        raise _refused(settings, "email_verified")
    if not isinstance(found := claims.get(settings.claim), str) or not found:
        raise _refused(settings, settings.claim)
    return found


def _signed(token: str, address: str, at: datetime) -> Token:
    """Return a token that the provider has signed, with the keys that it has now."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    try:
        return jwt.decode(token, keys(address, at), algorithms=SIGNED_BY)
    except (JoseError, ValueError):
        return jwt.decode(token, keys(address, at, lasts=CHANGED), algorithms=SIGNED_BY)


def _claims(settings: OidcSettings, signed: Token, handshake: Handshake, at: datetime) -> dict[str, Any]:
    """Return what a token says, which was made for us, for this sign-in and not long ago."""
    from authlib.oidc.core.claims import CodeIDToken

    asked = {"iss": {"value": settings.issuer}, "aud": {"value": settings.client_id}}
    known = {"nonce": handshake.nonce, "client_id": settings.client_id}
    claims: dict[str, Any] = CodeIDToken(signed.claims, signed.header, asked, known)
    claims.validate(now=int(at.timestamp()), leeway=CLOCKS)  # type: ignore[attr-defined]
    return claims


@contextmanager
def _asking(settings: OidcSettings) -> Iterator[None]:
    """Refuse whatever goes wrong with a provider: it may answer anything, and libraries fail on it in many ways."""
    try:
        yield
    except PolicyserveError:
        raise
    except Exception as error:
        raise _refused(settings, type(error).__name__) from error


def _refused(settings: OidcSettings, why: str) -> WayError:
    return not_let_in(settings.name, why)


def _client(settings: OidcSettings, back: str) -> OAuth2Client:
    try:
        from authlib.integrations.httpx_client import OAuth2Client
    except ImportError as error:
        raise PolicyserveError(
            "Sign-in elsewhere needs libraries that are not installed; run: pip install 'policyserve[sign-in]'."
        ) from error
    return OAuth2Client(
        settings.client_id, settings.client_secret.get_secret_value(), scope=settings.scope, redirect_uri=back,
        code_challenge_method="S256", timeout=SECONDS,
    )  # fmt: skip

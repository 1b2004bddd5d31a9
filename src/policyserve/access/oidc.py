"""OpenID Connect: the code flow with PKCE and a nonce (OpenID Connect Core 3.1), for one provider."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from policyserve.access.handshake import Handshake, WayError, not_let_in
from policyserve.errors import PolicyserveError
from policyserve.settings_file import OidcSettings

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

SECONDS: Final = 5.0
CLOCKS: Final = 60
"""Seconds by which the provider's clock may differ."""

SIGNED_BY: Final = ["RS256", "PS256", "ES256", "EdDSA"]


def leave_for(settings: OidcSettings, back: str, handshake: Handshake) -> str:
    """Return the address at the provider; raises WayError where it does not answer."""
    with _client(settings, back) as client:
        endpoint = _described(client, settings)["authorization_endpoint"]
        url, _ = client.create_authorization_url(
            endpoint, state=handshake.state, nonce=handshake.nonce, code_verifier=handshake.verifier
        )
    return str(url)


def who(settings: OidcSettings, back: str, handshake: Handshake, answer: Mapping[str, str], at: datetime) -> str:
    """Return the claim that says who has signed in; raises WayError where it cannot be trusted, or is missing."""
    from authlib.integrations.base_client import OAuthError
    from authlib.oidc.core.claims import CodeIDToken
    from httpx2 import HTTPError
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    if "code" not in answer:
        raise _refused(settings, answer.get("error", "no code")[:100])
    try:
        with _client(settings, back) as client:
            described = _described(client, settings)
            token = client.fetch_token(
                described["token_endpoint"], code=answer["code"], code_verifier=handshake.verifier
            )
            keys = KeySet.import_key_set(client.request("GET", described["jwks_uri"], withhold_token=True).json())
        signed = jwt.decode(token["id_token"], keys, algorithms=SIGNED_BY)
        asked = {"iss": {"value": settings.issuer}, "aud": {"value": settings.client_id}}
        known = {"nonce": handshake.nonce, "client_id": settings.client_id}
        claims = CodeIDToken(signed.claims, signed.header, asked, known)
        claims.validate(now=int(at.timestamp()), leeway=CLOCKS)
    except (HTTPError, OAuthError, JoseError, KeyError, ValueError) as error:
        raise _refused(settings, type(error).__name__) from error
    if settings.claim == "email" and claims.get("email_verified") is not True:
        raise _refused(settings, "email_verified")
    if not isinstance(found := claims.get(settings.claim), str) or not found:
        raise _refused(settings, settings.claim)
    return found


def _refused(settings: OidcSettings, why: str) -> WayError:
    return not_let_in(settings.name, why)


def _described(client: OAuth2Client, settings: OidcSettings) -> dict[str, Any]:
    from httpx2 import HTTPError

    try:
        answer = client.request(
            "GET", f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration", withhold_token=True
        )
        found: dict[str, Any] = answer.raise_for_status().json()
    except (HTTPError, ValueError) as error:
        raise _refused(settings, type(error).__name__) from error
    if found.get("issuer") != settings.issuer:
        raise _refused(settings, "issuer")
    return found


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

"""The section `[sign_in]`: who brings a second factor, and ways to sign in beside a password."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from policyserve.settings_file.section import Section

Word = Annotated[str, Field(min_length=1, max_length=200)]
Address = Annotated[str, Field(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$", max_length=300)]


class OidcSettings(Section):
    """A provider of OpenID Connect."""

    issuer: Address
    """Where its description is found, at `/.well-known/openid-configuration` below."""
    client_id: Word
    client_secret: SecretStr
    claim: Word = "sub"
    """The claim of the ID token that says who a user is; one that people cannot change by themselves."""
    scope: Word = "openid"
    name: Word = "OpenID Connect"
    """What the button calls it."""


class WecomSettings(Section):
    """An application of one's own in WeCom (企业微信自建应用)."""

    corp_id: Word
    agent_id: Word
    secret: SecretStr
    api: Address = "https://qyapi.weixin.qq.com"
    authorize: Address = "https://open.weixin.qq.com"


class SignInSettings(Section):
    """How users sign in."""

    second_factor: Literal["offered", "required"] = "offered"
    """Whether administrators must bring one; everybody may."""
    oidc: OidcSettings | None = None
    wecom: WecomSettings | None = None

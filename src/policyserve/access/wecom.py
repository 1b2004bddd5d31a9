"""WeCom (企业微信): its silent sign-in of members, for an application of one's own.

`gettoken`, then `auth/getuserinfo` with the code that the browser brings (developer.work.weixin.qq.com, 网页授权登录).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from policyserve.access.handshake import Handshake, WayError, not_let_in
from policyserve.access.provider import SECONDS, object_of
from policyserve.errors import PolicyserveError
from policyserve.settings_file import WecomSettings

STALE: Final = (40014, 42001)
"""Codes that say that the access token is worth nothing any more."""

LONGEST: Final = 7200
"""Seconds that an access token lasts, as the documentation says."""

_LOCK = threading.Lock()
_TOKENS: dict[tuple[str, str, str], tuple[datetime, str]] = {}
"""Access tokens until they end: the vendor asks that they be kept."""


def leave_for(settings: WecomSettings, back: str, handshake: Handshake) -> str:
    """Return the address at WeCom, which leads back at once for a member."""
    asked = {
        "appid": settings.corp_id, "redirect_uri": back, "response_type": "code", "scope": "snsapi_base",
        "state": handshake.state, "agentid": settings.agent_id,
    }  # fmt: skip
    return f"{settings.authorize}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect"


def who(settings: WecomSettings, answer: Mapping[str, str], at: datetime) -> str:
    """Return the userid of the member; raises WayError for a wrong code, or somebody who is no member."""
    if not (code := answer.get("code")):
        raise _refused("no code")
    found = _ask(settings, "auth/getuserinfo", access_token=_token(settings, at), code=code)
    if found.get("errcode") in STALE:
        _forget(settings)
        found = _ask(settings, "auth/getuserinfo", access_token=_token(settings, at), code=code)
    if found.get("errcode") != 0:
        raise _refused(found.get("errcode"))
    if not isinstance(userid := found.get("userid"), str) or not userid:
        raise WayError("WeCom knows you, but not as a member of this company; take your password.")
    return userid


def _key(settings: WecomSettings) -> tuple[str, str, str]:
    return settings.api, settings.corp_id, settings.secret.get_secret_value()


def _token(settings: WecomSettings, at: datetime) -> str:
    with _LOCK:
        until, kept = _TOKENS.get(_key(settings), (at, ""))
    if until > at:
        return kept
    secret = settings.secret.get_secret_value()
    found = _ask(settings, "gettoken", corpid=settings.corp_id, corpsecret=secret)
    if found.get("errcode") != 0:
        raise _refused(found.get("errcode"))
    token, seconds = found.get("access_token"), found.get("expires_in")
    if not isinstance(token, str) or not isinstance(seconds, int):
        raise _refused("access_token")
    with _LOCK:
        _TOKENS[_key(settings)] = (at + timedelta(seconds=min(seconds, LONGEST) - 300), token)
    return token


def _forget(settings: WecomSettings) -> None:
    with _LOCK:
        _TOKENS.pop(_key(settings), None)


def _ask(settings: WecomSettings, what: str, **asked: str) -> dict[str, Any]:
    try:
        import httpx2
    except ImportError as error:
        raise PolicyserveError(
            "Sign-in elsewhere needs libraries that are not installed; run: pip install 'policyserve[sign-in]'."
        ) from error
    try:
        return object_of(httpx2.get(f"{settings.api}/cgi-bin/{what}", params=asked, timeout=SECONDS))
    except (httpx2.HTTPError, ValueError) as error:
        raise _refused(type(error).__name__) from None


def _refused(why: object) -> WayError:
    return not_let_in("WeCom", why)

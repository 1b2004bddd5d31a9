"""Signatures: HMAC-SHA256 over timestamp and body, made for what leaves and checked on what comes in."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping

from policyserve.messages.gateways.gateway import Push, PushRefusedError
from policyserve.messages.gateways.http.options import PushOptions, SignatureOptions


def signature(options: SignatureOptions, timestamp: str, body: bytes) -> str:
    """Return what stands in the signature's header."""
    digest = hmac.digest(options.secret.encode(), _bytes(timestamp + options.between) + body, "sha256")
    return options.prefix + (digest.hex() if options.encoding == "hex" else b64encode(digest).decode())


def signed(options: SignatureOptions, now: float, body: bytes) -> Mapping[str, str]:
    """Return the headers that sign a body; `now` is in Unix seconds."""
    timestamp = str(int(now))
    return {options.timestamp_header: timestamp, options.header: signature(options, timestamp, body)}


def check_push(push: Push, options: PushOptions, now: float) -> None:
    """Raise PushRefusedError where a webhook does not carry what the settings ask for; `now` is in Unix seconds."""
    if options.signature is not None:
        _check_signature(push, options.signature, now, options.tolerance_seconds)
    if options.token is not None and not _same(_token(push, options), options.token):
        raise PushRefusedError("the token is missing or wrong")


def _check_signature(push: Push, options: SignatureOptions, now: float, tolerance: float) -> None:
    timestamp = push.headers.get(options.timestamp_header.lower(), "")
    given = push.headers.get(options.header.lower(), "")
    if not _same(given, signature(options, timestamp, push.body)):
        raise PushRefusedError("the signature is missing or wrong")
    if not timestamp.isdecimal() or abs(_seconds(timestamp) - now) > tolerance:
        raise PushRefusedError("the timestamp is too far from now")


def _seconds(timestamp: str) -> float:
    """Return Unix seconds; thirteen digits are milliseconds."""
    return float(timestamp) / 1000 if len(timestamp) >= 13 else float(timestamp)


def _token(push: Push, options: PushOptions) -> str:
    if options.token_query is not None:
        return push.query.get(options.token_query, "")
    return push.headers.get(options.token_header.lower(), "").removeprefix("Bearer ")


def _same(given: str, right: str) -> bool:
    """Compare in a time that tells nothing of how much is right."""
    return hmac.compare_digest(_bytes(given), _bytes(right))


def _bytes(text: str) -> bytes:
    """Encode what may have come from a stranger and hold anything."""
    return text.encode("utf-8", "backslashreplace")

"""Webhooks of Aliyun: receipts (SmsReport) and replies (SmsUp), a JSON array over HTTP.

Sources: help.aliyun.com zh/sms/developer-reference/smsreport-2 and smsup-http. Aliyun tries again after 1, 5 and 10
minutes unless the answer is HTTP 200 with a number as `code`. It signs nothing, so a token in the address tells its
webhooks from anybody's.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from policyserve.messages.gateways.aliyun.codes import reported
from policyserve.messages.gateways.aliyun.records import instant
from policyserve.messages.gateways.gateway import Incoming, News, Push, PushContent, PushRefusedError, Receipt

ANSWER = '{"code":0,"msg":"接收成功"}'


def read(push: Push, token: str | None, now: datetime) -> PushContent:
    """Read a webhook; entries that are neither a receipt nor a reply are passed over unless there is nothing else.

    `now` stands for a time that cannot be read. Raises PushRefusedError.
    """
    if token is not None and not hmac.compare_digest(token.encode(), push.query.get("token", "").encode()):
        raise PushRefusedError("the token is missing or wrong")
    entries = _entries(push.body)
    receipts = [receipt for entry in entries if (receipt := _receipt(entry, now))]
    replies = [reply for entry in entries if (reply := _reply(entry, now))]
    if entries and not (receipts or replies):
        raise PushRefusedError("it holds neither receipts nor replies")
    return PushContent(news=News(receipts=receipts, replies=replies), answer=ANSWER)


def _entries(body: bytes) -> list[Mapping[str, Any]]:
    try:
        entries = json.loads(body)
    except ValueError:  # also for bytes that are no text
        raise PushRefusedError("it is not JSON") from None
    if not isinstance(entries, list):
        raise PushRefusedError("it is not a JSON array")
    return [entry for entry in entries if isinstance(entry, dict)]


def _receipt(entry: Mapping[str, Any], now: datetime) -> Receipt | None:
    provider_id, reference = _word(entry, "biz_id"), _word(entry, "out_id")
    success = str(entry.get("success")).lower()
    if success not in ("true", "false") or (provider_id is None and reference is None):
        return None
    code = _word(entry, "err_code")
    return Receipt(
        state="delivered" if success == "true" else "failed",
        at=instant(_word(entry, "report_time")) or now,
        provider_id=provider_id,
        reference=reference,
        reason=reported(code) if code and success == "false" else None,
    )


def _reply(entry: Mapping[str, Any], now: datetime) -> Incoming | None:
    phone, text = _word(entry, "phone_number"), entry.get("content")
    if phone is None or not isinstance(text, str):
        return None
    return Incoming(
        phone=phone, text=text, at=instant(_word(entry, "send_time")) or now, provider_id=_word(entry, "sequence_id")
    )


def _word(entry: Mapping[str, Any], name: str) -> str | None:
    """Return a field as text: some of them come as numbers."""
    value = entry.get(name)
    return str(value) if isinstance(value, (str, int)) and str(value) else None

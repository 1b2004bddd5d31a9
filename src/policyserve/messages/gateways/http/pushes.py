"""Webhooks of a vendor: receipts and replies, one object or a list of them, as JSON or as a form."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from policyserve.messages.gateways.gateway import Incoming, News, Push, PushContent, PushRefusedError, Receipt
from policyserve.messages.gateways.http.answers import parsed
from policyserve.messages.gateways.http.dotted import find, spoken, text_at
from policyserve.messages.gateways.http.options import HttpOptions, PushOptions
from policyserve.messages.gateways.http.signature import check_push
from policyserve.messages.gateways.http.times import read_time


def read_push(push: Push, now: datetime, options: HttpOptions) -> PushContent:
    """Check and read a webhook; `now` stands in for a time that is missing or cannot be read.

    Raises PushRefusedError where the check fails, and where nothing in it can be read. One that can be read in part
    brings that part: refused as a whole it would come back for ever.
    """
    asked = options.push
    if asked is None:
        raise PushRefusedError("the settings of this gateway expect no webhooks")
    check_push(push, asked, now.timestamp())
    items = _items(push, asked)
    receipts = [receipt for item in items if (receipt := _receipt(item, now, asked, options))]
    replies = [reply for item in items if (reply := _reply(item, now, asked, options))]
    if items and not receipts and not replies:
        raise PushRefusedError("it holds neither a receipt nor a reply under the names that the settings give")
    return PushContent(
        news=News(receipts=receipts, replies=replies), answer=asked.answer, content_type=asked.content_type
    )


def _items(push: Push, asked: PushOptions) -> list[Any]:
    if asked.form == "form":
        return [_form(push)]
    document = parsed(push.body)
    items = document if asked.items is None else find(document, asked.items)
    if not isinstance(items, dict | list):
        raise PushRefusedError("it is not JSON of the shape that the settings give")
    return items if isinstance(items, list) else [items]


def _form(push: Push) -> dict[str, str]:
    """Read the fields of the body, or of the query where there is no body."""
    try:
        return dict(parse_qsl(push.body.decode(), keep_blank_values=True, max_num_fields=1000)) or dict(push.query)
    except ValueError as error:
        raise PushRefusedError("it is no form") from error


def _receipt(item: Any, now: datetime, asked: PushOptions, options: HttpOptions) -> Receipt | None:
    """Read a receipt; our reference goes before the vendor's number, which an answer may never have brought."""
    names = asked.receipt
    word, reference = text_at(item, names.state), text_at(item, names.reference)
    provider_id = None if reference else text_at(item, names.provider_id)
    if word is None or not (reference or provider_id):
        return None
    states = {name.lower(): state for name, state in asked.states.items()}
    return Receipt(
        state=states.get(word.lower(), asked.other_state),
        at=read_time(text_at(item, names.at), options.zone, options.time_format) or now,
        provider_id=provider_id,
        reference=reference,
        reason=spoken(text_at(item, names.reason)),
    )


def _reply(item: Any, now: datetime, asked: PushOptions, options: HttpOptions) -> Incoming | None:
    """Read a text from a phone; an empty one is one too."""
    names = asked.reply
    phone, text = text_at(item, names.phone), text_at(item, names.text)
    if text is None and isinstance(find(item, names.text), str):
        text = ""
    if phone is None or text is None or text_at(item, asked.receipt.state) is not None:
        return None
    return Incoming(
        phone=_at_home(phone, options.phone_prefix.removeprefix("+")),
        text=text,
        at=read_time(text_at(item, names.at), options.zone, options.time_format) or now,
        provider_id=text_at(item, names.provider_id),
    )


def _at_home(phone: str, country: str) -> str:
    """Take off the country code that is put before phones on their way out."""
    for code in (f"+{country}", f"00{country}", country):
        if country and phone.startswith(code):
            return phone.removeprefix(code)
    return phone

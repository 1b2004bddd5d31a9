"""Requests: one text as the body and the headers that the vendor wants."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from policyserve.messages.gateways.gateway import Outgoing, Sent
from policyserve.messages.gateways.http.dotted import put
from policyserve.messages.gateways.http.options import HttpOptions
from policyserve.messages.gateways.http.signature import signed

CONTENT_TYPES: Mapping[str, str] = {
    "json": "application/json; charset=utf-8",
    "form": "application/x-www-form-urlencoded; charset=utf-8",
}

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Writes requests; what is the same in all of them is made once."""

    options: HttpOptions

    @cached_property
    def credentials(self) -> Mapping[str, str]:
        """The headers of every request."""
        bearer = {"Authorization": f"Bearer {self.options.bearer}"} if self.options.bearer else {}
        return {**bearer, **self.options.headers}

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The headers of every text."""
        named = {name.lower() for name in self.credentials}
        form = {} if "content-type" in named else {"Content-Type": CONTENT_TYPES[self.options.form]}
        return {**form, **self.credentials}

    def body(self, message: Outgoing) -> bytes:
        """Write the body. Raises UnicodeEncodeError for a text with half a character in it."""
        values = self._values(message)
        if self.options.form == "form":
            return urlencode({name: _word(value) for name, value in values.items()}).encode()
        document: dict[str, Any] = {}
        for path, value in values.items():
            put(document, path, value)
        return _JSON.encode(document).encode()

    def headers_of(self, message: Outgoing, body: bytes, now: float) -> Mapping[str, str]:
        """Return the headers of one text; `now` is in Unix seconds."""
        options = self.options
        own = {options.reference_header: message.reference} if options.reference_header else {}
        signature = signed(options.signature, now, body) if options.signature else {}
        return {**self.headers, **own, **signature}

    def look_up_url(self, sent: Sent) -> str | None:
        """Return where to ask for a text; None where that takes a vendor's number that nobody knows."""
        if self.options.look_up is None or ("{provider_id}" in self.options.look_up.url and not sent.provider_id):
            return None
        url = self.options.look_up.url.replace("{reference}", quote(sent.reference, safe=""))
        return url.replace("{provider_id}", quote(sent.provider_id or "", safe=""))

    def look_up_headers(self, query: str, now: float) -> Mapping[str, str]:
        """Return the headers of a question; the signature is over the query, for there is no body."""
        signature = self.options.signature
        return {**self.credentials, **(signed(signature, now, query.encode()) if signature else {})}

    def _values(self, message: Outgoing) -> Mapping[str, object]:
        fields, options = self.options.fields, self.options
        phone = message.phone if message.phone.startswith("+") else options.phone_prefix + message.phone
        given = {
            fields.phone: phone,
            fields.text: message.text,
            fields.reference: message.reference,
            fields.sender: options.sender,
            fields.service: message.service,
            fields.message_class: message.message_class,
        }
        return {**options.extra, **{name: value for name, value in given.items() if name and value is not None}}


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

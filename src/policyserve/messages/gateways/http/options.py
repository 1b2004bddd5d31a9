"""What the settings say of an HTTP gateway. Every name of a field may be a dotted path where the body is JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from yarl import URL

from policyserve.messages.gateways.gateway import Outcome, State
from policyserve.model_errors import UnfitError
from policyserve.settings_file import Section


def _is_url(url: str) -> str:
    try:
        right = URL(url.replace("{", "").replace("}", "")).scheme in {"http", "https"} and bool(URL(url).host)
    except ValueError:
        right = False
    if not right:
        raise UnfitError("must be an address that begins with https:// or http://")
    return url


def _is_header(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
        raise UnfitError("is no name of an HTTP header")
    return name


def _is_header_value(value: str) -> str:
    if not value.isprintable():
        raise UnfitError("must be printable and of one line")
    return value


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnfitError("is no time zone; a right one is Asia/Shanghai") from error
    return name


Url = Annotated[str, AfterValidator(_is_url)]
Header = Annotated[str, AfterValidator(_is_header)]
HeaderValue = Annotated[str, AfterValidator(_is_header_value)]
Zone = Annotated[str, AfterValidator(_is_zone)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
NameOrNot = Annotated[str, StringConstraints(max_length=200)]
"""A name of a field; an empty one stands for a field that there is not."""
Secret = Annotated[str, StringConstraints(min_length=1)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Form = Literal["json", "form"]

STATES: Final[Mapping[str, State]] = {
    "accepted": "accepted", "acceptd": "accepted", "enroute": "accepted",
    "delivered": "delivered", "delivrd": "delivered", "success": "delivered", "true": "delivered",
    "failed": "failed", "fail": "failed", "false": "failed", "undelivered": "failed",
    "undeliv": "failed", "expired": "failed", "deleted": "failed", "rejectd": "failed",
    "unknown": "unknown",
}  # fmt: skip
"""What vendors call the states (SMPP 3.4, CMPP 2.0, Tencent, Aliyun), in small letters."""


class SignatureOptions(Section):
    """A signature: HMAC-SHA256 with `secret` over the timestamp (Unix seconds), `between` and the body."""

    secret: Secret = Field(repr=False)
    header: Header = "X-Signature"
    timestamp_header: Header = "X-Timestamp"
    between: str = ""
    """What stands between the timestamp and the body; many vendors take a dot or a line's end."""
    encoding: Literal["hex", "base64"] = "hex"
    prefix: HeaderValue = ""
    """What goes before the signature in its header, `sha256=` for instance."""


class FieldOptions(Section):
    """What the vendor calls the parts of a text; what has an empty name it does not get."""

    phone: Name = "phone"
    text: Name = "text"
    reference: NameOrNot = "reference"
    sender: NameOrNot = ""
    service: NameOrNot = ""
    message_class: NameOrNot = ""


class AnswerOptions(Section):
    """How the vendor's answer to a text is read."""

    code: Name | None = None
    """The field of the answer that says what was done with the text; without it the HTTP status says it."""
    codes: Mapping[str, Outcome] = {}
    """What the values of `code` mean; at least one must mean accepted, which counts only with a status 200 to 299."""
    other_code: Outcome = "refused"
    """What a value means that is not among `codes`. Refused: what may have been taken is never sent twice."""
    statuses: Mapping[int, Outcome] = {}
    """What HTTP statuses mean, where it differs from the usual (`answers.STATUSES`)."""
    provider_id: Name | None = None
    reason: Name | None = None
    """The field with the vendor's own words."""

    @model_validator(mode="after")
    def _some_code_is_good(self) -> AnswerOptions:
        if self.code is not None and not {"accepted", "delivered"} & {*self.codes.values()}:
            raise UnfitError("codes must say which value of code means accepted")
        return self


class LookUpOptions(Section):
    """How the vendor is asked what became of a text, by GET."""

    url: Url
    """With `{reference}` or `{provider_id}` where they belong."""
    state: Name
    """The field of the answer with the state."""
    states: Mapping[str, State] = STATES
    """What its values mean, case ignored; others say nothing."""
    at: Name | None = None
    reason: Name | None = None
    missing: Literal["never"] | None = None
    """`never`: 404 means that the vendor never took the text. Without it 404 says nothing."""
    settle_seconds: Annotated[float, Field(ge=0, le=86_400)] = 300
    """So long after a text left `never` is not believed: it may still be on its way inside the vendor's house."""

    @model_validator(mode="after")
    def _asks_for_one(self) -> LookUpOptions:
        if not {"{reference}", "{provider_id}"} & {*re.findall(r"\{\w+\}", self.url)}:
            raise UnfitError("url must hold {reference} or {provider_id}, or it asks for nothing")
        return self


class ReceiptFields(Section):
    """What the vendor calls the parts of a receipt."""

    reference: NameOrNot = "reference"
    provider_id: NameOrNot = "id"
    state: Name = "state"
    at: NameOrNot = "at"
    reason: NameOrNot = "reason"


class ReplyFields(Section):
    """What the vendor calls the parts of a text from a phone."""

    phone: Name = "phone"
    text: Name = "text"
    at: NameOrNot = "at"
    provider_id: NameOrNot = "id"


class PushOptions(Section):
    """How the vendor's webhooks are checked, read and answered."""

    signature: SignatureOptions | None = None
    tolerance_seconds: Seconds = 300
    """A signature older or younger than this is refused: somebody may have kept a webhook to send it again."""
    token: Secret | None = Field(default=None, repr=False)
    token_header: Header = "Authorization"
    """Where the token stands, alone or after `Bearer`."""
    token_query: Name | None = None
    """The query parameter in which the token stands instead of the header."""
    unchecked: bool = False
    """Whether webhooks without signature and token are believed: only where no stranger can reach the address."""
    form: Form = "json"
    items: Name | None = None
    """Where the list stands in the body; without it the body is one object or a list of them."""
    receipt: ReceiptFields = ReceiptFields()
    reply: ReplyFields = ReplyFields()
    states: Mapping[str, State] = STATES
    """What the values of a receipt's state mean, case ignored."""
    other_state: State = "unknown"
    """What a value means that is not among `states`."""
    answer: str = '{"code":0}'
    content_type: str = "application/json"

    @model_validator(mode="after")
    def _is_checked(self) -> PushOptions:
        if self.signature is None and self.token is None and not self.unchecked:
            raise UnfitError("give a signature or a token, or unchecked = true where no stranger reaches the address")
        return self


class HttpOptions(Section):
    """An HTTP gateway: `[gateways.NAME]` with kind = "http"."""

    url: Url
    method: Literal["POST", "PUT"] = "POST"
    """Never GET: the texts would stand in the logs of every proxy, and clients repeat a GET by themselves."""
    form: Form = "json"
    rate: Annotated[float, Field(gt=0)] | None = None
    """Texts a second, over all senders together."""
    fields: FieldOptions = FieldOptions()
    extra: Mapping[str, str | int | float | bool] = {}
    """Fields that are the same in every request: an account, a template's number."""
    sender: str | None = None
    """The number or name that the phone shows; it goes into `fields.sender`."""
    phone_prefix: str = ""
    """What goes before phones without a country code (`86` or `+86`), and is taken off those that come in."""
    headers: Mapping[Header, HeaderValue] = Field(default={}, repr=False)
    """Constant headers, an API key for instance."""
    bearer: Secret | None = Field(default=None, repr=False)
    """A token for the header Authorization."""
    signature: SignatureOptions | None = None
    reference_header: Header | None = None
    """The header that carries the reference for vendors that know idempotence, `Idempotency-Key` for instance."""
    idempotent: bool = False
    """Whether the vendor sends a reference once however often it comes: what is in doubt is then tried again."""
    connections: Annotated[int, Field(ge=1, le=500)] = 20
    timeout_seconds: Seconds = 30
    """For one request as a whole."""
    connect_seconds: Seconds = 5
    """For the connection alone; a text whose connection never stood did not leave."""
    keep_alive_seconds: Seconds = 4
    """How long an idle connection is kept; less than the vendor keeps it, or a text leaves just when it is closed."""
    give_up_after: Annotated[int, Field(ge=1, le=1000)] = 5
    """After so many requests in a row without any answer the rest of a call is left for later, untried."""
    ca_file: Path | None = None
    """Certificates to trust beside the usual ones, for a platform with a certificate of the company's own."""
    zone: Zone = "Asia/Shanghai"
    """The time zone of times that come without one."""
    time_format: str | None = None
    """How times are written, as for `strptime`; without it ISO 8601, 20261101083000 and Unix time are understood."""
    answer: AnswerOptions = AnswerOptions()
    look_up: LookUpOptions | None = None
    push: PushOptions | None = None

    @model_validator(mode="after")
    def _parts_fit(self) -> HttpOptions:
        if self.connect_seconds > self.timeout_seconds:
            raise UnfitError("connect_seconds must not be longer than timeout_seconds")
        if self.sender is not None and not self.fields.sender:
            raise UnfitError("fields.sender must say where the sender belongs")
        return self

    @model_validator(mode="after")
    def _names_fit(self) -> HttpOptions:
        names = [name for name in (*self.fields.model_dump().values(), *self.extra) if name]
        if len(names) != len({*names}):
            raise UnfitError("two fields have the same name")
        if any(one.startswith(f"{other}.") for one in names for other in names):
            raise UnfitError("a field cannot be a text and hold other fields")
        return self

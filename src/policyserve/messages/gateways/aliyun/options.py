"""What the settings say of an Aliyun gateway.

    [gateways.aliyun]
    kind = "aliyun"
    access_key_id = { env = "ALIYUN_KEY_ID" }
    access_key_secret = { env = "ALIYUN_KEY_SECRET" }
    push_token = { env = "ALIYUN_PUSH_TOKEN" }

    [gateways.aliyun.templates.renewal-reminder]
    code = "SMS_100000001"
    wording = "尊敬的${who}：您的保单${policy}应缴日为${due}，请备足余额。"

    [[gateways.aliyun.templates.birthday-greeting]]
    code = "SMS_100000002"
    wording = "尊敬的${who}：祝您生日快乐，拒收请回复R"

Aliyun sends templates that were filed with it, never a free text. So each service names the templates filed for it,
one or several (a text may have variants), and our own text is read back into the parameters of the first one that it
fits. The sign name is what stands in 【】 before the text: `messages.signature` is the signature as it was filed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from policyserve.model_errors import UnfitError
from policyserve.settings_file import Section

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

Word = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, Field(gt=0, le=600)]


class Filed(Section):
    """A template as it was filed, for the texts of one service: by its wording, or with one variable for all of it."""

    code: Annotated[str, Field(pattern=r"^SMS_\w+$")]
    wording: Word | None = None
    """The filed text with its `${name}` places; with or without how to refuse and the last full stop."""
    param: Word | None = None
    """The one variable that takes the whole body. Aliyun files such templates for few customers only."""

    @model_validator(mode="after")
    def _one_way(self) -> Filed:
        if (self.wording is None) == (self.param is None):
            raise UnfitError("give either the wording of the template or its one param")
        return self


def _several(given: Any) -> Any:
    return [given] if isinstance(given, Mapping) else given


class AliyunOptions(Section):
    """The whole section."""

    access_key_id: Word
    access_key_secret: Word
    templates: Mapping[str, Annotated[tuple[Filed, ...], BeforeValidator(_several), Field(min_length=1)]]
    """By the code of the service."""
    opt_out: Word = "拒收请回复R"
    """How marketing texts end; Aliyun files no other words, and they stand in the filed template itself."""
    push_token: Word | None = None
    """Webhooks carry it as `?token=`; without it anybody who knows the address can make receipts and replies up."""
    endpoint: Word = "dysmsapi.aliyuncs.com"
    protocol: Literal["https", "http"] = "https"
    """`http` shows phones and texts to the network, so it goes to this machine only."""
    rate: Annotated[float, Field(gt=0)] | None = None
    connections: Annotated[int, Field(ge=1, le=100)] = 8
    """Calls at the same time."""
    connect_seconds: Seconds = 5
    answer_seconds: Seconds = 15
    """The longest that a whole call may take."""
    sure_after_minutes: Annotated[float, Field(ge=5, le=1440)] = 60
    """A text that Aliyun's records do not have so long after it may have left was never taken."""

    @model_validator(mode="after")
    def _in_secret(self) -> AliyunOptions:
        if self.protocol == "http" and self.endpoint.rpartition(":")[0] not in _LOOPBACK:
            raise UnfitError("protocol http is for an endpoint on this machine only; use https")
        return self

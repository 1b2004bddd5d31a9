"""The two calls of dysmsapi that the gateway makes, through Aliyun's own SDK.

The SDK is told not to try again: it knows no idempotence key, so a second try could send a text twice. It opens
a connection for every call, and for https reads the certificates anew each time (some 50 ms of the processor), which
bounds what one sender does to some twenty texts a second. What it raises carries the whole call, phone and text, so
nothing of it goes further than this module.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from typing import Any

from policyserve.errors import PolicyserveError
from policyserve.messages.gateways.aliyun.options import AliyunOptions
from policyserve.messages.gateways.aliyun.template_match import Template

PAGE = 50
"""Records in a page; more are not given out at once."""


class NotSentError(Exception):
    """The call never left: no connection was made."""


class NoAnswerError(Exception):
    """The call may have arrived, but there is no answer that can be read."""


class RejectedError(Exception):
    """Aliyun answered that the call failed."""

    def __init__(self, code: str, status: int) -> None:
        """`code` is Aliyun's, `status` that of HTTP."""
        super().__init__(code)
        self.code, self.status = code, status


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """A record of a text at Aliyun, with times as it writes them."""

    reference: str | None
    status: int | None
    """1 waits for its receipt, 2 failed, 3 was delivered."""
    code: str | None
    template: str | None
    sent_at: str | None
    received_at: str | None


class Calls:
    """The calls of one account."""

    def __init__(self, options: AliyunOptions, name: str) -> None:
        """Raise PolicyserveError where the SDK is not installed; `name` is the gateway's."""
        self._client, self._models, self._runtime, self._failed = _client(options, name)
        self._seconds = options.answer_seconds

    async def send(self, phone: str, template: Template, reference: str) -> str | None:
        """Send one text and return Aliyun's number of it; raises one of this module's errors where it is not taken."""
        request = self._models.SendSmsRequest(
            phone_numbers=phone,
            sign_name=template.sign_name,
            template_code=template.code,
            template_param=json.dumps(template.params, ensure_ascii=False) if template.params else None,
            out_id=reference,
        )
        body = await self._answer(self._client.send_sms_with_options_async(request, self._runtime))
        return body.biz_id or None

    async def details(
        self, phone: str, day: date, page: int, provider_id: str | None = None
    ) -> tuple[list[Detail], int]:
        """Return a page (from 1) of what went to a phone on a day of China, and how many records there are in all."""
        request = self._models.QuerySendDetailsRequest(
            phone_number=phone, send_date=f"{day:%Y%m%d}", page_size=PAGE, current_page=page, biz_id=provider_id
        )
        body = await self._answer(self._client.query_send_details_with_options_async(request, self._runtime))
        try:
            records = body.sms_send_detail_dtos.sms_send_detail_dto or []
            return [_detail(record) for record in records], int(body.total_count)
        except (AttributeError, TypeError, ValueError) as error:
            raise NoAnswerError from error

    async def _answer(self, call: Awaitable[Any]) -> Any:
        """Wait for a call's answer and return its body, which says OK."""
        try:
            async with asyncio.timeout(self._seconds):
                response = await call
        except TimeoutError:
            raise NoAnswerError from None
        except self._failed as error:
            raise RejectedError(str(error.code), error.status_code or 0) from None
        except Exception as error:  # whatever else the SDK raises is about the connection or an answer not read
            raise (NotSentError if _never_left(error) else NoAnswerError) from None
        code = getattr(response.body, "code", None)
        if not isinstance(code, str):
            raise NoAnswerError
        if code != "OK":
            raise RejectedError(code, response.status_code or 0)
        return response.body


def _detail(record: Any) -> Detail:
    return Detail(
        reference=record.out_id or None,
        status=record.send_status,
        code=record.err_code,
        template=record.template_code,
        sent_at=record.send_date,
        received_at=record.receive_date,
    )


def _never_left(error: Exception) -> bool:
    """Tell whether the connection was not made: the SDK hides aiohttp's error inside its own."""
    from aiohttp import ClientConnectorError, ClientHttpProxyError, ConnectionTimeoutError

    inner = getattr(error, "inner_exception", error)
    return any(
        isinstance(one, (ClientConnectorError, ClientHttpProxyError, ConnectionTimeoutError))
        for one in (inner, inner.__context__)
    )


def _client(options: AliyunOptions, name: str) -> tuple[Any, Any, Any, type[Any]]:
    """Return the SDK's client, its models, how it makes a call, and the error of a call that was answered."""
    try:
        from alibabacloud_dysmsapi20170525 import models  # type: ignore[import-untyped]
        from alibabacloud_dysmsapi20170525.client import Client  # type: ignore[import-untyped]
        from alibabacloud_tea_openapi.utils_models import Config  # type: ignore[import-untyped]
        from darabonba.exceptions import ResponseException  # type: ignore[import-untyped]
        from darabonba.policy.retry import RetryOptions  # type: ignore[import-untyped]
        from darabonba.runtime import RuntimeOptions  # type: ignore[import-untyped]
    except ImportError as error:
        raise PolicyserveError(
            "The gateway '{name}' needs Aliyun's SDK: pip install 'policyserve[aliyun]'.", name=name
        ) from error
    for logger in ("darabonba-core", "alibabacloud-tea"):  # with DEBUG=sdk they write whole calls to the terminal
        logging.getLogger(logger).setLevel(logging.WARNING)
    config = Config(
        access_key_id=options.access_key_id,
        access_key_secret=options.access_key_secret,
        endpoint=options.endpoint,
        protocol=options.protocol,
        connect_timeout=round(options.connect_seconds * 1000),
        read_timeout=round(options.answer_seconds * 1000),
        retry_options=RetryOptions(retryable=False, maxAttempts=0),
    )
    return Client(config), models, RuntimeOptions(autoretry=False, max_attempts=0), ResponseException

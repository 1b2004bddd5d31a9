"""Sends texts as filed templates of Aliyun, looks them up, and reads its webhooks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from policyserve.locale import N_, Sentence
from policyserve.messages.gateways.aliyun import pushes, records
from policyserve.messages.gateways.aliyun.calls import Calls, Detail, NoAnswerError, NotSentError, RejectedError
from policyserve.messages.gateways.aliyun.codes import judged
from policyserve.messages.gateways.aliyun.options import AliyunOptions
from policyserve.messages.gateways.aliyun.template_match import UnfiledError, as_template
from policyserve.messages.gateways.gateway import (
    Answer,
    News,
    Outcome,
    Outgoing,
    Push,
    PushContent,
    Reason,
    Receipt,
    Sent,
)
from policyserve.settings_file import checked

_CHINESE = re.compile(r"(?:\+|00)?86(1\d{10})")
_NUMBER = re.compile(r"\+?\d{5,20}")


def _now() -> datetime:
    return datetime.now(UTC)


class AliyunGateway:
    """One account at Aliyun."""

    def __init__(self, name: str, options: AliyunOptions, calls: Calls, clock: Callable[[], datetime] = _now) -> None:
        """`clock` tells the time at which records are looked up and webhooks arrive."""
        self.name = name
        self.rate = options.rate
        self.listen_seconds = 0.0
        self._options = options
        self._calls = calls
        self._clock = clock
        self._places = asyncio.Semaphore(options.connections)
        self._codes = frozenset(one.code for filed in options.templates.values() for one in filed)

    async def submit(self, claim: str, messages: Sequence[Outgoing]) -> Sequence[Answer]:  # noqa: ARG002
        """Send each text by its own call, several at the same time."""
        return await asyncio.gather(*map(self._submit, messages))

    async def look_up(self, sent: Sequence[Sent]) -> Sequence[Receipt]:
        """Ask for the records of each text's phone on the days on which it may have left."""
        found = await asyncio.gather(*map(self._look_up, sent))
        return [receipt for receipt in found if receipt is not None]

    async def news(self) -> News:
        """Return nothing: Aliyun pushes."""
        return News()

    def read_push(self, push: Push) -> PushContent:
        """Read receipts or replies."""
        return pushes.read(push, self._options.push_token, self._clock())

    async def aclose(self) -> None:
        """Do nothing: every call has a connection of its own."""

    async def _submit(self, message: Outgoing) -> Answer:
        outcome: Outcome
        provider_id: str | None = None
        reason: Reason | None = None
        try:
            provider_id = await self._send(message)
            outcome = "accepted"
        except UnfiledError as error:
            outcome, reason = "refused", error.sentence
        except RejectedError as error:
            outcome, reason = judged(error.code, error.status)
        except NotSentError:
            outcome, reason = "later", Sentence("no connection to Aliyun")
        except NoAnswerError:
            outcome, reason = "in-doubt", Sentence("no answer from Aliyun")
        return Answer(reference=message.reference, outcome=outcome, provider_id=provider_id, reason=reason)

    async def _send(self, message: Outgoing) -> str | None:
        options = self._options
        template = as_template(message.text, message.service, options.templates, options.opt_out)
        phone = _phone(message.phone)
        async with self._places:
            return await self._calls.send(phone, template, message.reference)

    async def _look_up(self, sent: Sent) -> Receipt | None:
        now = self._clock()
        sure_at = sent.submitted_at + timedelta(minutes=self._options.sure_after_minutes)
        whole, seen = True, set[Detail]()
        for day in records.days(sent.submitted_at, max(sent.submitted_at, min(sure_at, now))):
            details, complete = await self._details(sent, day)
            if (receipt := records.receipt(sent, details, now)) is not None:
                return receipt
            whole, seen = whole and complete, seen | details
        sure = whole and sent.provider_id is None and sure_at <= now <= sent.submitted_at + records.KEPT
        return records.never_taken(sent, seen, self._codes, now) if sure else None

    async def _details(self, sent: Sent, day: date) -> tuple[set[Detail], bool]:
        """Return the records of a day, and whether they are all of them: as many as Aliyun says there are."""
        seen, page = set[Detail](), 1
        while True:
            try:
                async with self._places:
                    details, total = await self._calls.details(_phone(sent.phone), day, page, sent.provider_id)
            except (UnfiledError, RejectedError, NotSentError, NoAnswerError):
                return seen, False
            fresh = set(details) - seen
            seen |= fresh
            if len(seen) >= total or not fresh:
                return seen, len(seen) >= total
            page += 1


def _phone(phone: str) -> str:
    """Write a phone as Aliyun does: eleven digits in mainland China, country code and number elsewhere."""
    if _NUMBER.fullmatch(phone) is None:
        raise UnfiledError(N_("the phone is no number"))
    return chinese[1] if (chinese := _CHINESE.fullmatch(phone)) else phone.removeprefix("+")


def open_gateway(name: str, options: Mapping[str, Any]) -> AliyunGateway:
    """Open the gateway `name`. Raises PolicyserveError for wrong options, or where the SDK is not installed."""
    read = checked(AliyunOptions, options, f"gateways.{name}")
    return AliyunGateway(name, read, Calls(read, name))

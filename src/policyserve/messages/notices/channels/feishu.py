"""A Feishu (飞书) or Lark group robot.

Source: open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: 100 messages a minute and 5 a second for each robot,
a request of at most 20 KB, `timestamp` (seconds, as text, at most an hour off) and `sign` = base64(HMAC-SHA256(
timestamp + newline + secret, nothing)) in the body; `code` tells success. 11232 is its limit at full and half hours.
9499 is both "Bad Request" and "too many request" (github.com/ccfos/nightingale/issues/1437), so there its words decide.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from policyserve.locale import N_
from policyserve.messages.notices.channels.addresses import check_address
from policyserve.messages.notices.channels.channel import Answer, Rate, Robot, Style, Text
from policyserve.messages.notices.channels.post import of_code, post

AMBIGUOUS: Final = 9499

LATER: Final = {
    11232: N_("too many messages"),
    99991400: N_("too many messages"),
}

REFUSED: Final = {
    AMBIGUOUS: N_("the request's form is wrong, or it is too long"),
    19001: N_("the address is wrong"),
    19007: N_("the robot is switched off"),
    19021: N_("the signature is wrong; check the robot's secret and the clock"),
    19022: N_("this machine's IP address is not among those that the robot allows"),
    19024: N_("the robot asks for a keyword that the text does not have; make it 任务 or task"),
}


class Feishu:
    """The channel."""

    rate: Rate | None = Rate(burst=4, seconds=1)

    def check(self, robot: Robot) -> None:
        """Raise PolicyserveError for an address that is none."""
        check_address(robot.address)

    def style(self, robot: Robot) -> Style:  # noqa: ARG002
        """Write plain text: a robot's text message has no markdown; 20 KB hold the whole request."""
        return Style(most_bytes=18_000)

    async def send(self, robot: Robot, text: Text, *, at: datetime, seconds: float) -> Answer:
        """Send one text, signed where there is a secret."""
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": text.body}}
        if robot.secret:
            now = int(at.timestamp())
            body |= {"timestamp": str(now), "sign": sign(robot.secret, now)}
        return await post(robot.address, body, _read, seconds=seconds)


def sign(secret: str, seconds: int) -> str:
    """Return base64(HMAC-SHA256("seconds newline secret", nothing))."""
    digest = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _read(answer: Mapping[str, Any]) -> Answer | None:
    code = answer.get("code", answer.get("StatusCode"))
    crowded = code == AMBIGUOUS and "too many" in str(answer.get("msg", "")).lower()
    later = LATER | {AMBIGUOUS: N_("too many messages")} if crowded else LATER
    return of_code(code, later=later, refused=REFUSED, name="code")


CHANNEL = Feishu()

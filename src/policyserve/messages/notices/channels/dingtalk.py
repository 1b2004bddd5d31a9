"""A DingTalk (钉钉) group robot.

Sources: open.dingtalk.com/document/orgapp/custom-robots-send-group-messages and /customize-robot-security-settings: a
signed call carries `timestamp` (milliseconds, at most an hour off) and `sign` = base64(HMAC-SHA256(secret, timestamp +
newline + secret)) in the address; 20 messages a minute for each robot, and ten minutes of silence for who sends more;
310000 is a keyword, signature or IP address that the robot's security settings do not let through. The limit of 20,000
bytes and errcode 130101 are the words of its own refusals ("message too long, exceed 20000 bytes", "send too fast,
exceed 20 times per minute"). A robot that asks for a keyword gets on with 任务 or task, which every notice says.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from yarl import URL

from policyserve.locale import N_
from policyserve.messages.notices.channels.addresses import check_address
from policyserve.messages.notices.channels.channel import Answer, Rate, Robot, Style, Text
from policyserve.messages.notices.channels.post import of_code, post

LATER: Final = {
    -1: N_("the vendor is busy"),
    130101: N_("too many messages"),
    410100: N_("too many messages"),
    660026: N_("too many messages"),
}

REFUSED: Final = {
    300001: N_("the address is wrong"),
    300005: N_("the address is wrong"),
    310000: N_("the robot's security settings refuse it; check its secret, keyword and IP addresses, and the clock"),
    400013: N_("the group was dissolved"),
    400101: N_("the address is wrong"),
    400102: N_("the robot is switched off"),
    400106: N_("the robot is not in the group"),
    460101: N_("the text is too long"),
}


class DingTalk:
    """The channel."""

    rate: Rate | None = Rate(burst=10, seconds=6)

    def check(self, robot: Robot) -> None:
        """Raise PolicyserveError for an address that is none."""
        check_address(robot.address)

    def style(self, robot: Robot) -> Style:  # noqa: ARG002
        """Write markdown; two blanks before the end of a line keep it, and 20,000 bytes hold the whole request."""
        return Style(most_bytes=18_000, markdown=True, line_break="  \n")

    async def send(self, robot: Robot, text: Text, *, at: datetime, seconds: float) -> Answer:
        """Send one text, signed where there is a secret."""
        body = {"msgtype": "markdown", "markdown": {"title": text.title, "text": text.body}}
        return await post(_signed(robot, at), body, _read, seconds=seconds)


def sign(secret: str, milliseconds: int) -> str:
    """Return base64(HMAC-SHA256(secret, "milliseconds newline secret"))."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _signed(robot: Robot, at: datetime) -> str | URL:
    if not robot.secret:
        return robot.address
    now = int(at.timestamp() * 1000)
    return URL(robot.address).update_query(timestamp=str(now), sign=sign(robot.secret, now))


def _read(answer: Mapping[str, Any]) -> Answer | None:
    return of_code(answer.get("errcode"), later=LATER, refused=REFUSED)


CHANNEL = DingTalk()

"""A WeCom (企业微信) group robot.

Sources: developer.work.weixin.qq.com/document/path/91770 (markdown up to 4,096 bytes of UTF-8; 20 messages a minute for
each robot) and /path/90455 (return codes; success and failure are told by `errcode`, not by the HTTP status). There is
no signature: the key in the address is all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from policyserve.locale import N_
from policyserve.messages.notices.channels.addresses import AddressError, check_address
from policyserve.messages.notices.channels.channel import Answer, Rate, Robot, Style, Text
from policyserve.messages.notices.channels.post import of_code, post

LATER: Final = {
    -1: N_("the vendor is busy"),
    45009: N_("too many messages"),
    45033: N_("too many messages at once"),
}

REFUSED: Final = {
    40058: N_("the text is too long or its form is wrong"),
    93000: N_("the address is wrong, or the robot was taken out of its group"),
    93004: N_("the robot is switched off"),
    93008: N_("the robot is not in the group"),
}


class WeCom:
    """The channel."""

    rate: Rate | None = Rate(burst=10, seconds=6)

    def check(self, robot: Robot) -> None:
        """Raise PolicyserveError for an address that is none, and for a secret: this robot has none."""
        check_address(robot.address)
        if robot.secret:
            raise AddressError("A WeCom robot has no secret; leave --secret out.")

    def style(self, robot: Robot) -> Style:  # noqa: ARG002
        """Write markdown."""
        return Style(most_bytes=4096, markdown=True)

    async def send(self, robot: Robot, text: Text, *, at: datetime, seconds: float) -> Answer:  # noqa: ARG002
        """Send one text."""
        body = {"msgtype": "markdown", "markdown": {"content": text.body}}
        return await post(robot.address, body, _read, seconds=seconds)


def _read(answer: Mapping[str, Any]) -> Answer | None:
    return of_code(answer.get("errcode"), later=LATER, refused=REFUSED)


CHANNEL = WeCom()

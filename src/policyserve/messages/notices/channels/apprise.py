"""Services outside China, through Apprise: mail, Telegram, Slack, Teams and some 170 others by one address each.

Chinese robots have channels of their own: Apprise takes their refusals for success. It says whether a text was taken
and not why it was not, so a failure is a doubt: it may have timed out after the service had taken the text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.messages.notices.channels.addresses import AddressError, is_loopback
from policyserve.messages.notices.channels.channel import Answer, Rate, Robot, Style, Text

OWN: Final = {"dingtalk": "dingtalk", "feishu": "feishu", "lark": "feishu", "wecombot": "wecom"}
"""Apprise's names of the robots that have a channel of their own."""

MOST_BYTES: Final = 18_000

TITLE_BYTES: Final = 120
"""Room for the title, which many services put before the body."""


class Apprise:
    """The channel."""

    rate: Rate | None = None

    def check(self, robot: Robot) -> None:
        """Raise PolicyserveError where Apprise is missing, does not know the address, or would send it in the clear."""
        if robot.secret:
            raise AddressError("An Apprise address holds its secrets itself; leave --secret out.")
        service, scheme = _service(robot), robot.address.partition("://")[0].lower()
        if own := [OWN[name] for name in _names(service.secure_protocol) if name in OWN]:
            raise AddressError(
                "That robot has a channel of its own; use --channel {own} with its https address.", own=own[0]
            )
        if scheme in _names(service.protocol) and not is_loopback(str(service.host or "")):
            raise AddressError(
                "{scheme}:// is not encrypted, and notices name customers; most services have {scheme}s:// .",
                scheme=scheme,
            )

    def style(self, robot: Robot) -> Style:
        """Write plain text as long as the service takes it."""
        return Style(most_bytes=min(MOST_BYTES, max(int(_service(robot).body_maxlen) - TITLE_BYTES, TITLE_BYTES)))

    async def send(self, robot: Robot, text: Text, *, at: datetime, seconds: float) -> Answer:  # noqa: ARG002
        """Send one text."""
        apprise = _library()
        sender = apprise.Apprise()
        if not sender.add(robot.address):
            return Answer(outcome="refused", reason=Sentence("Apprise does not know the address"))
        result = await sender.async_notify(body=text.body, title=text.title, timeout=seconds)
        if result:
            return Answer(outcome="accepted")
        return Answer(
            outcome="in-doubt", reason=Sentence("Apprise says {status} and not why", status=result.status.name.lower())
        )


def _library() -> Any:
    """Return Apprise. Raises PolicyserveError where it is not installed."""
    try:
        import apprise
    except ImportError as error:
        raise PolicyserveError("Apprise is not installed; install policyserve[apprise].") from error
    return apprise


def _service(robot: Robot) -> Any:
    """Return what an address stands for; raises AddressError where Apprise knows no such thing."""
    service = _library().Apprise.instantiate(robot.address)
    if service is None:
        raise AddressError("Apprise does not know the address; its documentation lists one form for each service.")
    return service


def _names(schemes: Any) -> tuple[str, ...]:
    """Return the schemes of a service: Apprise has none, one or several."""
    return (schemes,) if isinstance(schemes, str) else tuple(schemes or ())


CHANNEL = Apprise()

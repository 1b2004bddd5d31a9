"""A service of Apprise, from a url with a place for the phone.

Refused are urls that Apprise cannot read, and those by which a text could be lost or sent twice without a word:

- services that answer a refusal with HTTP 200 and say so in a body that Apprise's plugin does not read, so that it
  takes the refusal for success: the robots of DingTalk, Feishu, Lark and WeCom (tried, or read in their source), and
  of those with phones Vonage (developer.vonage.com, troubleshooting-sms: `status` other than 0), seven and ClickSend
  (a verdict for each phone in the body);
- `retry`, by which Apprise would send again by itself, and `optional`, by which it takes a failure for success;
- a url without `{phone}`, where the service does not read it, or with further receivers: a plugin that finds no
  phone sends to whatever else it has, often its own sender.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from policyserve.errors import PolicyserveError

if TYPE_CHECKING:
    from apprise import Apprise
    from apprise.plugins.base import NotifyBase

PLACE: Final = "{phone}"

ROBOTS: Final = frozenset({"dingtalk", "feishu", "lark", "wecombot"})
DEAF: Final = frozenset({"vonage", "nexmo", "seven", "clicksend"})
"""Services with phones whose refusals Apprise takes for success."""

_NUMBER = re.compile(r"\+?[1-9]\d{5,14}")
_EXAMPLE = "+14155550100"  # from the range kept for examples


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service whose url was checked."""

    url: str

    def to(self, phone: str) -> Apprise | None:
        """Return the service with one phone as its receiver, or None where it does not take that phone."""
        if _NUMBER.fullmatch(phone) is None or (plugin := _plugin(self.url, phone)) is None:
            return None
        return _alone(plugin) if _names(plugin, phone) else None


def checked_service(url: str, name: str) -> Service:
    """Check the url of the gateway `name`. Raises PolicyserveError, without the url: it holds secrets."""
    try:
        _load()
    except ImportError as error:
        raise PolicyserveError(
            "The gateway '{name}' needs Apprise: pip install 'policyserve[apprise]'.", name=name
        ) from error
    silence()
    if (wrong := _wrong(url)) is not None:
        raise PolicyserveError("gateways.{name}.url {wrong}.", name=name, wrong=wrong)
    return Service(url=url)


def _load() -> None:
    """Load Apprise with all its plugins, which it does at the first url."""
    with warnings.catch_warnings():
        # its PGP support imports imghdr through a library of its own; Python 3.13 has taken it away, and Apprise knows
        warnings.filterwarnings("ignore", "'imghdr' is deprecated", DeprecationWarning)
        from apprise import Apprise

        Apprise.instantiate("json://localhost")


def silence() -> None:
    """Keep Apprise's log to ourselves: its lines name phones and texts, and what went wrong is told by them only."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)  # why a connection failed is said at that level
    if not any(isinstance(handler, logging.NullHandler) for handler in logger.handlers):
        logger.addHandler(logging.NullHandler())  # without any, Python writes warnings to the terminal
    logging.getLogger("urllib3").setLevel(logging.INFO)  # at DEBUG it writes the path of every call


def _wrong(url: str) -> str | None:
    plugin = _plugin(url, _EXAMPLE)
    if plugin is None:
        return "is no url that Apprise can read; see the page of the service at appriseit.com"
    return next(_faults(plugin, url), None)


def _faults(plugin: NotifyBase, url: str) -> Iterator[str]:
    schemas = _schemas(plugin)
    if schemas & ROBOTS:
        yield f"is for a robot ({min(schemas)}), whose refusals Apprise takes for success; use the agents' notices"
    if schemas & DEAF:
        yield f"is for {min(schemas)}, whose refusals Apprise takes for success; use the http gateway"
    if PLACE not in url:
        yield "has no {phone}; put it where the service reads whom to text"
    if not _names(plugin, _EXAMPLE):
        yield "has {phone} where the service does not read it; see its page at appriseit.com"
    if plugin.retry or plugin.optional:
        yield "asks for retry or optional; take them out, the outbox decides what is tried again"
    if len(plugin) > 1:
        yield "names further receivers besides {phone}; take them out"


def _plugin(url: str, phone: str) -> NotifyBase | None:
    from apprise import Apprise

    return Apprise.instantiate(url.replace(PLACE, quote(phone, safe="")))


def _alone(plugin: NotifyBase) -> Apprise:
    from apprise import Apprise

    return Apprise(plugin)


def _schemas(plugin: NotifyBase) -> set[str]:
    """Return the names by which urls call a plugin."""
    given: tuple[Any, Any] = (plugin.protocol, plugin.secure_protocol)
    return {name for one in given if one for name in ([one] if isinstance(one, str) else one)}


def _names(plugin: NotifyBase, phone: str) -> bool:
    """Tell whether a plugin has kept a phone: a number that it does not take it drops."""
    url: str = plugin.url(privacy=False)  # type: ignore[no-untyped-call]
    return phone.removeprefix("+") in unquote(url)

"""Which channels there are."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from policyserve.errors import PolicyserveError
from policyserve.messages.notices.channels.channel import Channel

KINDS: Final = ("wecom", "dingtalk", "feishu", "apprise")
"""Each is a module of this package with a `CHANNEL`, loaded where it is used."""


def channel_of(kind: str) -> Channel:
    """Return the channel of a kind. Raises PolicyserveError where there is none."""
    if kind not in KINDS:
        raise PolicyserveError("'{kind}' is no channel; it can be {kinds}.", kind=kind, kinds=", ".join(KINDS))
    found: Channel = import_module(f"policyserve.messages.notices.channels.{kind}").CHANNEL
    return found

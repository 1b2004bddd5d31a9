"""SMPP 3.4: a session with a carrier's or an aggregator's message centre, for texts, receipts and replies.

Needs the extra `smpp`. One text may leave as several parts, each with its own number at the peer; `receipts` says how
the parts' receipts become one.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from policyserve.errors import PolicyserveError
from policyserve.messages.gateways.gateway import Gateway
from policyserve.messages.gateways.smpp.options import SmppOptions
from policyserve.settings_file import checked


def open_gateway(name: str, options: Mapping[str, Any]) -> Gateway:
    """Open the gateway `name`; it connects when it is first used.

    Raises PolicyserveError where an option is wrong, or where smpplib is not installed.
    """
    settings = checked(SmppOptions, options, f"gateways.{name}")
    if find_spec("smpplib") is None:
        raise PolicyserveError("gateways.{name} needs smpplib. Run: pip install 'policyserve[smpp]'.", name=name)
    from policyserve.messages.gateways.smpp.submission import SmppGateway

    return SmppGateway(name, settings)

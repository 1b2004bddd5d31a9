"""Which gateways there are, and how one of the settings is opened."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from policyserve.errors import PolicyserveError
from policyserve.messages.gateways.gateway import Gateway

KINDS: Final = {
    "file": "policyserve.messages.gateways.file",
    "http": "policyserve.messages.gateways.http",
    "smpp": "policyserve.messages.gateways.smpp",
    "aliyun": "policyserve.messages.gateways.aliyun",
    "apprise": "policyserve.messages.gateways.apprise",
}
"""The folder of each kind; it has `open_gateway(name, options)`."""


def open_gateway(name: str, gateways: Mapping[str, Mapping[str, Any]]) -> Gateway:
    """Open the gateway `name` of the settings; `file` is there without being named.

    Raises PolicyserveError where the settings do not have it, or where its options are wrong.
    """
    options = gateways.get(name, {"kind": "file"} if name == "file" else None)
    if options is None:
        known = ", ".join(sorted({*gateways, "file"}))
        raise PolicyserveError(
            "The settings have no gateway '{name}'; they have {known}. Add [gateways.{name}].", name=name, known=known
        )
    kind = options.get("kind")
    if kind not in KINDS:
        raise PolicyserveError(
            "gateways.{name}.kind is '{kind}'; it can be {kinds}.", name=name, kind=kind, kinds=", ".join(KINDS)
        )
    opened: Gateway = import_module(KINDS[kind]).open_gateway(
        name, {key: value for key, value in options.items() if key != "kind"}
    )
    return opened

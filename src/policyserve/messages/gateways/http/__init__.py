"""The HTTP gateway: one request a text, fitted to a company's or a vendor's platform by settings alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policyserve.messages.gateways.http.client import HttpGateway
from policyserve.messages.gateways.http.options import HttpOptions
from policyserve.settings_file import checked


def open_gateway(name: str, options: Mapping[str, Any]) -> HttpGateway:
    """Open the gateway that the settings call `name`; raises SettingsError where an option is wrong."""
    return HttpGateway(name, checked(HttpOptions, options, f"gateways.{name}"))

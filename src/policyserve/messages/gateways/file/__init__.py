"""The file gateway: a CSV file for each call in a folder, from which the company's own platform sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policyserve.messages.gateways.file.gateway import FileGateway
from policyserve.messages.gateways.file.options import FileOptions
from policyserve.settings_file import checked


def open_gateway(name: str, options: Mapping[str, Any]) -> FileGateway:
    """Open the gateway that the settings call `name`; raises SettingsError where an option is wrong."""
    return FileGateway(name, checked(FileOptions, options, f"gateways.{name}"))

"""Services outside China that Apprise knows, by its urls; see `options` for what the settings say."""

from __future__ import annotations

from policyserve.messages.gateways.apprise.gateway import open_gateway

__all__ = ["open_gateway"]

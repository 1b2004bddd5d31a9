"""Aliyun SMS (dysmsapi) through its official SDK; see `options` for what the settings say."""

from __future__ import annotations

from policyserve.messages.gateways.aliyun.gateway import open_gateway

__all__ = ["open_gateway"]

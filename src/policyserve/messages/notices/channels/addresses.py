"""Addresses of robots: which are allowed, and how one is shown without its key."""

from __future__ import annotations

import hashlib
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from policyserve.errors import PolicyserveError


class AddressError(PolicyserveError):
    """An address that cannot be used; it is never repeated, for it holds a key."""


def check_address(address: str) -> None:
    """Raise AddressError unless the address is https, or http on this machine."""
    parts = _split(address)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise AddressError("The address is none; copy the robot's whole webhook address, https://... .")
    if parts.username is not None or parts.fragment:
        raise AddressError("The address has a user name or a # in it; copy the webhook address as the vendor shows it.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise AddressError("The address begins with http; notices name customers, so it must be https.")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def masked(address: str) -> str:
    """Show where an address leads without its key: https://host/*** and a mark by which two robots can be told apart.

    In addresses of other schemes any part may be the key, so only the scheme is left.
    """
    parts = _split(address)
    if parts is None or not parts.scheme:
        return f"*** ({mark(address)})"
    host = f"{parts.hostname}/" if parts.scheme in {"http", "https"} and parts.hostname else ""
    return f"{parts.scheme}://{host}*** ({mark(address)})"


def mark(address: str) -> str:
    """Return six characters that follow from the address and do not lead back to it."""
    return hashlib.sha256(address.encode()).hexdigest()[:6]


def _split(address: str) -> SplitResult | None:
    """Take an address apart; None where it is none."""
    if not address.isascii() or not address.isprintable() or " " in address:
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts

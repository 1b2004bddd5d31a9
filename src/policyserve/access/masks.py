"""Masks: how much of a name, a phone and an address a role sees.

Agents and clerks work with them; a manager sees names, and a phone or an address after asking for it, which is
logged; auditors see none of them.
"""

from __future__ import annotations

from typing import Final

from policyserve.access.viewer import Viewer

SEE_NAMES: Final = frozenset({"agent", "manager", "clerk", "system"})
SEE_PHONES: Final = frozenset({"agent", "clerk", "system"})
MAY_REVEAL: Final = frozenset({"manager"})
"""Roles that see a phone after asking for it."""

_SHOWN = 4
"""The last digits of a phone that stay."""


def shown_name(viewer: Viewer, name: str | None) -> str | None:
    """Return a name as a viewer sees it."""
    return name if viewer.role in SEE_NAMES else masked_name(name)


def shown_phone(viewer: Viewer, phone: str | None, *, revealed: bool = False) -> str | None:
    """Return a phone as a viewer sees it."""
    return phone if revealed or viewer.role in SEE_PHONES else masked_phone(phone)


def shown_address(viewer: Viewer, address: str | None, *, revealed: bool = False) -> str | None:
    """Return an address, or a postcode, as a viewer sees it: who sees phones sees it, others its first three signs."""
    hidden = address is not None and not revealed and viewer.role not in SEE_PHONES
    return f"{address[:3]}****" if hidden and address else address


def masked_name(name: str | None) -> str | None:
    """Leave the first sign of each word: 王小明 becomes 王**."""
    return None if name is None else " ".join(word[:1] + "*" * (len(word) - 1) for word in name.split())


def masked_phone(phone: str | None) -> str | None:
    """Leave the first three and the last four digits of a phone, of a short one the last two: 139****0001."""
    if phone is None:
        return None
    ends = (3, _SHOWN) if len(phone) > 2 * _SHOWN else (0, 2)
    hidden = max(len(phone) - sum(ends), 0)
    return phone[: ends[0]] + "*" * hidden + (phone[-ends[1] :] if hidden else "*" * len(phone))

"""The contact that no rule asks for: a call or a visit that an agent made anyway, kept as a task that is done."""

from __future__ import annotations

from typing import Final

from policyserve.standard.model import Service

CONTACT: Final = Service.model_validate(
    {
        "code": "contact", "name": "Contact", "name_zh": "日常联系", "level": "encouraged", "stage": "trust",
        "subject": "customer", "trigger": {"kind": "by-hand"}, "channels": ["visit", "call", "sms"],
    }
)  # fmt: skip
"""A service of every standard."""

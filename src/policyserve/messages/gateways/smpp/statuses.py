"""What a peer's status means for a text.

Flow and the peer's own faults pass; everything else is final: trying again what a peer has refused costs its good will.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

from smpplib import consts

PASSING: Final = frozenset(
    {
        consts.SMPP_ESME_RINVBNDSTS,  # the session's fault, not the text's
        consts.SMPP_ESME_RSYSERR,
        consts.SMPP_ESME_RMSGQFUL,
        consts.SMPP_ESME_RTHROTTLED,
        consts.SMPP_ESME_RX_T_APPN,
    }
)
"""Statuses after which another try may succeed."""


def outcome_of(status: int, later: Collection[int] = ()) -> Literal["later", "refused"]:
    """Tell whether another try may succeed; `later` are the vendor's own statuses that pass."""
    return "later" if status in PASSING or status in later else "refused"


def words_of(status: int) -> str:
    """Name a status as the specification does."""
    return f"0x{status:08X} {consts.DESCRIPTIONS.get(status, 'a status of the vendor')}"

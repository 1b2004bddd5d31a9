"""What a peer's status means for a text.

Flow and the peer's own faults pass; everything else is final: trying again what a peer has refused costs its good will.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

from smpplib import consts

from policyserve.locale import N_, Sentence

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


WORDS: Final = {
    consts.SMPP_ESME_RINVMSGLEN: N_("the text is too long"),
    consts.SMPP_ESME_RINVBNDSTS: N_("the session may not send"),
    consts.SMPP_ESME_RALYBND: N_("there is a session already"),
    consts.SMPP_ESME_RSYSERR: N_("the peer's own fault"),
    consts.SMPP_ESME_RINVSRCADR: N_("the sender's number is wrong"),
    consts.SMPP_ESME_RINVDSTADR: N_("the phone is no number"),
    consts.SMPP_ESME_RBINDFAIL: N_("the session was not opened"),
    consts.SMPP_ESME_RINVPASWD: N_("the password is wrong"),
    consts.SMPP_ESME_RINVSYSID: N_("the account is wrong"),
    consts.SMPP_ESME_RMSGQFUL: N_("the peer's queue is full"),
    consts.SMPP_ESME_RINVSERTYP: N_("the service type is wrong"),
    consts.SMPP_ESME_RSUBMITFAIL: N_("the peer could not take it"),
    consts.SMPP_ESME_RTHROTTLED: N_("too many texts at once"),
    consts.SMPP_ESME_RX_T_APPN: N_("the peer cannot take it for now"),
    consts.SMPP_ESME_RX_P_APPN: N_("the peer will never take it"),
    consts.SMPP_ESME_RX_R_APPN: N_("the peer refuses it"),
    consts.SMPP_ESME_RDELIVERYFAILURE: N_("it cannot be delivered"),
    consts.SMPP_ESME_RUNKNOWNERR: N_("the peer gave no reason"),
}
"""What the statuses that occur say to a person."""


def words_of(status: int) -> Sentence:
    """Say what a status means, with its number."""
    words = Sentence(WORDS.get(status, OF_VENDOR))
    return Sentence("{words} ({code})", words=words, code=f"0x{status:08X}")


OF_VENDOR = N_("a status of the vendor's own")

"""What Aliyun's codes mean for a text.

Sources: help.aliyun.com document_detail/101346 (codes of the calls), alibabacloud.com/help doc-detail/73694 and 116206
(isp.SYSTEM_ERROR: call again), and the codes that all of Aliyun's interfaces share (Throttling, ServiceUnavailable,
InternalError, InvalidAccessKeyId, Forbidden, SignatureNonceUsed; for example document_detail/435312).

`refused` is about this text, this phone or what was filed: the same again would be refused again. `later` was not taken
for a reason that passes, or that somebody mends at the account without touching the text. Whatever is not known to
have been turned away is `in-doubt`: a try too few can be mended, a text too many cannot.
"""

from __future__ import annotations

import re
from typing import Final

from policyserve.messages.gateways.gateway import Outcome

CODES: Final[dict[str, tuple[Outcome, str]]] = {
    # too many, or Aliyun's own trouble
    "isv.BUSINESS_LIMIT_CONTROL": ("later", "too many texts to this phone for now"),
    "isv.DAY_LIMIT_CONTROL": ("later", "the account's limit of the day is reached"),
    "isv.MONTH_LIMIT_CONTROL": ("later", "the account's limit of the month is reached"),
    "isp.SYSTEM_ERROR": ("later", "Aliyun's own fault"),
    "ServiceUnavailable": ("later", "Aliyun is out of service"),
    # the account
    "isv.OUT_OF_SERVICE": ("later", "the account has no money left"),
    "isv.AMOUNT_NOT_ENOUGH": ("later", "the account has no money left"),
    "isv.ACCOUNT_NOT_EXISTS": ("later", "there is no such account"),
    "isv.ACCOUNT_ABNORMAL": ("later", "the account is blocked"),
    "isv.PRODUCT_UN_SUBSCRIPT": ("later", "the account has not opened SMS"),
    "isv.PRODUCT_UNSUBSCRIBE": ("later", "the account has not opened SMS"),
    "isv.DENY_IP_RANGE": ("later", "this machine's address is not in mainland China"),
    "isp.RAM_PERMISSION_DENY": ("later", "the access key may not send SMS"),
    "SignatureDoesNotMatch": ("later", "the secret of the access key is wrong"),
    "IncompleteSignature": ("later", "the secret of the access key is wrong"),
    # what was filed
    "isv.SMS_SIGNATURE_ILLEGAL": ("refused", "the signature is not approved"),
    "isv.SMS_SIGN_ILLEGAL": ("refused", "the signature is forbidden"),
    "isv.SIGN_STATE_ILLEGAL": ("refused", "the signature cannot be used"),
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL": ("refused", "the signature is for another kind of template"),
    "isv.SMS_TEMPLATE_ILLEGAL": ("refused", "the template is not approved, or has other parameters"),
    "isv.EXTEND_CODE_ERROR": ("refused", "the extension belongs to another signature"),
    # this text
    "isv.TEMPLATE_MISSING_PARAMETERS": ("refused", "a parameter of the template is missing"),
    "isv.TEMPLATE_PARAMS_ILLEGAL": ("refused", "a parameter is not of the kind that was filed"),
    "isv.INVALID_JSON_PARAM": ("refused", "the parameters cannot be read"),
    "isv.INVALID_PARAMETERS": ("refused", "a parameter is wrong"),
    "isv.PARAM_LENGTH_LIMIT": ("refused", "a parameter is too long"),
    "isv.PARAM_NOT_SUPPORT_URL": ("refused", "a parameter holds a link"),
    "isv.BLACK_KEY_CONTROL_LIMIT": ("refused", "a parameter holds a forbidden word"),
    "isv.SMS_CONTENT_ILLEGAL": ("refused", "the text holds what is forbidden"),
    # this phone
    "isv.MOBILE_NUMBER_ILLEGAL": ("refused", "the phone is no number"),
    "isv.MOBILE_COUNT_OVER_LIMIT": ("refused", "too many phones in one call"),
    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": ("refused", "the template is for phones abroad only"),
    # it may have been taken
    "InternalError": ("in-doubt", "Aliyun failed on the way"),
    "SignatureNonceUsed": ("in-doubt", "Aliyun had this very call before"),
}
"""By code: what it means, and a few words for a person."""

KINDS: Final[tuple[tuple[str, Outcome, str], ...]] = (
    ("Throttling", "later", "too many calls at once"),
    ("InvalidAccessKeyId", "later", "the access key is wrong or closed"),
    ("InvalidTimeStamp", "later", "the clock of this machine is wrong"),
    ("Forbidden", "later", "the account may not send SMS"),
    ("isv.", "refused", "refused"),
    ("isp.", "in-doubt", "Aliyun failed on the way"),
)
"""By the beginning of a code that is not in the table, the first that fits."""

_SHOWN = re.compile(r"[A-Za-z][\w.\-:]{0,79}")


def judged(code: str, status: int) -> tuple[Outcome, str]:
    """Return what a code other than OK means, with the reason; `status` is that of HTTP."""
    outcome, words = CODES.get(code) or _by_kind(code, status)
    return outcome, f"{words} ({shown(code)})"


def _by_kind(code: str, status: int) -> tuple[Outcome, str]:
    for start, outcome, words in KINDS:
        if code.startswith(start):
            return outcome, words
    return ("refused", "refused") if 400 <= status < 500 else ("in-doubt", "an answer that is not known")


def shown(code: str) -> str:
    """Return a code that looks like one; anything else might be a value."""
    return code if _SHOWN.fullmatch(code) else "no code"

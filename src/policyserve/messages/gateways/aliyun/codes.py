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

from policyserve.locale import N_, Sentence
from policyserve.messages.gateways.gateway import Outcome, Reason

CODES: Final[dict[str, tuple[Outcome, str]]] = {
    # too many, or Aliyun's own trouble
    "isv.BUSINESS_LIMIT_CONTROL": ("later", N_("too many texts to this phone for now")),
    "isv.DAY_LIMIT_CONTROL": ("later", N_("the account's limit of the day is reached")),
    "isv.MONTH_LIMIT_CONTROL": ("later", N_("the account's limit of the month is reached")),
    "isp.SYSTEM_ERROR": ("later", N_("Aliyun's own fault")),
    "ServiceUnavailable": ("later", N_("Aliyun is out of service")),
    # the account
    "isv.OUT_OF_SERVICE": ("later", N_("the account has no money left")),
    "isv.AMOUNT_NOT_ENOUGH": ("later", N_("the account has no money left")),
    "isv.ACCOUNT_NOT_EXISTS": ("later", N_("there is no such account")),
    "isv.ACCOUNT_ABNORMAL": ("later", N_("the account is blocked")),
    "isv.PRODUCT_UN_SUBSCRIPT": ("later", N_("the account has not opened SMS")),
    "isv.PRODUCT_UNSUBSCRIBE": ("later", N_("the account has not opened SMS")),
    "isv.DENY_IP_RANGE": ("later", N_("this machine's address is not in mainland China")),
    "isp.RAM_PERMISSION_DENY": ("later", N_("the access key may not send SMS")),
    "SignatureDoesNotMatch": ("later", N_("the secret of the access key is wrong")),
    "IncompleteSignature": ("later", N_("the secret of the access key is wrong")),
    # what was filed
    "isv.SMS_SIGNATURE_ILLEGAL": ("refused", N_("the signature is not approved")),
    "isv.SMS_SIGN_ILLEGAL": ("refused", N_("the signature is forbidden")),
    "isv.SIGN_STATE_ILLEGAL": ("refused", N_("the signature cannot be used")),
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL": ("refused", N_("the signature is for another kind of template")),
    "isv.SMS_TEMPLATE_ILLEGAL": ("refused", N_("the template is not approved, or has other parameters")),
    "isv.EXTEND_CODE_ERROR": ("refused", N_("the extension belongs to another signature")),
    # this text
    "isv.TEMPLATE_MISSING_PARAMETERS": ("refused", N_("a parameter of the template is missing")),
    "isv.TEMPLATE_PARAMS_ILLEGAL": ("refused", N_("a parameter is not of the kind that was filed")),
    "isv.INVALID_JSON_PARAM": ("refused", N_("the parameters cannot be read")),
    "isv.INVALID_PARAMETERS": ("refused", N_("a parameter is wrong")),
    "isv.PARAM_LENGTH_LIMIT": ("refused", N_("a parameter is too long")),
    "isv.PARAM_NOT_SUPPORT_URL": ("refused", N_("a parameter holds a link")),
    "isv.BLACK_KEY_CONTROL_LIMIT": ("refused", N_("a parameter holds a forbidden word")),
    "isv.SMS_CONTENT_ILLEGAL": ("refused", N_("the text holds what is forbidden")),
    # this phone
    "isv.MOBILE_NUMBER_ILLEGAL": ("refused", N_("the phone is no number")),
    "isv.MOBILE_COUNT_OVER_LIMIT": ("refused", N_("too many phones in one call")),
    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": ("refused", N_("the template is for phones abroad only")),
    # it may have been taken
    "InternalError": ("in-doubt", N_("Aliyun failed on the way")),
    "SignatureNonceUsed": ("in-doubt", N_("Aliyun had this very call before")),
}
"""By code: what it means, and a few words for a person."""

REPORTED: Final = {
    "MOBILE_NOT_ON_SERVICE": N_("the phone is switched off, out of reach or no longer in use"),
    "MOBILE_SEND_LIMIT": N_("too many texts to this phone for now"),
    "MOBILE_ACCOUNT_ABNORMAL": N_("the carrier has closed the phone's account, or moved its number"),
    "MOBILE_IN_BLACK": N_("the phone is on a blacklist"),
    "MOBLLE_TERMINAL_ERROR": N_("the phone itself could not take it"),
    "CONTENT_KEYWORD": N_("the text holds what is forbidden"),
    "CONTENT_ERROR": N_("the text does not say how to refuse more"),
    "INVALID_NUMBER": N_("the phone is no number that can be reached"),
    "USER_REJECT": N_("the customer has told the carrier to refuse such texts"),
    "NO_ROUTE": N_("no carrier takes a text like this"),
    "SP_UNKNOWN_ERROR": N_("the carrier gave no reason"),
    "REQUEST_SUCCESS": N_("the carrier never said what became of it"),
    "SP_NOT_BY_INTER_SMS": N_("the phone takes no texts from abroad"),
    "IS_CLOSE": N_("the way to the carrier is closed"),
}
"""What the codes of receipts say, where they are not those above (the vendor's table of receipt codes)."""

CODED = N_("{words} ({code})")

KINDS: Final[tuple[tuple[str, Outcome, str], ...]] = (
    ("Throttling", "later", N_("too many calls at once")),
    ("InvalidAccessKeyId", "later", N_("the access key is wrong or closed")),
    ("InvalidTimeStamp", "later", N_("the clock of this machine is wrong")),
    ("Forbidden", "later", N_("the account may not send SMS")),
    ("isv.", "refused", N_("refused")),
    ("isp.", "in-doubt", N_("Aliyun failed on the way")),
)
"""By the beginning of a code that is not in the table, the first that fits."""

_SHOWN = re.compile(r"[A-Za-z][\w.\-:]{0,79}")


def judged(code: str, status: int) -> tuple[Outcome, Sentence]:
    """Return what a code other than OK means, with the reason; `status` is that of HTTP."""
    outcome, words = CODES.get(code) or _by_kind(code, status)
    return outcome, Sentence(CODED, words=Sentence(words), code=shown(code))


def reported(code: str) -> Reason:
    """Say why a text did not arrive, by the code of its receipt."""
    words = REPORTED.get(code)
    return Sentence(CODED, words=Sentence(words), code=code) if words else shown(code)


def _by_kind(code: str, status: int) -> tuple[Outcome, str]:
    for start, outcome, words in KINDS:
        if code.startswith(start):
            return outcome, words
    return ("refused", N_("refused")) if 400 <= status < 500 else ("in-doubt", N_("an answer that is not known"))


def shown(code: str) -> str:
    """Return a code that looks like one; anything else might be a value."""
    return code if _SHOWN.fullmatch(code) else "no code"

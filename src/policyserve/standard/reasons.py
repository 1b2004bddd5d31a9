"""Reasons: why work or a message is not called for, is cancelled, dropped or withheld; by code, with arguments.

A reason is stored as its code and its arguments (JSON), never as a sentence; `said` words it in the reader's language.
What a person or a vendor wrote stands beside it and stays as it is.
"""

from __future__ import annotations

import json
from typing import Final

import polars as pl

REASONS: Final = {
    # an end of the policy, by the event that ended it
    "freelook_cancel": ("the policy was cancelled in the free-look on {on}", "犹豫期撤单（{on}）"),
    "surrender": ("the policy was surrendered on {on}", "保单已退保（{on}）"),
    "claim_termination": ("a claim ended the policy on {on}", "理赔终止（{on}）"),
    "void": ("the policy was declared void on {on}", "保单已注销（{on}）"),
    "transfer_out": ("the policy was transferred out on {on}", "保单已迁出（{on}）"),
    "conversion": ("the policy was converted on {on}", "保单已转换（{on}）"),
    "terminated": ("the policy was terminated on {on}", "保单效力终止（{on}）"),
    "maturity": ("the policy matured on {on}", "保单已满期给付（{on}）"),
    "end of cover": ("the cover ended on {on}", "保险期满（{on}）"),
    # another fact of the policy or the customer
    "waiver": ("the premiums were waived on {on}", "保费已豁免（{on}）"),
    "reduced_paid_up": ("the policy was made reduced paid-up on {on}", "保单已减额交清（{on}）"),
    "suspended": ("the cover was suspended on {on}", "保单效力中止（{on}）"),
    "receipt-signed": ("the receipt was signed on {on}", "回执已签（{on}）"),
    "instalment-paid": ("instalment {instalment} was paid on {on}", "第{instalment}期已缴（{on}）"),
    "reinstated": ("the policy was reinstated on {on}", "保单已复效（{on}）"),
    "suspension_confirmed": ("the confirmation of suspension was signed on {on}", "效力中止确认书已签（{on}）"),
    "died": ("the customer died on {on}", "客户身故（{on}）"),
    "last-policy-ended": ("the customer's last policy ended on {on}", "客户已无有效保单（{on}）"),
    "birthday-unknown": ("the birthday is no longer known", "客户生日已清除"),
    "closed": ("the case was closed on {on}", "已办结（{on}）"),
    "retracted": ("the event was retracted", "事件已撤销"),
    "done-recently": ("it was done already on {on}", "近期已做过（{on}）"),
    # the standard
    "no-service": ("the standard no longer has this service", "服务标准已无此项目"),
    "switched-off": ("the standard has switched this service off", "服务标准已停用此项目"),
    "other-way": ("the standard asks for it in another way now", "服务标准已改用其他方式"),
    "gone": ("the facts no longer call for it", "事实已变，不再需要"),
    # time
    "passed": ("the latest day, {latest}, has passed", "最晚日{latest}已过"),
    "late": ("now due {due}, and the latest day, {latest}, has passed", "应做日现为{due}，最晚日{latest}已过"),
    # work that comes back, or comes from a message
    "recounted": ("counted from {anchor} instead of {before}, due {due}", "起算日{anchor}而非{before}，应做日{due}"),
    "called-again": ("called for again, due {due}", "重新需要，应做日{due}"),
    "phone-missing": ("a message could not go out: no phone", "短信无法发送：无手机号"),
    "phone-known": ("the phone is known now", "已有手机号"),
}
"""By code: in English and in Chinese."""


def arguments(**columns: str) -> pl.Expr:
    """Write columns as the arguments of a reason, by the names that its sentence gives them."""
    return pl.struct([pl.col(column).alias(name) for name, column in columns.items()]).struct.json_encode()


def said(code: str, arguments: str | None, language: str) -> str:
    """Word a stored reason; `arguments` is JSON, an object. Raises KeyError for a code that is none."""
    return REASONS[code][language == "zh"].format(**json.loads(arguments or "{}"))

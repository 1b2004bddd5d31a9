"""The words that lists use for a code, in English and Chinese; the code itself is always understood too.

Capitals, and the difference between a blank, a hyphen and an underline, do not matter.
"""

from __future__ import annotations

from collections.abc import Mapping

from policyserve.book import columns

Words = Mapping[str, tuple[str, ...]]

GENDERS: Words = {"male": ("m", "男", "男性", "先生"), "female": ("f", "女", "女性", "女士")}


def _of_mode(*bases: str) -> tuple[str, ...]:
    """Return the usual ways of writing a mode: 年缴 first, then 年, 按年, 每年交, 年度缴费, 年繳 ..."""
    ends = ("缴", "交", "付", "", "缴费", "交费", "付费", "繳", "繳費")
    return tuple(
        before + base + part + end
        for base in bases
        for before in ("", "按", "每")
        for part in ("", "度")
        for end in ends
    )


CLEAR = "-"
"""What is typed into a cell to clear what is stored."""

ONCE = (
    "趸缴", "趸交", "趸", "趸付", "趸缴费", "趸交费", "躉繳", "躉交", "躉", "一次交清", "一次缴清", "一次付清",
    "一次性", "一次性交清", "一次性缴清", "一次性付清", "一次性缴费", "一次性交费", "single", "single-premium",
    "single-payment", "lump-sum",
)  # fmt: skip
"""Words for a premium that is paid once."""

FOR_LIFE = (
    "终身", "終身", "终身缴", "终身交", "终身缴费", "终身交费", "缴至终身", "交至终身", "保至终身", "至终身",
    "终身保障", "whole-life", "lifetime", "for-life", "life",
)  # fmt: skip
"""Words for what has no end before death."""

MODES: Words = {
    "single": (*ONCE, "0"),
    "annual": (*_of_mode("年"), "一年一次", "12个月", "yearly", "annually", "every-year", "12-months", "y", "a"),
    "semi-annual": (
        *_of_mode("半年"), "半年一次", "6个月", "semiannual", "semi-annually", "half-yearly", "half-year", "6-months",
        "h",
    ),
    "quarterly": (*_of_mode("季"), "一季一次", "3个月", "quarter", "every-quarter", "3-months", "q"),
    "monthly": (*_of_mode("月"), "一月一次", "1个月", "month", "every-month", "1-month", "m"),
}  # fmt: skip

PRODUCT_KINDS: Words = {
    "life": ("寿险", "人寿保险", "定期寿险", "终身寿险"),
    "annuity": ("年金", "年金险", "年金保险", "养老年金"),
    "critical-illness": ("重疾", "重疾险", "重大疾病", "重大疾病保险", "疾病保险"),
    "health": ("医疗", "医疗险", "医疗保险", "健康险"),
    "accident": ("意外", "意外险", "意外伤害", "意外伤害保险"),
    "savings": ("两全", "两全险", "两全保险", "endowment"),
}

DEBIT_RESULTS: Words = {
    "success": ("成功", "扣款成功", "已扣款", "划款成功", "succeeded", "successful"),
    "failed": ("失败", "扣款失败", "划款失败", "未成功", "fail", "failure", "unsuccessful"),
}

STAGES: Words = {
    "named": ("提名",),
    "contacted": ("已联系",),
    "consented": ("已同意",),
    "met": ("已面谈",),
    "issued": ("已承保",),
}

RELATIONS: Words = {
    "relative": ("亲属", "亲戚", "家人", "亲人", "family"),
    "colleague": ("同事", "co-worker"),
    "friend": ("朋友", "好友"),
    "other": ("其他", "其它"),
}
"""How who was named stands to who named them."""

_EVENT_WORDS: Words = {
    "freelook_cancel": ("犹豫期撤单", "犹豫期退保"),
    "surrender": ("退保",),
    "claim_termination": ("理赔终止",),
    "waiver": ("豁免", "保费豁免", "免缴"),
    "void": ("注销",),
    "transfer_out": ("迁出",),
    "conversion": ("转换", "转换终止"),
    "reduced_paid_up": ("减额缴清", "减额交清"),
    "premium_change": ("保费变更",),
    "rider_added": ("新增附加险", "新增附约"),
    "suspension_confirmed": ("中止确认", "效力中止确认"),
    "reinstated": ("复效",),
    "terminated": ("终止", "效力终止"),
    "premium_loan": ("自动垫缴", "自动垫交", "保费垫缴", "保费垫交"),
    "maturity": ("满期",),
    "claim": ("理赔",),
    "claim_closed": ("理赔结案",),
    "sick": ("生病",),
    "service_request": ("保全申请", "服务申请"),
    "request_closed": ("保全办结", "服务办结"),
    "dividend_declared": ("红利公布", "分红公布"),
    "agent_changed": ("服务人员变更", "人员变更"),
    "mode_changed": ("缴费方式变更", "交费方式变更", "缴费年期变更"),
    "complaint": ("投诉",),
}

EVENTS: Words = {kind: _EVENT_WORDS.get(kind, ()) for kind in columns.EVENT_KINDS}

YES = ("y", "yes", "true", "t", "1", "是", "√", "✓", "有", "同意", "已同意", "已退订")
NO = ("n", "no", "false", "f", "0", "否", "×", "✗", "没有", "不同意", "未同意", "未退订")

CURRENCIES = {"人民币": "CNY", "RMB": "CNY", "元": "CNY", "美元": "USD", "港元": "HKD", "港币": "HKD", "日元": "JPY"}
"""Other words for a currency than its three letters."""


def lookup(words: Words) -> dict[str, str]:
    """Return every word of `words`, as `plain_word` would write it, with its code."""
    return {plain_word(word): code for code, others in words.items() for word in (code, *others)}


def spelled(words: Words) -> str:
    """List words for people: each code with its first Chinese word, as `claim (理赔)`."""
    chinese = {code: next((word for word in others if not word.isascii()), "") for code, others in words.items()}
    return ", ".join(f"{code} ({word})" if word else code for code, word in chinese.items())


def plain_word(word: str) -> str:
    """Write a word as it is looked up: small letters, hyphens."""
    return word.strip().lower().replace("_", "-").replace(" ", "-")

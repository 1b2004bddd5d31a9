"""The words that lists use for a code, in English and Chinese; the code itself is always understood too.

Capitals, and the difference between a blank, a hyphen and an underline, do not matter.
"""

from __future__ import annotations

from collections.abc import Mapping

from policyserve.book import columns

Words = Mapping[str, tuple[str, ...]]

GENDERS: Words = {"male": ("m", "男", "男性", "先生"), "female": ("f", "女", "女性", "女士")}

MODES: Words = {
    "single": (
        "趸缴",
        "趸交",
        "趸",
        "趸付",
        "一次交清",
        "一次缴清",
        "一次性",
        "一次性交清",
        "single-premium",
        "lump-sum",
    ),
    "annual": ("年缴", "年交", "年", "年付", "按年", "按年缴", "按年交", "每年", "yearly", "annually"),
    "semi-annual": (
        "半年缴",
        "半年交",
        "半年",
        "半年付",
        "按半年",
        "每半年",
        "semiannual",
        "semi-annually",
        "half-yearly",
    ),
    "quarterly": ("季缴", "季交", "季", "季付", "季度", "季度缴", "季度交", "按季", "每季", "每季度", "quarter"),
    "monthly": ("月缴", "月交", "月", "月付", "按月", "按月缴", "按月交", "每月", "month"),
}

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

"""What screens say of an import; in Chinese also kinds of lists, fields, and the reasons for which rows are rejected.

Reasons are made in English where rows are checked, and stand so in the reject file, which programs read; a screen
translates them by their patterns. A reason without a pattern stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from policyserve.book.lists import KINDS

LISTS = {
    "agents": "人员",
    "customers": "客户",
    "policies": "保单",
    "premiums": "缴费",
    "events": "事件",
    "referrals": "转介绍",
}
"""Chinese names of the kinds of lists."""

NOUNS = {"agent": "业务员", "customer": "客户", "policy": "保单"}

_PATTERNS = (
    (r"is missing", "缺失"),
    (r"is required and cannot be cleared", "为必填项，不能清空"),
    (r"has lost digits in a spreadsheet.*", "在电子表格中丢失了位数；请将该列设为文本后重新录入"),
    (r"cannot be read", "无法读取"),
    (r"is no possible date.*", "不是有效日期；请写成2026-11-21"),
    (r"is no possible birthday.*", "不是有效生日；请写成1968-08-15"),
    (r"is no amount.*", "不是金额；请写成1234.50"),
    (r"has more decimals than the currency has", "小数位数超出该币种"),
    (r"is no whole number from (.+) to (.+)", r"不是\1至\2之间的整数"),
    (r"is no whole number that is possible here", "不是有效整数"),
    (r"is neither yes nor no.*", "不是“是”或“否”；请写Y或N"),
    (r"is none of the words known here: (.+)", r"不是已知的词；可用：\1"),
    (r"is none of the words known here", "不是已知的词"),
    (r"is no phone number", "不是电话号码"),
    (r"is no lunar date that existed.*", "农历日期不存在；请写成1968-08-15，闰月写成1968-闰7-15"),
    (r"is no currency.*", "不是币种；请写三个字母，如CNY"),
    (r"must be more than zero", "必须大于零"),
    (r"must be more than zero: it is the premium per instalment", "必须大于零：应为每期保费"),
    (r"must not be less than zero", "不能小于零"),
    (r"has more cells than the header.*", "单元格多于表头；含分隔符的文字请加引号"),
    (
        r"stands in this file more than once with different content \(lines (.+)\); keep one row",
        r"在文件中重复且内容不同（第\1行）；请只留一行",
    ),
    (r"is a number that no (\w+) has; import the list that holds it first", r"没有这个号码的{1}；请先导入所在清单"),
    (r"is a number that no (\w+) has, neither stored nor in this file", r"没有这个号码的{1}：库中和本文件中都没有"),
    (r"names an? (\w+) whose own row in this file is rejected", r"所指{1}在本文件中的行已被拒收"),
    (r"lies in the future", "在未来"),
    (r"lies in the future, after (.+)", r"在\1之后，尚未发生"),
    (r"lies before 1900", "早于1900年"),
    (r"lies before the birthday", "早于生日"),
    (r"lies before the policy begins", "早于保单开始日期"),
    (r"lies before the policy was issued, on (.+)", r"早于保单承保日期\1"),
    (r"names the (?:agent|customer|referrer) himself", "指向本人"),
    (r"names the policy itself; a main policy leaves it empty", "指向该保单自身；主险请留空"),
    (r"names a policy that names this one as its main policy.*", "与另一保单互为主险；只有附加险才有主险"),
    (r"differs from the day worked out from the policy, (.+), which counts", r"与按保单推算的日期不同，以\1为准"),
    (r"is missing, so what the row says of the debit is left out", "缺失，该行的扣款信息未导入"),
    (r"is missing, so the debit is left out", "缺失，该次扣款未导入"),
    (r"is missing: an event names a policy or a customer", "缺失：事件须指明保单或客户"),
    (r"is missing: this event has the premium per instalment as its amount", "缺失：该事件的金额应为每期保费"),
    (r"is missing: it tells the new agent's number", "缺失：应填新服务人员的工号"),
    (r"is missing: the row tells nobody who was referred", "缺失：未说明被介绍人是谁"),
    (r"is not the holder of the policy; leave one of the two numbers empty", "不是该保单的投保人；两个号码请留空一个"),
)

REASONS = tuple((re.compile(pattern), chinese) for pattern, chinese in _PATTERNS)
"""Patterns of whole reasons, with the Chinese; `{1}` stands for a noun that is translated."""


def reason(text: str, language: str) -> str:
    """Return the reason for which a row is rejected, or a warning, in the language of a screen."""
    if language != "zh":
        return text
    for pattern, chinese in REASONS:
        if found := pattern.fullmatch(text):
            noun = NOUNS.get(found[1], found[1]) if "{1}" in chinese else ""
            return found.expand(chinese.replace("{1}", noun))
    return text


def list_name(kind: str, language: str) -> str:
    """Return the name of a kind of list."""
    return LISTS[kind] if language == "zh" else kind


def field_name(kind: str, field: str, language: str) -> str:
    """Return the name of a column of a list, in Chinese its Chinese header."""
    name = "group" if field == "is_group" else field
    columns = {column.name: column.chinese for column in KINDS[kind].columns} | {"row": "行"}
    return columns.get(name, field) if language == "zh" else field


def told(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Put a problem with its `list` into the language of a screen."""
    return {
        **row,
        "list": list_name(row["list"], language),
        "field": field_name(row["list"], row["field"], language),
        "reason": reason(row["reason"], language),
    }

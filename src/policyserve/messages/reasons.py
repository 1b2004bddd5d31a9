"""Why a message is not made, or did not go out: a code that is stored, and the words for people."""

from __future__ import annotations

from typing import Final

REASONS: Final = {
    "no-phone": ("the customer has no mobile phone; the agent has a task to ask for it", "无手机号，已转业务员补录"),
    "no-consent": ("the customer has not consented to marketing", "客户未同意营销"),
    "opted-out": ("the customer has refused marketing by SMS", "客户已退订营销短信"),
    "deceased": ("the customer has died; the family is told in person", "客户已身故，由人工告知家属"),
    "child": ("no marketing to a person below 14", "不向未满14周岁者发送营销短信"),
    "superseded": ("the next reminder of the same takes its place", "由同一事项的后一次提醒代替"),
    "cap-day": ("another marketing message of the day bears more on the targets", "当日营销短信已达上限"),
    "cap-week": ("the customer has had the week's marketing messages", "本周营销短信已达上限"),
    "cap-all": ("the customer has had the day's messages", "当日短信已达上限"),
    "merged": ("its text went into another message of the day", "已并入当日另一条短信"),
    "gone": ("the facts no longer call for it", "事实变化，不再需要"),
    "expired": ("its last day passed before it went out", "已过最后发送日"),
    "by-hand": ("somebody decided against it", "人工取消"),
    "in-doubt": ("it may have left; nobody knows yet", "可能已发出，尚待核实"),
    "no-receipt": ("no receipt came in time", "超时未收到回执"),
    "tried": ("every try failed", "多次重试失败"),
}  # fmt: skip
"""By code: in English and in Chinese. A reason that is no code is what a template or a vendor said."""


def in_words(reason: str | None, language: str) -> str | None:
    """Return a stored reason for people; what a vendor said stands after the code and a colon."""
    if reason is None:
        return None
    code, colon, said = reason.partition(": ")
    words = REASONS.get(code)
    return reason if words is None else words[language == "zh"] + (f" ({said})" if colon else "")

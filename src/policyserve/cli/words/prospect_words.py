"""What screens say of people who may buy, and of the points of those who referred them."""

from __future__ import annotations

from policyserve.cli.screen.sentences import worded

KINDS = {
    "policy": ("policy", "保单"),
    "rider": ("rider", "附加险"),
    "rider_added": ("rider added", "加保附加险"),
}
"""What was bought, in English and Chinese."""

SENTENCES = {
    "funnel.delete": (
        "{count} leads have not been contacted for more than {days} days: delete their names and phones.",
        "{count}位被介绍人超过{days}天未联系：请删除其姓名和手机。",
    ),
    "candidates.comma": (", ", "、"),
    "candidates.why": ("{name}: {why}", "{name}：{why}"),
    "candidates.more": (
        "The first {shown} of {count}; --top shows more.",
        "仅显示前{shown}位，共{count}位；可用--top显示更多。",
    ),
    "points.kind": ("For", "事由"),
}
"""Sentences, in English and Chinese."""


def say(key: str, language: str, **values: object) -> str:
    """Return a sentence with its values."""
    return worded(SENTENCES[key], language, **values)

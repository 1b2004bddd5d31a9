"""The sentence of a transition: its reason, what it changed, and what a person wrote, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policyserve.standard import reasons
from policyserve.standard.vocabulary import word
from policyserve.tasks.transitions import Difference, Step

_FIELDS = {
    "due": ("due", "应做日"),
    "earliest": ("earliest", "最早日"),
    "latest": ("latest", "最晚日"),
    "anchor": ("counted from", "起算日"),
    "performer": ("done by", "执行"),
    "channels": ("by", "方式"),
    "provisional": ("provisional", "暂定"),
    "nominal": ("day of the rule", "标准日"),
    "agent_id": ("agent", "业务员"),
}
"""What is told of a task that moved, in this order: in English and in Chinese."""

_VALUES = {"true": "是", "false": "否"}


def why_in_words(step: Step, language: str) -> str:
    """Say why a task took a step and what became of what; empty where there is nothing to say."""
    parts = [reasons.said(step.reason, step.arguments, language)] if step.reason else []
    parts += _of_changes(step.action, step.changes, language)
    return ("；" if language == "zh" else "; ").join([*parts, step.said] if step.said else parts)


def _of_changes(action: str, changes: Mapping[str, Difference], language: str) -> Iterator[str]:
    chinese = language == "zh"
    if action == "done" and "done_on" in changes:
        channel, day = (changes[name][1] or "" for name in ("channel", "done_on"))
        yield f"{day}，方式：{word(channel, 'zh')}" if chinese else f"by {channel} on {day}"
    if action == "snoozed" and "snoozed_to" in changes:
        yield f"至{changes['snoozed_to'][1]}" if chinese else f"to {changes['snoozed_to'][1]}"
    for name, labels in _FIELDS.items():
        if name in changes and not (name == "nominal" and "due" in changes):
            before, after = (_value(name, value, chinese) for value in changes[name])
            yield f"{labels[chinese]}{'' if chinese else ' '}{before} -> {after}"
    if "customer_id" in changes:
        yield "投保人变更" if chinese else "another holder"


def _value(name: str, value: str | None, chinese: bool) -> str:
    if value is None:
        return "无" if chinese else "nobody"
    if not chinese:
        return value
    if name in {"performer", "channels"}:
        return "+".join(word(part, "zh") for part in value.split("+"))
    return _VALUES[value] if name == "provisional" else value

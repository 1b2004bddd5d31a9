"""The codes that tables show, in the language of the screen."""

from __future__ import annotations

from policyserve.book.columns import EVENT_KINDS
from policyserve.standard.vocabulary import event_word, word

CODES = {
    "open": "待办",
    "done": "已完成",
    "skipped": "已跳过",
    "made": "已生成",
    "merged": "已合并",
    "dropped": "已放弃",
    "withheld": "未生成",
    "approved": "已批准",
    "queued": "待发送",
    "submitting": "发送中",
    "accepted": "已提交",
    "delivered": "已送达",
    "expired": "已过期",
    "duty": "义务",
    "marketing": "营销",
    "missed": "已错过",
    "cancelled": "已取消",
    "planned": "计划中",
    "not tracked": "未跟踪",
    "final": "确定",
    "provisional": "暂定",
    "counted": "计入",
    "pending": "未到期",
    "excluded": "剔除",
    "single": "趸缴",
    "male": "男",
    "female": "女",
    "rejected": "拒收",
    "warning": "提醒",
    "nobody": "短信",
    "end of cover": "保险期满",
    "in_grace": "宽限期内",
    "unpaid": "未缴",
    "not_known": "无缴费记录",
    "paid_late": "逾期缴费",
    "reinstated_later": "截止后复效",
    "suspended": "效力中止",
    "group": "团险",
    "short_term": "一年期及以内",
    "cover_over": "保障已满",
    "paid_up": "缴费期满",
    "wecom": "企业微信",
    "dingtalk": "钉钉",
    "feishu": "飞书",
    "sending": "发送中",
    "sent": "已发送",
    "waiting": "待重试",
    "refused": "被拒绝",
    "unknown": "结果不明",
    "running": "运行中",
    "lost": "中断",
    "named": "提名",
    "contacted": "已联系",
    "consented": "已同意",
    "met": "已面谈",
    "issued": "已承保",
    "own-policy": "本人投保",
    "taken-back": "追回",
    "given-back": "恢复",
    "paid": "兑付",
    "confirmed": "已确认",
    "not-confirmed": "未确认",
    "not-reached": "未联系上",
    "both": "保费和件数",
    "premium": "仅保费",
    "count": "仅件数",
    "nothing": "不计",
    "all": "全公司",
}
"""Codes in Chinese, besides those of the standard's vocabulary and the kinds of events."""

CODED = frozenset({
    "status", "state", "outcome", "message_class", "mode", "gender", "severity", "performer", "channels", "channel",
    "kind", "ended_by", "level", "stage", "result", "kept", "company",
})  # fmt: skip
"""Columns that hold such codes; what stands in others is the users' own text."""


def shown(column: str, value: object, language: str) -> object:
    """Put a code or a yes or no into the language of the screen; everything else stays as it is."""
    if isinstance(value, bool):
        return (("no", "yes"), ("否", "是"))[language == "zh"][value]
    return coded(value, language) if column in CODED and isinstance(value, str) else value


def coded(code: str, language: str) -> str:
    """Return a code, or several joined by `+`, in the language of the screen; in English it is its own word."""
    if language != "zh":
        return code.replace("_", " ") if code in CODES else code
    return "+".join(_in_chinese(part) for part in code.split("+"))


def _in_chinese(code: str) -> str:
    return CODES.get(code) or (event_word(code, "zh") if code in EVENT_KINDS else word(code, "zh"))

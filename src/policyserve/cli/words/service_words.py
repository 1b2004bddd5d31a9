"""What screens say of figures of service: what was done in time, what customers said, orphans, what came in when."""

from __future__ import annotations

from policyserve.cli.screen.sentences import worded

FATES = {
    "on_time": ("in time", "按期完成"),
    "late": ("late", "逾期完成"),
    "missed": ("missed", "未做"),
    "open": ("open", "在途"),
    "pending": ("not due yet", "未到期"),
    "skipped": ("skipped", "跳过"),
    "not_reached": ("not reached", "未联系上"),
}
"""What became of a task, in English and Chinese."""

NAMELESS = {
    "level": ("(not in the standard)", "标准外"),
    "message_class": ("(not in the standard)", "标准外"),
}
"""What a group of services is called that the standard does not know any more."""

SENTENCES = {
    "figure.services": ("Service rate", "服务达成率"),
    "figure.callbacks": ("Call-backs inside the free-look", "犹豫期内电话回访成功率"),
    "figure.satisfaction": ("Satisfaction", "满意度"),
    "figure.orphans": ("Orphan service", "孤儿单服务"),
    "figure.orphans.policies": ("Orphan policies in force", "有效孤儿单"),
    "figure.collected": ("Premiums collected", "当月、次月、宽末达成率"),
    "figure.collection": ("Premiums due, and what became of them", "收费率"),
    "figure.referrals": ("People referred", "年度老客户转介绍量"),
    "figure.influence": ("Centres of influence", "影响力中心"),
    "figure.tree": ("Referral tree", "转介绍树"),
    "figure.add-ons": ("Add-ons", "个人一单客户加保率"),
    "figure.funnel": ("Referrals, from named to issued", "转介绍漏斗"),
    "figure.leads": ("People referred who hold no policy yet", "尚未承保的被介绍人"),
    "figure.candidates": ("Add-on candidates", "加保名单"),
    "figure.days": ("{first} to {last}", "{first}至{last}"),
    "figure.as_of": ("as of {day}", "截至{day}"),
    "figure.small": (
        "* fewer than {count}: chance alone moves the ratio",
        "* 不足{count}，比率受偶然因素影响较大",
    ),
    "services.numerator": ("In time", "按期完成"),
    "services.denominator": ("Due", "应做"),
    "callbacks.numerator": ("Reached in time", "期限内回访成功"),
    "collected.running": ("… the time is not over yet", "… 期限未满"),
}
"""Sentences, in English and Chinese."""


def say(key: str, language: str, **values: object) -> str:
    """Return a sentence with its values."""
    return worded(SENTENCES[key], language, **values)

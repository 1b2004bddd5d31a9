"""What screens say of people who may buy, and of the points of those who referred them."""

from __future__ import annotations

from policyserve.cli.screen.sentences import worded

HEADINGS = {
    "named": ("Named", "提名"),
    "contacted": ("Contacted", "已联系"),
    "consented": ("Consented", "已同意"),
    "met": ("Met", "已面谈"),
    "issued": ("Issued", "已承保"),
    "conversion": ("Issued of named", "总转化率"),
    "referred_no": ("Referred customer", "被介绍人"),
    "referred_on": ("Named on", "提名日期"),
    "days": ("Days", "天数"),
    "stage": ("Stage", "阶段"),
    "delete": ("To be deleted", "应删除"),
    "age": ("Age", "年龄"),
    "missing": ("Lacks", "缺少保障"),
    "score": ("Score", "得分"),
    "what": ("What", "加保内容"),
    "bought_no": ("By policy", "加保保单号"),
    "bought_on": ("Bought on", "加保日期"),
    "in_freelook": ("In its free-look", "犹豫期内"),
    "facts": ("Facts", "事项数"),
    "referrers": ("Referrers", "转介绍人数"),
    "points": ("Points", "积分"),
    "earned": ("Earned", "累计积分"),
    "taken_back": ("Taken back", "追回"),
    "given_back": ("Given back", "恢复"),
    "paid": ("Paid", "已兑付"),
    "balance": ("Balance", "余额"),
    "owed": ("Owed", "欠积分"),
    "entry": ("Entry", "流水"),
    "happened_on": ("On", "日期"),
    "receipt": ("Receipt", "凭证号"),
    "corrects": ("Corrects", "更正流水"),
}
"""Headings of columns, in English and Chinese."""

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

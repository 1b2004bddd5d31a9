"""What screens say of the life of a policy and of a customer."""

from __future__ import annotations

from policyserve.cli.screen.sentences import worded

SENTENCES = {
    "policy.none": ("No touch is planned for this policy.", "该保单没有服务触点。"),
    "policy.more": (
        "... and {count:,} more until {day}; --all shows them.",
        "……另有{count:,}项，至{day}；加--all全部显示。",
    ),
    "policy.head": (
        "Policy {policy_no}: {product}, issued {issue_date}, {premium} {mode}, served by {agent_no}.",
        "保单{policy_no}：{product}，{issue_date}承保，{premium}，缴费方式{mode}，服务人员{agent_no}。",
    ),
    "state.freelook": ("In the free-look; the receipt was signed on {since}.", "犹豫期内，{since}签收回执。"),
    "state.in_force": ("In force.", "有效。"),
    "state.grace": (
        "In grace: instalment {unpaid}, due on {unpaid_on}, is unpaid.",
        "宽限期内：第{unpaid}期（应缴日{unpaid_on}）未缴。",
    ),
    "state.premium_loan": (
        "Kept in force by a premium loan; instalment {unpaid}, due on {unpaid_on}, is unpaid.",
        "自动垫交中：第{unpaid}期（应缴日{unpaid_on}）未缴。",
    ),
    "state.suspended": (
        "Suspended since {since}: instalment {unpaid}, due on {unpaid_on}, is unpaid.",
        "{since}起效力中止：第{unpaid}期（应缴日{unpaid_on}）未缴。",
    ),
    "state.waived": ("In force, premiums waived since {since}.", "有效，{since}起豁免保费。"),
    "state.reduced_paid_up": ("Paid up at a reduced sum since {since}.", "{since}起减额交清。"),
    "state.ended": ("Ended on {since}: {ended_by}.", "{since}终止：{ended_by}。"),
    "card.family": ("Family", "家庭成员"),
    "card.policies": ("Policies", "保单"),
    "card.ahead": ("Ahead, three months", "未来三个月"),
    "card.record": ("Track record", "服务轨迹"),
    "card.empty": ("none", "无"),
    "profile.customer_no": ("Customer", "客户号"),
    "profile.name": ("Name", "姓名"),
    "profile.gender": ("Gender", "性别"),
    "profile.birthday": ("Birthday", "生日"),
    "profile.lunar_birthday": ("Lunar birthday (celebrated)", "农历生日（以此为准）"),
    "profile.deceased_on": ("Died on", "身故日期"),
    "profile.phone": ("Phone", "手机"),
    "profile.vip": ("VIP", "VIP等级"),
    "profile.occupation": ("Occupation", "职业"),
    "profile.hobbies": ("Hobbies", "爱好"),
    "profile.family_no": ("Family number", "家庭号"),
    "profile.marketing_consent": ("Consent to marketing", "营销同意"),
    "profile.sms_optout": ("Opted out of SMS", "短信退订"),
    "profile.agent_no": ("Agent", "服务人员"),
    "profile.agent_name": ("Agent's name", "服务人员姓名"),
    "profile.referred_by": ("Referred by", "转介绍人"),
    "profile.referred_on": ("Referred on", "转介绍日期"),
    "profile.referred": ("Has referred", "已转介绍人数"),
}
"""Sentences, in English and Chinese."""


def say(key: str, language: str, **values: object) -> str:
    """Return a sentence with its values."""
    return worded(SENTENCES[key], language, **values)

"""The words of screens in English and Chinese."""

from __future__ import annotations

from policyserve.book.columns import EVENT_KINDS
from policyserve.standard.vocabulary import event_word, word

HEADINGS = {
    "service": ("Service", "服务项目"),
    "name": ("Name", "姓名"),
    "subject_kind": ("Of", "对象类别"),
    "subject": ("Subject", "对象"),
    "ordinal": ("No.", "序号"),
    "due": ("Due", "应做日期"),
    "earliest": ("From", "最早"),
    "latest": ("At the latest", "最迟"),
    "agent_no": ("Agent", "工号"),
    "performer": ("Who", "执行"),
    "channels": ("How", "方式"),
    "provisional": ("Provisional", "暂定"),
    "list": ("List", "清单"),
    "task_id": ("Task", "任务"),
    "customer_no": ("Customer", "客户号"),
    "policy_no": ("Policy", "保单号"),
    "status": ("Status", "状态"),
    "reason": ("Why", "原因"),
    "done_on": ("Done", "完成日期"),
    "cohort": ("Cohort", "生效月份"),
    "year": ("Year", "年度"),
    "company": ("Company", "公司"),
    "branch": ("Branch", "机构"),
    "team": ("Team", "部组"),
    "serving_agent_no": ("Serving agent", "服务人员"),
    "product": ("Product", "产品"),
    "channel": ("Channel", "渠道"),
    "mode": ("Mode", "缴费方式"),
    "currency": ("Currency", "币种"),
    "numerator": ("Kept premium", "实收保费"),
    "denominator": ("First-year premium", "首年保费"),
    "ratio": ("Ratio", "比率"),
    "numerator_count": ("Kept", "实收件数"),
    "denominator_count": ("Policies", "应收件数"),
    "ratio_count": ("Ratio by count", "件数比率"),
    "state": ("State", "情况"),
    "referred": ("Referred", "转介绍人数"),
    "target": ("Target", "目标"),
    "single_policy_customers": ("Single-policy customers", "一单客户"),
    "bought": ("Bought again", "已加保"),
    "premium": ("Premium", "保费"),
    "issue_date": ("Issued", "承保日期"),
    "next_due": ("Next premium", "下期应缴"),
    "kind": ("Event", "事件"),
    "occurred_on": ("On", "日期"),
    "detail": ("Detail", "说明"),
    "line": ("Line", "行"),
    "field": ("Field", "字段"),
    "value": ("Value", "值"),
    "severity": ("Severity", "级别"),
    "due_premium": ("Due", "应收"),
    "collected": ("Collected", "实收"),
    "surrendered": ("Surrendered", "退保"),
    "suspended": ("Suspended", "失效"),
    "rate": ("Rate", "收费率"),
    "policies": ("Policies", "保单数"),
    "depth": ("Level", "层级"),
    "pending": ("Not due yet", "未到期"),
    "excluded": ("Left out", "剔除"),
    "satisfaction": ("Satisfaction", "满意度"),
    "outcome": ("Outcome", "结果"),
    "small": ("Small", "小样本"),
    "touches": ("Touches", "触点"),
    "tasks": ("Tasks", "任务数"),
}
"""Headings of columns; a column that is not here shows its own name."""


def heading(column: str, language: str) -> str:
    """Return the heading of a column."""
    words = HEADINGS.get(column)
    return words[language == "zh"] if words else column.replace("_", " ").capitalize()


VALUES = {
    "open": "待办",
    "done": "已完成",
    "skipped": "已跳过",
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
    "annual": "年缴",
    "semi-annual": "半年缴",
    "quarterly": "季缴",
    "monthly": "月缴",
    "male": "男",
    "female": "女",
    "rejected": "拒收",
    "warning": "提醒",
    "agent": "业务员",
    "office": "内勤",
    "nobody": "短信",
    "end of cover": "保险期满",
}
"""Chinese for the codes that tables show."""

CODED = frozenset({
    "status", "state", "mode", "gender", "severity", "performer", "channels", "channel", "kind", "ended_by",
})  # fmt: skip
"""Columns that hold such codes; what stands in others is the users' own text."""


def shown(column: str, value: object, language: str) -> object:
    """Put a code or a yes or no into the language of the screen; everything else stays as it is."""
    if isinstance(value, bool):
        return (("no", "yes"), ("否", "是"))[language == "zh"][value]
    if language != "zh" or column not in CODED or not isinstance(value, str):
        return value
    if column == "channels":
        return "+".join(word(channel, language) for channel in value.split("+"))
    return VALUES.get(value) or (event_word(value, language) if value in EVENT_KINDS else word(value, language))


SENTENCES = {
    "agenda.head": (
        "{who}, {day}: {tasks} tasks, customers: {customers}.",
        "{who} {day}：{customers}位客户，{tasks}项任务。",
    ),
    "agenda.none": ("{who}, {day}: nothing is due.", "{who} {day}：今日没有到期任务。"),
    "agenda.ahead": ("{count} more could be done on this occasion.", "另有{count}项可一并提前办理。"),
    "agenda.more": ("... and customers besides: {count}.", "……另有{count}位客户。"),
    "agenda.phone": ("no phone known", "无电话"),
    "agenda.overdue": (" (overdue, still in time)", "（已过应做日）"),
    "agenda.leaver": (" (for {who}, who has left)", "（代离职人员{who}）"),
    "policy.none": ("No touch is planned for this policy.", "该保单没有服务触点。"),
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
    "metrics.due": ("Due", "应收"),
    "metrics.influence": (
        "Together {policies_together} policies and {premium_together} of premium, {premium_through} of it through "
        "referrals.",
        "合计{policies_together}件，保费{premium_together}，其中转介绍带来{premium_through}。",
    ),
    "agenda.by": ("by {day} at the latest", "最迟{day}"),
}
"""Sentences of screens."""


def say(key: str, language: str, **values: object) -> str:
    """Return a sentence with its values."""
    return SENTENCES[key][language == "zh"].format(**values)

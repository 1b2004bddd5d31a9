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
    "message_id": ("Message", "短信号"),
    "text": ("Text", "内容"),
    "segments": ("Segments", "计费条数"),
    "messages": ("Messages", "短信数"),
    "template": ("Template", "模板"),
    "written": ("Written", "可生成"),
    "longest": ("Most segments", "最长条数"),
    "last_on": ("At the latest", "最迟发送"),
    "phone": ("Phone", "手机"),
    "message_class": ("Class", "类别"),
    "send_on": ("For", "发送日"),
    "gateway": ("Gateway", "通道"),
    "provider_id": ("Number there", "通道编号"),
    "attempts": ("Tries", "尝试次数"),
    "submitted_at": ("Sent at", "提交时间"),
    "merged_into_id": ("Carried by", "并入"),
    "touches": ("Touches", "触点"),
    "orphan": ("Orphan", "孤儿单"),
    "since": ("Since", "起始月份"),
    "restated_ratio": ("Restated", "复效后比率"),
    "restated_ratio_count": ("Restated by count", "复效后件数比率"),
    "kept": ("Keeps", "计入分子"),
    "due_on": ("Due", "应缴日"),
    "grace_end": ("Grace until", "宽限期末"),
    "pay_by": ("Pay by", "最迟缴费"),
    "amount": ("Amount", "金额"),
    "gain": ("Adds", "可增加"),
    "needed": ("Needed", "需收"),
    "tasks": ("Tasks", "任务数"),
    "job": ("Job", "作业"),
    "started": ("Started", "开始时间"),
    "seconds": ("Seconds", "用时（秒）"),
    "address": ("Address", "地址"),
    "at": ("At", "时间"),
    "day": ("Day", "日期"),
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
    "service": "服务",
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
    "in_grace": "宽限期内",
    "unpaid": "未缴",
    "not_known": "无缴费记录",
    "paid_late": "逾期缴费",
    "reinstated_later": "截止后复效",
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
    "failed": "失败",
    "running": "运行中",
    "lost": "中断",
}
"""Chinese for the codes that tables show."""

CODED = frozenset({
    "status", "state", "outcome", "message_class", "mode", "gender", "severity", "performer", "channels", "channel",
    "kind", "ended_by",
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
    "sms.nothing": ("No message is due on {day}.", "{day}没有应发短信。"),
    "sms.cost": ("Segments: {segments}, about {currency} {cost}.", "计费{segments}条，约{cost}（{currency}）。"),
    "sms.dry": ("A rehearsal: nothing was stored.", "仅为演练，未保存。"),
    "sms.saved": ("{count} rows are in {file}.", "已将{count}行写入{file}。"),
    "sms.more": (
        "The last {shown} of {count}; narrow the list, or take all of it with --out FILE.xlsx or --format json.",
        "仅显示最后{shown}条，共{count}条；请缩小范围，或用--out FILE.xlsx导出。",
    ),
    "sms.due": ("due on {day}", "应发{day}"),
    "sms.not": ("no message: {reason}", "不发送：{reason}"),
    "sms.size": (
        "{length} places, segments: {segments} ({encoding}), {currency} {cost}",
        "{length}字，计费{segments}条（{encoding}），{cost}（{currency}）",
    ),
    "sms.closed": ("Outside the contact hours of: {classes}. They wait.", "不在可发送时段，等待中：{classes}。"),
    "sms.sending": ("Sending", "发送中"),
    "sms.approved": ("{count} messages may go.", "已批准{count}条。"),
    "sms.cancelled": ("{count} messages will not go out.", "已取消{count}条。"),
    "sms.resolved": ("Message {message} is now: {said}.", "短信{message}已记为：{said}。"),
    "sms.content": ("The {kind} of {period} is stored.", "{period}的内容已保存（{kind}）。"),
    "sms.refused": ("No more marketing goes to this phone.", "该手机号不再接收营销短信。"),
    "sms.lifted": ("The refusal is taken back.", "已恢复接收。"),
    "metrics.influence": (
        "Together {policies_together} policies and {premium_together} of premium, {premium_through} of it through "
        "referrals.",
        "合计{policies_together}件，保费{premium_together}，其中转介绍带来{premium_through}。",
    ),
    "metrics.title": (
        "Persistency of month {month} · profile {profile} · cutoff {cutoff} · as of {as_of}",
        "{month}个月继续率 · 口径{profile} · 截止方式{cutoff} · 截至{as_of}",
    ),
    "metrics.rolling": (" · rolling {months} months up to the cohort", " · 滚动{months}个月（截至该生效月份）"),
    "metrics.below": ("▼ below the target of {target}", "▼ 低于目标{target}"),
    "metrics.small": (
        "* fewer than {count} policies: chance alone moves the ratio",
        "* 不足{count}件，比率受偶然因素影响较大",
    ),
    "metrics.restated": (
        "Restated: with what was reinstated after the cutoff; the final figure stays.",
        "复效后比率：含截止日之后复效的保单；确定数不变。",
    ),
    "gap.title": (
        "Gap to the target of month {month} · profile {profile} · cutoff {cutoff} · "
        "cohorts {cohort_from} to {cohort_to} · as of {as_of}",
        "{month}个月继续率差距 · 口径{profile} · 截止方式{cutoff} · 生效月份{cohort_from}至{cohort_to} · 截至{as_of}",
    ),
    "gap.none": ("No group is below its target.", "没有低于目标的单位。"),
    "gap.group": (
        "{who}: {ratio} today, target {target}. Missing: {premium} of premium, {missing_count} policies. "
        "Ends at {if_nothing} if nobody else pays, at best at {at_best}.",
        "{who}：目前{ratio}，目标{target}。差额：保费{premium}，{missing_count}件。无人再缴为{if_nothing}，最好为{at_best}。",
    ),
    "gap.closed": (
        "{fewest} of {open} open policies suffice, the last by {by}.",
        "{open}件可缴保单中至少收{fewest}件即可达标，最迟{by}。",
    ),
    "gap.short": (
        "All {open} open policies together do not close it.",
        "{open}件可缴保单全部收回仍不达标。",
    ),
    "gap.definition": (
        "Open: in grace or not yet due. Missing and the ratios in the end are over all policies of the cohorts, those "
        "not yet due included. Needed: the fewest that suffice, the largest first.",
        "可缴：宽限期内或未到期。差额与最终比率按全部保单（含未到期）计算。需收：从大到小，达标所需的最少保单。",
    ),
    "agenda.by": ("by {day} at the latest", "最迟{day}"),
    "notice.set": (
        "Agent {who} gets the agenda by {channel} at {at} on every day on which something is due.",
        "业务员{who}每日{at}通过{channel}收到当日任务通知（无任务则不发）。",
    ),
    "notice.none": ("No agent has a channel; add one with 'policyserve notice set'.", "尚未设置通知渠道。"),
    "notice.removed": ("Agent {who} gets no more notices.", "业务员{who}不再收到通知。"),
    "notice.no_channel": ("Agent {who} has no channel.", "业务员{who}未设置通知渠道。"),
    "notice.nothing": (
        "Agent {who} has nothing due on {day}, so there is no notice.",
        "业务员{who}在{day}没有到期任务，不发通知。",
    ),
    "notice.length": ("{channel}: {bytes} of at most {most} bytes.", "{channel}：{bytes}字节，上限{most}字节。"),
    "notice.look": ("See 'policyserve notice list' for the reasons.", "原因请见 policyserve notice list。"),
}
"""Sentences of screens."""


def say(key: str, language: str, **values: object) -> str:
    """Return a sentence with its values."""
    return SENTENCES[key][language == "zh"].format(**values)

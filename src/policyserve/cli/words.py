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
    "event": ("Key", "编号"),
    "gender": ("Gender", "性别"),
    "birthday": ("Birthday", "生日"),
    "retracted_on": ("Retracted on", "撤回日期"),
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
    "failed": ("Failed", "失败"),
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
    "level": ("Level", "考核级别"),
    "late": ("Late", "逾期完成"),
    "missed": ("Missed", "未做"),
    "open": ("Open", "在途"),
    "ratio_with_late": ("With late ones", "含逾期"),
    "skipped": ("Skipped", "跳过"),
    "services": ("Services", "服务数"),
    "answers": ("Answers", "评分数"),
    "mean": ("Mean", "平均分"),
    "satisfied": ("4 and 5", "4、5分占比"),
    "not_reached": ("Not reached", "未联系上"),
    "visits_due": ("Visits due", "应首访"),
    "visits_on_time": ("Visits in time", "按期首访"),
    "notices_due": ("Notices due", "应通知"),
    "notices_on_time": ("Notices in time", "按期通知"),
    "orphan_policies": ("Orphan policies", "孤儿单"),
    "unassigned": ("Unassigned", "未交接"),
    "month": ("Month", "应缴月份"),
    "in_month": ("In the month", "当月"),
    "by_next_month": ("By the next", "次月"),
    "by_grace": ("By end of grace", "宽末"),
    "in_month_rate": ("In the month", "当月达成率"),
    "by_next_month_rate": ("By the next", "次月达成率"),
    "by_grace_rate": ("By end of grace", "宽末达成率"),
    "due_count": ("Policies", "件数"),
    "named": ("Named", "提名"),
    "contacted": ("Contacted", "已联系"),
    "consented": ("Consented", "已同意"),
    "met": ("Met", "已面谈"),
    "issued": ("Issued", "已承保"),
    "contacted_rate": ("Contacted %", "联系率"),
    "consented_rate": ("Consented %", "同意率"),
    "met_rate": ("Met %", "面谈率"),
    "issued_rate": ("Issued %", "承保率"),
    "conversion": ("Issued of named", "总转化率"),
    "referrer_no": ("Referrer", "转介绍人"),
    "referred_no": ("Referred customer", "被介绍人"),
    "referred_on": ("Named on", "提名日期"),
    "days": ("Days", "天数"),
    "stage": ("Stage", "阶段"),
    "delete": ("To be deleted", "应删除"),
    "age": ("Age", "年龄"),
    "missing": ("Lacks", "缺少保障"),
    "score": ("Score", "得分"),
    "why": ("Why", "原因"),
    "check_id": ("Sample", "抽查批次"),
    "first_day": ("From", "起"),
    "last_day": ("To", "止"),
    "scope": ("Scope", "范围"),
    "seed": ("Seed", "种子"),
    "drawn": ("Drawn", "抽取数"),
    "answered": ("Answered", "已核实"),
    "claimed": ("Said to be done", "申报完成数"),
    "confirmed": ("Confirmed", "已确认"),
    "not_confirmed": ("Not confirmed", "未确认"),
    "flagged": ("Flagged", "预警"),
    "result": ("Result", "核实结果"),
    "note": ("Note", "备注"),
    "actor": ("By", "经办"),
    "as_of": ("As of", "截至"),
    "facts": ("Facts", "事项数"),
    "referrers": ("Referrers", "转介绍人数"),
    "points": ("Points", "积分"),
    "earned": ("Earned", "累计积分"),
    "paid": ("Paid", "已兑付"),
    "balance": ("Balance", "余额"),
    "entry": ("Entry", "流水"),
    "happened_on": ("On", "日期"),
    "receipt": ("Receipt", "凭证号"),
    "taken_back": ("Taken back", "追回"),
    "given_back": ("Given back", "恢复"),
    "owed": ("Owed", "欠积分"),
    "corrects": ("Corrects", "更正流水"),
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
}
"""Chinese for the codes that tables show."""

CODED = frozenset({
    "status", "state", "outcome", "message_class", "mode", "gender", "severity", "performer", "channels", "channel",
    "kind", "ended_by", "level", "stage", "result",
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
    "schema.upgraded": ("The schema is at version {version}.", "数据库结构为版本{version}。"),
    "schema.fine": (
        "The schema is at version {version}, as this program needs it.",
        "数据库结构为版本{version}，与本程序相符。",
    ),
    "import.done": (
        "Imported {list}: {rows:row|rows} read: {added:,} added, {updated:,} updated, {unchanged:,} unchanged, "
        "{rejected:,} rejected, {warnings:warning|warnings}.",
        "已导入{list}清单：读取{rows:,}行，新增{added:,}，更新{updated:,}，不变{unchanged:,}，拒收{rejected:,}，提醒{warnings:,}。",
    ),
    "import.would": (
        "Would import {list}: {rows:row|rows} read: {added:,} added, {updated:,} updated, {unchanged:,} unchanged, "
        "{rejected:,} rejected, {warnings:warning|warnings}.",
        "试导入{list}清单（不保存）：读取{rows:,}行，新增{added:,}，更新{updated:,}，不变{unchanged:,}，拒收{rejected:,}，"
        "提醒{warnings:,}。",
    ),
    "import.sheet": (
        "Read from the sheet '{sheet}'; the others were left alone.",
        "读取工作表“{sheet}”，其他工作表未读取。",
    ),
    "import.ignored": ("Unknown columns were ignored: {columns}.", "已忽略未知列：{columns}。"),
    "import.more": ("... and {count:,} more.", "……另有{count:,}条。"),
    "import.mend": ("Mend the rows in {file} and import that file.", "请在{file}中改正后重新导入该文件。"),
    "import.look": ("The rows with warnings are in {file}.", "有提醒的行见{file}。"),
    "import.in_rejects": ("(in the reject file)", "（见拒收文件）"),
    "import.in_list": ("(line {line} of the list)", "（见清单第{line}行）"),
    "import.hidden": (
        "Personal values are not shown: they stand in the list, at the line that is named.",
        "个人信息不在屏幕显示，请按行号查看清单原件。",
    ),
    "event.added": (
        "Event {event} is in the book. Tasks follow with the next `policyserve release`.",
        "事件{event}已录入，任务将随下次 policyserve release 更新。",
    ),
    "event.retracted": (
        "Event {event} is retracted. Tasks follow with the next `policyserve release`.",
        "事件{event}已撤回，任务将随下次 policyserve release 更新。",
    ),
    "release.done": (
        "Released {days:day|days} from {day}: {added:,} added, {moved:,} moved, {cancelled:,} cancelled, "
        "{reopened:,} reopened, {missed:,} missed, {unchanged:,} unchanged.",
        "自{day}起下发{days}天：新增{added:,}，调整{moved:,}，取消{cancelled:,}，重新打开{reopened:,}，错过{missed:,}，"
        "不变{unchanged:,}。",
    ),
    "plan.written": ("Wrote {count:touch|touches} to {file}.", "已将{count:,}个服务触点写入{file}。"),
    "task.done": ("Task {task} is done, on {day}.", "任务{task}已完成（{day}）。"),
    "task.skipped": ("Task {task} is skipped.", "任务{task}已跳过。"),
    "task.snoozed": ("Task {task} is put off to {day}.", "任务{task}已改期至{day}。"),
    "task.assigned": ("Task {task} is given to agent {agent}.", "任务{task}已指派给{agent}。"),
    "task.reopened": ("Task {task} is open again.", "任务{task}已重新打开。"),
    "task.added": ("Task {task} is added.", "任务{task}已添加。"),
    "standard.doubtful": ("Doubtful: {problem}", "存疑：{problem}"),
    "standard.valid": (
        "{file} is valid: '{name}', version {version}, {services:service|services}.",
        "{file}有效：“{name}”，版本{version}，{services}项服务。",
    ),
    "standard.head": ("{name}, version {version}", "{name}，版本{version}"),
    "standard.used": (
        "'{name}', version {version}, holds from {day}. Release again to follow it.",
        "“{name}”，版本{version}，自{day}起生效。请重新下发任务。",
    ),
    "agenda.head": (
        "{who}, {day}: {tasks:task|tasks}, customers: {customers}.",
        "{who} {day}：{customers}位客户，{tasks}项任务。",
    ),
    "agenda.none": ("{who}, {day}: nothing is due.", "{who} {day}：今日没有到期任务。"),
    "agenda.ahead": ("{count} more could be done on this occasion.", "另有{count}项可一并提前办理。"),
    "agenda.more": ("... and customers besides: {count}.", "……另有{count}位客户。"),
    "agenda.phone": ("no phone known", "无电话"),
    "agenda.overdue": (" (overdue, still in time)", "（已过应做日）"),
    "agenda.leaver": (" (for {who}, who has left)", "（代离职人员{who}）"),
    "plan.provisional": (
        "The days off of {years} are not yet published.",
        "{years}年的放假安排尚未公布：该年计划为暂定，仅按周末和法定节假日推算；公布后请补入日历文件并重新计划。",
    ),
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
        "{who}: {ratio} today, target {target}. Missing: {premium} of premium, {missing_count:policy|policies}. "
        "Ends at {if_nothing} if nobody else pays, at best at {at_best}.",
        "{who}：目前{ratio}，目标{target}。差额：保费{premium}，{missing_count}件。无人再缴为{if_nothing}，最好为{at_best}。",
    ),
    "gap.closed": (
        "Of {open:open policy|open policies}, {fewest} will do, the last by {by}.",
        "{open}件可缴保单中至少收{fewest}件即可达标，最迟{by}。",
    ),
    "gap.short": (
        "{open:No policy is still open that could|The one open policy does not|All # open policies together do not} "
        "close it.",
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
    "figure.services": ("Service rate", "服务达成率"),
    "figure.callbacks": ("Call-backs inside the free-look", "犹豫期内电话回访成功率"),
    "figure.satisfaction": ("Satisfaction", "满意度"),
    "figure.orphans": ("Orphan service", "孤儿单服务"),
    "figure.collected": ("Premiums collected", "当月、次月、宽末达成率"),
    "figure.funnel": ("Referrals, from named to issued", "转介绍漏斗"),
    "figure.candidates": ("Add-on candidates", "加保名单"),
    "figure.days": ("{first} to {last}", "{first}至{last}"),
    "figure.as_of": ("as of {day}", "截至{day}"),
    "figure.small": (
        "* fewer than {count}: chance alone moves the ratio",
        "* 不足{count}，比率受偶然因素影响较大",
    ),
    "callbacks.numerator": ("Reached in time", "期限内回访成功"),
    "collected.running": ("… the time is not over yet", "… 期限未满"),
    "candidates.comma": (", ", "、"),
    "candidates.why": ("{name}: {why}", "{name}：{why}"),
    "candidates.more": (
        "The first {shown} of {count}; --top shows more.",
        "仅显示前{shown}位，共{count}位；可用--top显示更多。",
    ),
    "services.numerator": ("In time", "按期完成"),
    "services.denominator": ("Due", "应做"),
    "funnel.delete": (
        "{count} leads have not been contacted for more than {days} days: delete their names and phones.",
        "{count}位被介绍人超过{days}天未联系：请删除其姓名和手机。",
    ),
    "spot-check.drawn": ("Sample {check} of {tasks} tasks is drawn.", "已抽取第{check}批，共{tasks}项。"),
    "spot-check.again": (
        "Sample {check} of {tasks} tasks was drawn before with this seed.",
        "该种子已抽取过：第{check}批，共{tasks}项。",
    ),
    "points.kind": ("For", "事由"),
    "spot-check.recorded": ("Task {task} of sample {check} is {result}.", "第{check}批任务{task}：{result}。"),
    "spot-check.told": (
        "True rate {rate}, with 95 % confidence between {low} and {high}; {lowest} if nobody who was not reached would "
        "confirm. Agents without an answer: {silent}.",
        "真实达成率{rate}（95%置信区间{low}至{high}）；未联系上的均视为未确认则为{lowest}。无回应业务员：{silent}人。",
    ),
    "spot-check.untold": ("Nobody has given an answer yet.", "尚无客户回应。"),
}
"""Sentences of screens."""


class _Count(int):
    """A number in a sentence.

    `{rows:row|rows}` writes "1 row" and "2 rows"; `{rows:no row|one row|# rows}` has words for none, one and more.
    """

    def __format__(self, form: str) -> str:
        words = form.split("|")
        if len(words) == 1:
            return format(int(self), form)
        if len(words) == 2:
            return f"{int(self):,} {words[self != 1]}"
        return words[min(abs(self), 2)].replace("#", f"{int(self):,}")


def worded(sentence: tuple[str, str], language: str, **values: object) -> str:
    """Fill in the English or the Chinese of a sentence."""
    counts = {name: _Count(value) for name, value in values.items() if type(value) is int}
    return sentence[language == "zh"].format(**{**values, **counts})


def say(key: str, language: str, **values: object) -> str:
    """Return a sentence with its values."""
    return worded(SENTENCES[key], language, **values)

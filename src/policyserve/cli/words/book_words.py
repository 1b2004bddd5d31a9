"""What screens say of the book: its schema, events by hand, the plan and its release; headings of its columns."""

from __future__ import annotations

from policyserve.cli.screen.sentences import worded

HEADINGS = {
    "customer_no": ("Customer", "客户号"),
    "policy_no": ("Policy", "保单号"),
    "agent_no": ("Agent", "工号"),
    "serving_agent_no": ("Serving agent", "服务人员"),
    "name": ("Name", "姓名"),
    "gender": ("Gender", "性别"),
    "birthday": ("Birthday", "生日"),
    "phone": ("Phone", "手机"),
    "company": ("Company", "公司"),
    "branch": ("Branch", "机构"),
    "team": ("Team", "部组"),
    "product": ("Product", "产品"),
    "channel": ("Channel", "渠道"),
    "mode": ("Mode", "缴费方式"),
    "currency": ("Currency", "币种"),
    "premium": ("Premium", "保费"),
    "issue_date": ("Issued", "承保日期"),
    "orphan": ("Orphan", "孤儿单"),
    "event": ("Key", "编号"),
    "kind": ("Event", "事件"),
    "occurred_on": ("On", "日期"),
    "amount": ("Amount", "金额"),
    "detail": ("Detail", "说明"),
    "retracted_on": ("Retracted on", "撤回日期"),
    "note": ("Note", "备注"),
    "actor": ("By", "经办"),
    "as_of": ("As of", "截至"),
}
"""Headings of columns, in English and Chinese."""

SENTENCES = {
    "schema.upgraded": ("The schema is at version {version}.", "数据库结构为版本{version}。"),
    "schema.fine": (
        "The schema is at version {version}, as this program needs it.",
        "数据库结构为版本{version}，与本程序相符。",
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
    "plan.provisional": (
        "The days off of {years} are not yet published.",
        "{years}年的放假安排尚未公布：该年计划为暂定，仅按周末和法定节假日推算；公布后请补入日历文件并重新计划。",
    ),
}
"""Sentences, in English and Chinese."""


def say(key: str, language: str, **values: object) -> str:
    """Return a sentence with its values."""
    return worded(SENTENCES[key], language, **values)

"""What screens say of the service standard, touches, tasks, the agenda and jobs."""

from __future__ import annotations

from policyserve.cli.screen.sentences import worded

HEADINGS = {
    "service": ("Service", "服务项目"),
    "subject": ("Subject", "对象"),
    "ordinal": ("No.", "序号"),
    "due": ("Due", "应做日期"),
    "earliest": ("From", "最早"),
    "latest": ("At the latest", "最迟"),
    "performer": ("Who", "执行"),
    "channels": ("How", "方式"),
    "task_id": ("Task", "任务"),
    "tasks": ("Tasks", "任务数"),
    "status": ("Status", "状态"),
    "reason": ("Why", "原因"),
    "done_on": ("Done", "完成日期"),
    "outcome": ("Outcome", "结果"),
    "satisfaction": ("Satisfaction", "满意度"),
    "day": ("Day", "日期"),
    "job": ("Job", "作业"),
    "started": ("Started", "开始时间"),
    "seconds": ("Seconds", "用时（秒）"),
}
"""Headings of columns, in English and Chinese."""

SENTENCES = {
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
    "agenda.by": ("by {day} at the latest", "最迟{day}"),
    "task.done": ("Task {task} is done, on {day}.", "任务{task}已完成（{day}）。"),
    "task.skipped": ("Task {task} is skipped.", "任务{task}已跳过。"),
    "task.snoozed": ("Task {task} is put off to {day}.", "任务{task}已改期至{day}。"),
    "task.assigned": ("Task {task} is given to agent {agent}.", "任务{task}已指派给{agent}。"),
    "task.reopened": ("Task {task} is open again.", "任务{task}已重新打开。"),
    "task.added": ("Task {task} is added.", "任务{task}已添加。"),
}
"""Sentences, in English and Chinese."""


def say(key: str, language: str, **values: object) -> str:
    """Return a sentence with its values."""
    return worded(SENTENCES[key], language, **values)

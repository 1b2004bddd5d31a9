"""What screens say of spot checks."""

from __future__ import annotations

from policyserve.cli.screen.sentences import worded

HEADINGS = {
    "check_id": ("Sample", "抽查批次"),
    "first_day": ("From", "起"),
    "last_day": ("To", "止"),
    "scope": ("Scope", "范围"),
    "seed": ("Seed", "种子"),
    "drawn": ("Drawn", "抽取数"),
    "answered": ("With a result", "已有结果"),
    "claimed": ("Said to be done", "申报完成数"),
    "confirmed": ("Confirmed", "已确认"),
    "not_confirmed": ("Not confirmed", "未确认"),
    "flagged": ("Flagged", "预警"),
    "result": ("Result", "核实结果"),
}
"""Headings of columns, in English and Chinese."""

SENTENCES = {
    "spot-check.drawn": ("Sample {check} of {tasks} tasks is drawn.", "已抽取第{check}批，共{tasks}项。"),
    "spot-check.again": (
        "Sample {check} of {tasks} tasks was drawn before with this seed.",
        "该种子已抽取过：第{check}批，共{tasks}项。",
    ),
    "spot-check.title": ("Sample {check} · {first} to {last} · {scope}", "第{check}批 · {first}至{last} · {scope}"),
    "spot-check.none": (
        "No sample has been drawn yet; draw one with 'policyserve spot-check draw'.",
        "尚未抽取；用“policyserve spot-check draw”抽取一批。",
    ),
    "spot-check.open": ("To be asked", "待核实"),
    "spot-check.flagged": ("Agents flagged", "预警人数"),
    "spot-check.recorded": ("Task {task} of sample {check} is {result}.", "第{check}批任务{task}：{result}。"),
    "spot-check.told": (
        "True rate {rate}, with 95 % confidence between {low} and {high}; {lowest} if nobody who was not reached would "
        "confirm. Agents without an answer: {silent}.",
        "真实达成率{rate}（95%置信区间{low}至{high}）；未联系上的均视为未确认则为{lowest}。无回应业务员：{silent}人。",
    ),
    "spot-check.untold": ("Nobody has given an answer yet.", "尚无客户回应。"),
}
"""Sentences, in English and Chinese."""


def say(key: str, language: str, **values: object) -> str:
    """Return a sentence with its values."""
    return worded(SENTENCES[key], language, **values)

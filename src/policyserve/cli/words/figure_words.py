"""What screens say of the three targets, the gap to them, collection, influence, and the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from policyserve.cli.screen.sentences import worded

NAMELESS = {
    "branch": ("(no branch)", "未归属"),
    "team": ("(no team)", "未归属"),
    "agent_no": ("(no agent)", "未归属"),
    "serving_agent_no": ("(no agent)", "未归属"),
    "product": ("(no product)", "未注明"),
    "channel": ("(no channel)", "未注明"),
}
"""What a group is called of which the book knows no name, by the field that it is a group of."""

FATES = {
    "collected": ("collected", "实收"),
    "surrendered": ("surrendered", "退保"),
    "suspended": ("suspended", "失效"),
    "open": ("open", "未结"),
    "in_month": ("in the month", "当月"),
    "by_next_month": ("by the end of the next", "次月"),
    "by_grace": ("by the end of grace", "宽末"),
}
"""What became of a premium, and when it came in, in English and Chinese."""

SENTENCES = {
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
    "collection.open": ("Open", "未结"),
    "gap.title": (
        "Gap to the target of month {month} · profile {profile} · cutoff {cutoff} · "
        "cohorts {cohort_from} to {cohort_to} · as of {as_of}",
        "{month}个月继续率差距 · 口径{profile} · 截止方式{cutoff} · 生效月份{cohort_from}至{cohort_to} · 截至{as_of}",
    ),
    "gap.none": ("No group is below its target.", "没有低于目标的单位。"),
    "gap.nobody": (
        "There is no policy in these cohorts whose premium of month {month} has fallen due by {as_of}.",
        "截至{as_of}，这些生效月份没有第{month}个月保费已到应缴日的保单。",
    ),
    "gap.group": (
        "{who}: {ratio} today, target {target}. Missing: {premium} of premium, {missing_count:policy|policies}. "
        "Ends at {if_nothing} if nobody else pays, at best at {at_best}.",
        "{who}：目前{ratio}，目标{target}。差额：保费{premium}，{missing_count}件。无人再缴为{if_nothing}，最好为{at_best}。",
    ),
    "gap.group.count": (
        "{who}: {ratio} of the policies today, target {target}. Missing: {missing_count:policy|policies}. "
        "Ends at {if_nothing} if nobody else pays, at best at {at_best}.",
        "{who}：目前件数比率{ratio}，目标{target}。差额：{missing_count}件。无人再缴为{if_nothing}，最好为{at_best}。",
    ),
    "gap.closed": (
        "Of {open:open policy|open policies}, {fewest} will do, the last by {by}.",
        "{open}件可缴保单中至少收{fewest}件即可达标，最迟{by}。",
    ),
    "gap.safe": (
        "What is paid ahead of its due day closes it already.",
        "已预缴的保费到应缴日即可达标，无需再收。",
    ),
    "gap.short": (
        "{open:No policy is still open that could close it.|The one open policy does not close it: with it {at_best}.|"
        "All # open policies together do not close it: they come to {at_best}.}",
        "{open:没有可缴保单，无法达标。|1件可缴保单收回后为{at_best}，仍不达标。|#件可缴保单全部收回后为{at_best}，仍不达标。}",
    ),
    "gap.definition": (
        "Open: in grace or not yet due. Missing and the ratios in the end are over all policies of the cohorts, those "
        "not yet due included. Needed: the fewest that suffice, the largest first; none where all together do not.",
        "可缴：宽限期内或未到期。差额与最终比率按全部保单（含未到期）计算。需收：从大到小，达标所需的最少保单；全部收回仍不达标的不标。",
    ),
}
"""Sentences, in English and Chinese."""


def with_names(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Put a name on the groups of a row that have none, for people."""
    missing = {name: words[language == "zh"] for name, words in NAMELESS.items() if name in row and row[name] is None}
    return {**row, **missing}


def say(key: str, language: str, **values: object) -> str:
    """Return a sentence with its values."""
    return worded(SENTENCES[key], language, **values)

"""What each figure means, in a sentence for the people who read it."""

from __future__ import annotations

from typing import Literal

from policyserve.metrics.profiles.description import profile_sentence
from policyserve.metrics.profiles.profile import CN_COMPANY

Language = Literal["en", "zh"]

DEFINITIONS: dict[str, dict[Language, str]] = {
    "persistency": {
        "en": profile_sentence(CN_COMPANY, 13, "strict", "en"),
        "zh": profile_sentence(CN_COMPANY, 13, "strict", "zh"),
    },
    "referrals": {
        "en": (
            "People referred by existing customers in a calendar year, by the day of the referral; both lists "
            "merged, each person once, the first referrer wins. Counted for the agent who serves the referrer. "
            "Target: 3 a year per agent. Provisional until the year is over."
        ),
        "zh": (
            "年度老客户转介绍量：老客户当年介绍的人数，按转介绍日期统计；两个来源合并，同一人只计一次，归最先介绍"
            "人，计入介绍人的服务人员。目标：每人每年3人。年度结束前为暂定数。"
        ),
    },
    "influence": {
        "en": (
            "Centres of influence: customers by the annualised first-year premium, riders included, of everybody whom "
            "they referred, whom those referred, and so on (through). Together: with their own policies. What was "
            "cancelled in the free-look, or void, does not count."
        ),
        "zh": (
            "影响力中心：按转介绍（逐级计算）带来的首年年化保费（含附加险）排序；合计含本人保单。犹豫期撤单、注销的不计。"
        ),
    },
    "tree": {
        "en": (
            "Level 0 is the customer, level 1 whom the customer referred, and so on; nobody stands there twice. "
            "Premium is first-year premium, annualised, riders included. What was cancelled in the free-look, or void, "
            "does not count."
        ),
        "zh": (
            "第0层为客户本人，第1层为其直接介绍的人，依此类推，每人只列一次。保费为首年年化保费（含附加险）。犹豫期撤单、注销的不计。"
        ),
    },
    "leads": {
        "en": (
            "People referred who hold no policy yet, those named longest ago first; names and phones are masked. To be "
            "deleted: nobody has spoken to them for more than 30 days, and they are no customers."
        ),
        "zh": ("尚未承保的被介绍人，按提名日期由远及近排列，姓名与手机已脱敏。应删除：超过30天未联系且非客户。"),
    },
    "add-ons": {
        "en": (
            "Of the individual customers with exactly one policy in force at the start of the period, the share "
            "who bought another policy of more than a year, or a rider, effective in the period and past its "
            "free-look. By serving agent. Target: 10 %. Provisional until the period, and the free-look of everything "
            "bought in it, are over."
        ),
        "zh": (
            "个人一单客户加保率：期初仅持有一张有效保单的个人客户中，期内新增一年期以上保单或附加险（期内生效且已"
            "过犹豫期）的客户占比。按服务人员统计。目标：10%。期末及期内加保的犹豫期届满前为暂定数。"
        ),
    },
    "collection": {
        "en": (
            "Premiums due in the period, and what became of them: collected (paid in full by the end of the "
            "grace), surrendered (by then, or in the twelve months before), suspended, open. Rate = collected / due. "
            "Left out: premiums no longer owed because of a claim, waiver, reduced paid-up, conversion, transfer, "
            "cancellation or termination. A rider ends with its main policy. By the agent who served the policy on the "
            "due day. Provisional until the last grace is over."
        ),
        "zh": (
            "收费率：期内应收保费的去向——实收（宽限期内足额缴清）、退保（宽限期末前，含应缴日前十二个月内）、失效、"
            "未结。收费率＝实收 ÷ 应收。理赔终止、免缴、减额交清、转换、迁出、撤单、注销、终止后不再应收的保费不计；"
            "附加险随主险终止。按应缴日的服务人员统计。最后一笔宽限期届满前为暂定数。"
        ),
    },
}
"""By metric (the name that people type) and language; persistency as by default, see `profile_words` for others."""


def definition(metric: str, language: Language = "en") -> str:
    """Return what a metric means."""
    return DEFINITIONS[metric][language]

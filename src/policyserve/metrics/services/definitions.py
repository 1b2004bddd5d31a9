"""What the figures of service, referrals and candidates mean, in a sentence for the people who read them."""

from __future__ import annotations

from policyserve.metrics.definitions import Language

DEFINITIONS: dict[str, dict[Language, str]] = {
    "services": {
        "en": (
            "Service rate: services done by their latest day over the services that fell due in the days asked for. "
            "Late is done after it; missed is not done when it was over; open is still in time and counts as due. "
            "Skipped (with a reason) and cancelled ones are in neither; pending ones are not due yet. Work of the "
            "office belongs to no agent and no team. Provisional until every window is closed."
        ),
        "zh": (
            "服务达成率：期限内完成的服务 ÷ 期内到期的服务。逾期完成、逾期未做分列，仍在期限内未做的计入应做。"
            "有理由跳过及已取消的分子分母均不计，未到期的单列。内勤工作不计入业务员和部组。全部期限届满前为暂定数。"
        ),
    },
    "callbacks": {
        "en": (
            "Call-backs inside the free-look: those that reached the customer by its last day, over those that fell "
            "due in the days asked for (policies cancelled before are left out). Done with an outcome such as 'no "
            "answer' is no success, nor is late; open is still in time and counts as due. Calls of the office belong "
            "to its branch, to no agent and no team."
        ),
        "zh": (
            "犹豫期内电话回访成功率：犹豫期届满前回访到客户的件数 ÷ 期内应回访件数（已撤单的不计）。"
            "结果为未接通等及逾期的不算成功，仍在期限内未做的计入应做。内勤回访归机构，不计入业务员和部组。"
        ),
    },
    "satisfaction": {
        "en": (
            "Satisfaction: the mean of the answers from 1 (not at all) to 5 (very) to services done in the days asked "
            "for, and the share of 4 and 5. Fewer than 30 answers say little and are flagged *."
        ),
        "zh": "满意度：期内已完成服务的评分均值（1至5分）及4、5分占比。不足30个评分的以*标示，仅供参考。",
    },
    "orphans": {
        "en": (
            "Orphan service: first visits after a change of agent made by their latest day, over those that fell due. "
            "Beside it the notices of the change, the orphan policies in force (whose writing agent has left) and "
            "those unassigned (whose serving agent has left too). A visit that is open is still in time and counts as "
            "due. Fewer than 30 visits say little and are flagged *."
        ),
        "zh": (
            "孤儿单服务：服务人员变更后按期完成的首访 ÷ 到期首访；另列变更通知、"
            "有效孤儿单件数（出单人员已离司）及未交接件数（服务人员已离司）。仍在期限内未做的首访计入应访。不足30次首访的以*标示，仅供参考。"
        ),
    },
    "collected": {
        "en": (
            "Premiums due in a month: the share collected by the end of that month (in advance counts), by the end of "
            "the next, and by the end of each policy's grace, of 60 days. What is due is counted as in 'collection'."
        ),
        "zh": (
            "当月、次月、宽末达成率：当月应收保费中，于当月末、次月末、宽限期末（60天）前实收的占比。应收口径同收费率。"
        ),
    },
    "funnel": {
        "en": (
            "Referrals as a funnel: people named in the period, and how many of them came as far as contacted, "
            "consented, met, issued; who is at a stage has passed those before, and each share is of the stage before. "
            "Issued by the list, or by a policy since the referral. A stage is known from the day of the list that "
            "brought it."
        ),
        "zh": (
            "转介绍漏斗：期内提名人数，及其中已联系、已同意、已面谈、已承保的人数；处于某阶段即视为已过前面各阶段，括号内为占前一阶段的比例。"
            "已承保以清单或转介绍后的保单为准；各阶段自带来该信息的清单日期起计。"
        ),
    },
    "candidates": {
        "en": (
            "Add-on candidates: single-policy customers, ranked by the cover that people of their age and family "
            "should have and they lack. Left out: who refused marketing, and families with an open claim or a death "
            "within a year. A list for today's work: refusals and sums assured are those of today."
        ),
        "zh": (
            "加保名单：一单客户，按其年龄与家庭应有而缺少的保障排序。拒绝营销、家中有未结理赔或一年内身故的不列。"
            "供当日工作使用，营销意愿与保额以当前为准。"
        ),
    },
    "spot-check": {
        "en": (
            "True rate: the share of services said to be done that customers confirm, each agent weighing as many as "
            "he claimed, with a 95 % interval (Wilson's, by the effective number of answers). 'Lowest' takes everybody "
            "who was not reached for a no."
        ),
        "zh": (
            "真实达成率：抽查中经客户确认的服务占比，按各业务员申报件数加权，附95%置信区间（按有效样本量的Wilson区间）。“最低”将未联系上的均视为"
            "未确认。"
        ),
    },
}
"""By figure and language."""


def service_definition(figure: str, language: str) -> str:
    """Return what a figure means."""
    return DEFINITIONS[figure]["zh" if language == "zh" else "en"]

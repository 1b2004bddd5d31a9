"""What the forecast, survival, worth and value of policies mean, and the headings of their tables."""

from __future__ import annotations

HEADINGS = {
    "denominator": ("First-year premium", "首年保费"),
    "kept": ("Kept", "已实收"),
    "open": ("Open", "未决"),
    "expected": ("Expected", "预计实收"),
    "ratio": ("Expected ratio", "预计继续率"),
    "interval": ("Interval", "区间"),
    "policies": ("Policies", "件数"),
    "open_policies": ("Open policies", "未决件数"),
    "chance": ("Chance", "续缴概率"),
    "if_kept": ("Premium", "保费"),
    "due_on": ("Due", "应缴日"),
    "cutoff_on": ("In time until", "宽限期末"),
    "stage": ("Stage", "阶段"),
    "lead": ("Days past due", "逾期天数"),
    "month": ("Months", "月数"),
    "days": ("Days", "天数"),
    "at_risk": ("Observed", "在观察"),
    "lost": ("Lost", "流失"),
    "left": ("Left otherwise", "其他离开"),
    "survival": ("Still kept", "留存率"),
    "services": ("Services", "首年服务"),
    "persistency": ("13-month ratio", "13个月继续率"),
    "referred_per_100": ("Referred per 100", "每百件转介绍"),
    "add_on_share": ("Bought again", "加保率"),
    "hazard_ratio": ("Loss against none", "流失风险比（对照：未做）"),
    "method": ("Method", "方法"),
    "brier": ("Brier score", "Brier分数"),
    "gain": ("Better than base rate", "较基准率改善"),
    "foreseen": ("Expected", "预计"),
    "came": ("Came", "实际"),
    "error": ("Standard error", "标准误"),
    "chance_from": ("Chance from", "概率下限"),
    "first_year": ("First year", "首年佣金"),
    "renewal": ("Renewals", "续期佣金"),
    "ahead": ("Still to come", "待得佣金"),
    "of_add_ons": ("Of these add-ons", "其中加保"),
    "through_referrals": ("Through referrals", "转介绍带来"),
    "of_referred": ("Of referred", "其中转介绍客户"),
    "together": ("Together", "合计"),
    "people": ("People brought", "带来人数"),
    "customers": ("Customers", "客户数"),
}
"""Headings of columns, in English and Chinese."""

CODES = {
    "not_due": ("not due yet", "未到期"),
    "due": ("due today", "今日应缴"),
    "in_grace": ("in grace, unpaid", "宽限期内未缴"),
    "behind": ("earlier one unpaid", "前期保费未缴"),
    "lapsed": ("lapsed already", "前期未缴已中止"),
    "all": ("all", "全部"),
    "none": ("none", "未做"),
    "some": ("some", "部分"),
    "forecast": ("as forecast", "预测所用"),
    "hazard": ("hazard", "风险模型"),
    "kaplan-meier": ("Kaplan-Meier", "Kaplan-Meier"),
    "base-rate": ("base rate", "基准率"),
}
"""The codes of tables, in English and Chinese: stages, groups of services, methods."""

TITLES = {
    "forecast": (
        "Expected persistency of month 13 · profile {profile} · cutoff strict",
        "预计13个月继续率 · 口径{profile} · 截止方式strict",
    ),
    "forecast.policies": (
        "Open policies and their chances to month 13 · profile {profile} · cutoff strict",
        "未决保单及续缴概率（13个月） · 口径{profile} · 截止方式strict",
    ),
    "backtest": ("Past forecasts and what came", "以往预测与实际结果"),
    "calibration": ("Chances given and what came", "预测校准"),
    "survival": ("Survival of policies · profile {profile}", "保单留存率 · 口径{profile}"),
    "worth": (
        "What first-year service is worth · issued since {since} · kept {landmark} months",
        "首年服务价值 · {since}起承保 · 承保{landmark}个月后仍有效",
    ),
    "worth.curves": (
        "Survival by first-year services · issued since {since} · days after {landmark} months",
        "首年服务与留存曲线 · {since}起承保 · 承保{landmark}个月后的天数",
    ),
    "value": ("Value of customers in commission", "客户价值（佣金）"),
    "value.agents": ("Value of the books of agents in commission", "业务员名下客户价值（佣金）"),
}
"""What stands above a table, in English and Chinese."""

EXPLAINED = {
    "forecast": (
        "Expected 13-month persistency = premium kept for certain + chance x premium of what is still open, over the "
        "first-year premium of the same policies (CN_COMPANY, strict). The interval holds {confidence:.0%} of what may "
        "come: chance of each policy, uncertainty of the estimate, differences between cohorts and between agents. "
        "Method: {method}, learnt from {learnt_from} policies whose grace was over on {as_of}; nothing later was used. "
        "Policies that leave the cohort before their grace is over (claims, waivers) are not foreseen.",
        "预计13个月继续率＝（已实收保费＋未决保单续缴概率×保费）÷ 同一批保单首年保费（CN_COMPANY，严格口径）。"
        "区间含{confidence:.0%}的可能结果，已计入单件偶然、估计误差、批次与人员差异。方法：{method}，依据截至{as_of}已过宽限期的{learnt_from}件保单，"
        "未使用此后任何信息。宽限期结束前可能剔除的保单（理赔、豁免等）未作预计。",
    ),
    "backtest": (
        "Past forecasts, each made with what was known on its day, against what came. Brier score: mean squared error "
        "of the chance, smaller is better. As forecast: by the hazard on days by which enough policies had been lost "
        "for its facts, else by Kaplan-Meier.",
        "以往各日仅用当日已知信息所作预测与实际结果之比较。Brier分数为概率的均方误差，越小越好。预测所用：当日流失件数足以支持"
        "各项因素时用风险模型，否则用Kaplan-Meier。",
    ),
    "calibration": (
        "Calibration, as forecast: open policies by the chance they were given, and the share of them that was kept. "
        "The interval of a cohort held what came in {covered} of {cohorts} cases ({share:.0%}; meant: "
        "{confidence:.0%}).",
        "校准（预测所用）：未决保单按预计续缴概率分组，及其实际续缴占比。批次区间在{cohorts}次中覆盖实际{covered}次"
        "（{share:.0%}，目标{confidence:.0%}）。",
    ),
    "survival": (
        "Share of policies still kept so long after the effective date (Kaplan-Meier; limits: {confidence:.0%}). Lost: "
        "surrendered, reduced paid-up, or suspended and not reinstated (grace: {profile}). Claims, waivers, maturity "
        "and transfers end the observation.",
        "生效后仍留存的保单占比（Kaplan-Meier，{confidence:.0%}区间）。流失：退保、减额交清、效力中止未复效（宽限期按{profile}）。"
        "理赔、豁免、满期、迁出视为观察结束。",
    ),
    "worth": (
        "Policies issued since {since} and still kept {landmark} months after issue, by how many of the five "
        "first-year services were done by then; followed from that day on, `still kept` being the share after 12 "
        "months more. Loss: its rate against policies of the same agent without service, adjusted for premium, mode "
        "and product; interval {confidence:.0%}. Log-rank test: p {p}. Referred, and bought again: by the same "
        "customers, in those 12 months.",
        "{since}起承保且承保{landmark}个月后仍有效的保单，按届时五项首年服务完成情况分组，自该日起观察；留存率为其后12个月。"
        "流失风险比：与同一业务员未服务保单相比，已校正保费、缴费方式、产品；区间{confidence:.0%}。对数秩检验 p {p}。"
        "转介绍与加保：同一批客户在该12个月内。",
    ),
    "worth.less": (
        "With {group} of the services, policies were lost less often than with none.",
        "与未服务相比，{group}服务到位的保单流失较少。",
    ),
    "worth.more": (
        "With {group} of the services, policies were lost more often than with none.",
        "与未服务相比，{group}服务到位的保单流失反而较多。",
    ),
    "worth.unclear": (
        "The figures do not show a difference between {group} of the services and none: the interval holds 1.",
        "数据未显示{group}服务到位与未服务之间的差异：区间包含1。",
    ),
    "worth.none": (
        "All services and none cannot be compared: one of the groups is missing or too small, or nobody in it was lost "
        "or kept.",
        "全部服务与未服务无法比较：缺少其中一组、件数过少，或组内无人流失或无人留存。",
    ),
    "worth.early": (
        "The fifth service, the visit after 10 months, is hardly ever done {landmark} months after issue: ask with "
        "--landmark 11 about all five.",
        "第五项服务为承保10个月后的回访，承保{landmark}个月时多未到期；如需比较五项全部完成者，请用 --landmark 11。",
    ),
    "worth.caveat": (
        "This is association, not proof of cause: agents may visit those who would have stayed anyway.",
        "以上为相关关系，并非因果证明：业务员可能更常拜访本来就会留下的客户。",
    ),
    "value": (
        "Commission by the rates '{rates}': first year and renewals of premiums paid by {as_of}; still to come if all "
        "is paid, not discounted. Through referrals: first year and renewals of everybody brought, down the tree.",
        "佣金按费率表“{rates}”计算：首年与续期以截至{as_of}实收保费计；待得佣金假设全部续缴，未贴现。转介绍带来：转介绍树下全部"
        "客户的首年与续期佣金。",
    ),
}
"""What stands below a table, in English and Chinese."""


def titled(key: str, language: str, **asked: object) -> str:
    """Return a title with what was asked."""
    return TITLES[key][language == "zh"].format(**asked)


def explained(key: str, language: str, **values: object) -> str:
    """Return a sentence with its values."""
    return EXPLAINED[key][language == "zh"].format(**values)


def headings(columns: list[str], language: str) -> dict[str, str]:
    """Return the headings known here."""
    return {name: HEADINGS[name][language == "zh"] for name in columns if name in HEADINGS}


def coded(value: str, language: str) -> str:
    """Return a code as people say it."""
    return CODES[value][language == "zh"] if value in CODES else value

"""The words of a standard as people read them, in English and Chinese."""

from __future__ import annotations

_WORDS = {
    # level, stage, subject
    "assessed": ("assessed", "考核"),
    "spot-checked": ("spot-checked", "抽查"),
    "encouraged": ("encouraged", "倡导"),
    "meet": ("meet", "相识"),
    "know": ("know", "相知"),
    "trust": ("trust", "相信"),
    "rely": ("rely", "相依"),
    "policy": ("policy", "保单"),
    "customer": ("customer", "客户"),
    "either": ("policy or customer", "保单或客户"),
    # channels, class, performer
    "visit": ("visit", "亲访"),
    "call": ("call", "电话"),
    "sms": ("SMS", "短信"),
    "letter": ("letter", "信函"),
    "office-work": ("office work", "内勤办理"),
    "duty": ("duty", "法定义务"),
    "service": ("service", "服务"),
    "marketing": ("marketing", "推广"),
    "agent": ("agent", "业务员"),
    "office": ("office", "内勤"),
    "nobody": ("nobody (message)", "系统发送"),
    # endings
    "receipt-signed": ("receipt signed", "回执已签"),
    "ended": ("policy ended", "保单已终止"),
    "not-in-force": ("no longer in force", "保单不再有效"),
    "instalment-paid": ("instalment paid", "该期已缴"),
    "reinstated": ("reinstated", "已复效"),
    "suspension-confirmed": ("suspension confirmed", "中止确认书已签"),
    "closed": ("closed", "已办结"),
    "family-case": ("open death, claim or lapse in the family", "家中有未了的身故、理赔或失效"),
    "done-recently": ("done less than 180 days ago", "180天内已做过"),
    # anchors: with an offset, and the day itself
    "issue": ("issue", "承保日"),
    "effective": ("effective date", "生效日"),
    "receipt": ("receipt", "回执日"),
    "end": ("end of the policy", "保险止期"),
    "suspension": ("suspension", "效力中止日"),
    "on-issue": ("on the day of issue", "承保当日"),
    "on-effective": ("on the effective date", "生效当日"),
    "on-receipt": ("on the day of the receipt", "回执当日"),
    "on-end": ("on the last day of the policy", "保险止期当日"),
    "on-suspension": ("on the first day of suspension", "效力中止当日"),
    # modes and results
    "annual": ("annual", "年缴"),
    "semi-annual": ("semi-annual", "半年缴"),
    "quarterly": ("quarterly", "季缴"),
    "monthly": ("monthly", "月缴"),
    "success": ("successful", "成功"),
    "failed": ("failed", "失败"),
    # events
    "freelook_cancel": ("free-look cancellation", "犹豫期撤单"),
    "surrender": ("surrender", "退保"),
    "claim_termination": ("termination by claim", "理赔终止"),
    "waiver": ("premium waiver", "保费豁免"),
    "void": ("voidance", "注销"),
    "transfer_out": ("transfer out", "迁出"),
    "conversion": ("conversion", "转换终止"),
    "reduced_paid_up": ("change to reduced paid-up", "减额交清"),
    "premium_change": ("change of premium", "保费变更"),
    "rider_added": ("new rider", "加保附加险"),
    "suspension_confirmed": ("confirmation of suspension", "签署效力中止确认书"),
    "reinstatement": ("reinstatement", "复效"),
    "terminated": ("termination", "效力终止"),
    "premium_loan": ("premium loan", "自动垫交"),
    "maturity": ("maturity payment", "满期给付"),
    "claim": ("claim", "理赔"),
    "claim_closed": ("closed claim", "理赔结案"),
    "sick": ("illness becoming known", "得知生病"),
    "service_request": ("service request", "保全申请"),
    "request_closed": ("closed service request", "保全办结"),
    "dividend_declared": ("declared dividend", "分红公布"),
    "agent_changed": ("change of agent", "服务人员变更"),
    "complaint": ("complaint", "投诉"),
    # audiences
    "female": ("women", "女性"),
    "male": ("men", "男性"),
    "participating": ("participating policies", "分红保单"),
    "everybody": ("everybody", "全部"),
    # units
    "day": ("day", "天"),
    "month": ("month", "个月"),
    "workday": ("working day", "个工作日"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
}
_EVENT_WORDS = {"reinstated": "reinstatement"}
"""Events whose name is also that of an ending."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def word(name: str, language: str) -> str:
    """Return the word for a value of the model; `language` is en or zh, and a value without a word stays as it is."""
    english, chinese = _WORDS.get(name, (name, name))
    return chinese if language == "zh" else english


def event_word(kind: str, language: str) -> str:
    """Return the word for a kind of event."""
    return word(_EVENT_WORDS.get(kind, kind), language)


def amount(number: int, unit: str, language: str) -> str:
    """Write "3 working days"; `unit` is day, month or workday."""
    if language == "zh":
        return f"{number}{word(unit, language)}"
    return f"{number} {word(unit, language)}{'' if number == 1 else 's'}"


def listed(names: list[str], language: str) -> str:
    """Join words as the language does."""
    return ("、" if language == "zh" else ", ").join(names)


def month_names(months: list[int], language: str) -> str:
    """Name months by their numbers, from 1."""
    return listed([f"{month}月" if language == "zh" else _MONTHS[month - 1] for month in months], language)

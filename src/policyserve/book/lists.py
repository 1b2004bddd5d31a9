"""The six kinds of lists that the core system hands over: their columns, headers and words, as data."""

from __future__ import annotations

from collections.abc import Mapping

from policyserve.book.list_columns import (
    Column,
    ListKind,
    code,
    date,
    money,
    number,
    own,
    phone,
    text,
    whole,
    yes_no,
)
from policyserve.book.words import (
    CLEAR,
    DEBIT_RESULTS,
    EVENTS,
    FOR_LIFE,
    GENDERS,
    MODES,
    ONCE,
    PRODUCT_KINDS,
    RELATIONS,
    STAGES,
)
from policyserve.errors import PolicyserveError

AGENTS = ListKind(
    name="agents",
    key=("agent_no",),
    columns=(
        number("agent_no", "工号", required=True),
        own("name", "姓名", form="name", required=True),
        text("team", "部组"),
        text("branch", "机构"),
        number("manager_no", "主管工号"),
        phone("phone", "手机"),
        date("joined_on", "入司日期"),
        date("left_on", "离司日期", decisive=True),
        whole("daily_capacity", "每日上限", 0, 1000),
        text("region", "区域"),
        Column(name="languages", chinese="语言", form="languages"),
    ),
)

CUSTOMERS = ListKind(
    name="customers",
    key=("customer_no",),
    columns=(
        number("customer_no", "客户号", required=True),
        own("name", "姓名", form="name"),
        code("gender", "性别", GENDERS),
        Column(name="birthday", chinese="生日", form="birthday"),
        Column(name="lunar_birthday", chinese="农历生日", form="lunar"),
        date("deceased_on", "身故日期", decisive=True),
        phone("phone", "手机"),
        text("vip", "VIP等级"),
        text("occupation", "职业"),
        own("hobbies", "爱好"),
        number("family_no", "家庭号"),
        number("agent_no", "服务人员"),
        number("referred_by", "转介绍人"),
        date("referred_on", "转介绍日期"),
        yes_no("marketing_consent", "营销同意"),
        yes_no("sms_optout", "短信退订"),
        text("address", "联系地址"),
        number("postcode", "邮编"),
        Column(name="preferred_days", chinese="方便日", form="days"),
        Column(name="quiet_days", chinese="免打扰日", form="days"),
        Column(name="language", chinese="语言", form="languages"),
        text("region", "区域"),
    ),
)

POLICIES = ListKind(
    name="policies",
    key=("policy_no",),
    columns=(
        number("policy_no", "保单号", required=True),
        number("customer_no", "投保人客户号", required=True),
        number("insured_customer_no", "被保险人客户号"),
        number("writing_agent_no", "出单人员"),
        number("agent_no", "服务人员", required=True),
        text("product", "产品"),
        code("product_kind", "险种", PRODUCT_KINDS),
        money("sum_assured", "保额", lowest=0),
        yes_no("participating", "分红"),
        yes_no("group", "团险"),
        number("main_policy_no", "主险保单号"),
        date("issue_date", "承保日期", required=True),
        date("effective_date", "生效日期", decisive=True),
        date("delivered_on", "送达日期"),
        date("receipt_on", "回执日期", decisive=True),
        code("mode", "缴费方式", MODES, required=True),
        money("premium", "期缴保费", lowest=1, required=True),
        Column(name="currency", chinese="币种", form="currency"),
        Column(
            name="pay_years",
            chinese="缴费年期",
            form="whole",
            lowest=0,  # one premium; see `policies`
            highest=150,
            decisive=True,
            spelt=dict.fromkeys(ONCE, "0") | dict.fromkeys(FOR_LIFE, CLEAR),
            unit="年期?|年[缴交]费?|y|years?",
        ),
        Column(name="ends_on", chinese="保险止期", form="date", decisive=True, spelt=dict.fromkeys(FOR_LIFE, CLEAR)),
        text("channel", "渠道"),
        whole("freelook_days", "犹豫期天数", 0, 366, unit="天|日"),
    ),
)

PREMIUMS = ListKind(
    name="premiums",
    key=("policy_no", "instalment"),
    columns=(
        number("policy_no", "保单号", required=True),
        whole("instalment", "期次", 1, 9999, unit="期", required=True),
        date("due_on", "应缴日期", decisive=True),
        money("amount", "应缴保费", lowest=0, decisive=True),
        date("paid_on", "实缴日期", decisive=True),
        money("paid_amount", "实缴保费", decisive=True),
        date("debit_on", "扣款日期", decisive=True),
        Column(name="debit_result", chinese="扣款结果", form="code", words=DEBIT_RESULTS, decisive=True),
        text("failure", "失败原因"),
        date("next_debit_on", "下次扣款日期"),
    ),
)

EVENT_LIST = ListKind(
    name="events",
    key=("event_no",),
    columns=(
        number("event_no", "事件号"),
        number("policy_no", "保单号"),
        number("customer_no", "客户号"),
        code("kind", "事件", EVENTS, required=True),
        date("occurred_on", "日期", required=True),
        money("amount", "金额", decisive=True),
        own("detail", "说明"),
    ),
)

REFERRALS = ListKind(
    name="referrals",
    key=("referrer_no", "referred_no"),
    columns=(
        number("referrer_no", "转介绍人客户号", required=True),
        number("referred_no", "被介绍人客户号"),
        own("referred_name", "被介绍人", form="name"),
        phone("referred_phone", "手机"),
        date("referred_on", "日期", required=True),
        number("agent_no", "业务员"),
        code("stage", "阶段", STAGES),
        code("relation", "关系", RELATIONS),
    ),
)

KINDS: Mapping[str, ListKind] = {
    kind.name: kind for kind in (AGENTS, CUSTOMERS, POLICIES, PREMIUMS, EVENT_LIST, REFERRALS)
}
"""Every kind by its name."""


def find_kind(name: str) -> ListKind:
    """Return the kind of that name; raises PolicyserveError with the names that exist."""
    if name not in KINDS:
        raise PolicyserveError("'{name}' is no kind of list; the kinds are {kinds}.", name=name, kinds=", ".join(KINDS))
    return KINDS[name]

"""The six kinds of lists that the core system hands over: their columns, headers and words, as data.

`form` says how a cell is read (see `values`): `number` is a number that people use and stays text, `money` an amount,
`whole` an integer, `code` one word of `words`, `text` anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl
from polars._typing import PolarsDataType as DataType

from policyserve.book.words import CLEAR, DEBIT_RESULTS, EVENTS, FOR_LIFE, GENDERS, MODES, ONCE, PRODUCT_KINDS, STAGES
from policyserve.errors import PolicyserveError

Form = Literal[
    "number", "text", "name", "date", "birthday", "money", "whole", "yes-no", "code", "phone", "lunar", "currency"
]

TYPES: Mapping[str, DataType] = {
    "date": pl.Date,
    "birthday": pl.Date,
    "money": pl.Int64,
    "whole": pl.Int32,
    "yes-no": pl.Boolean,
}
"""How a value of each form is kept; text where nothing is said."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a list."""

    name: str
    chinese: str
    form: Form = "text"
    required: bool = False
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The code that is stored, and the other words for it."""
    lowest: int | None = None
    """The smallest whole number or amount (in minor units) that is possible."""
    highest: int | None = None
    decisive: bool = False
    """Whether an empty cell means something (unpaid, without end): one that cannot be read rejects its row."""
    own: bool = False
    """Whether it is a text of a person's own, in which NULL and 无 may be words."""
    unit: str = ""
    """What may stand behind a whole number."""
    spelt: Mapping[str, str] = field(default_factory=dict)
    """Words (as `plain_word` writes them) that say what another cell says."""

    @property
    def title(self) -> str:
        """Both names, for sentences."""
        return f"{self.name} ({self.chinese})"

    @property
    def dtype(self) -> DataType:
        """The type of a value, here and in the database."""
        return pl.Enum(list(self.words)) if self.words else TYPES.get(self.form, pl.String)


@dataclass(frozen=True, kw_only=True)
class ListKind:
    """One kind of list; `key` names the columns by which a row is found again."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


def _number(name: str, chinese: str, *, required: bool = False) -> Column:
    return Column(name=name, chinese=chinese, form="number", required=required)


def _date(name: str, chinese: str, *, required: bool = False, decisive: bool = False) -> Column:
    return Column(name=name, chinese=chinese, form="date", required=required, decisive=decisive)


def _text(name: str, chinese: str) -> Column:
    return Column(name=name, chinese=chinese)


def _own(name: str, chinese: str, *, form: Form = "text", required: bool = False) -> Column:
    return Column(name=name, chinese=chinese, form=form, required=required, own=True)


def _phone(name: str, chinese: str) -> Column:
    return Column(name=name, chinese=chinese, form="phone")


def _yes_no(name: str, chinese: str) -> Column:
    return Column(name=name, chinese=chinese, form="yes-no")


def _whole(name: str, chinese: str, lowest: int, highest: int, *, unit: str = "", required: bool = False) -> Column:
    return Column(
        name=name, chinese=chinese, form="whole", lowest=lowest, highest=highest, required=required, unit=unit
    )


def _money(
    name: str, chinese: str, *, lowest: int | None = None, required: bool = False, decisive: bool = False
) -> Column:
    return Column(name=name, chinese=chinese, form="money", lowest=lowest, required=required, decisive=decisive)


def _code(name: str, chinese: str, words: Mapping[str, tuple[str, ...]], *, required: bool = False) -> Column:
    return Column(name=name, chinese=chinese, form="code", words=words, required=required)


AGENTS = ListKind(
    name="agents",
    key=("agent_no",),
    columns=(
        _number("agent_no", "工号", required=True),
        _own("name", "姓名", form="name", required=True),
        _text("team", "部组"),
        _text("branch", "机构"),
        _number("manager_no", "主管工号"),
        _phone("phone", "手机"),
        _date("joined_on", "入司日期"),
        _date("left_on", "离司日期", decisive=True),
        _whole("daily_capacity", "每日上限", 0, 1000),
    ),
)

CUSTOMERS = ListKind(
    name="customers",
    key=("customer_no",),
    columns=(
        _number("customer_no", "客户号", required=True),
        _own("name", "姓名", form="name"),
        _code("gender", "性别", GENDERS),
        Column(name="birthday", chinese="生日", form="birthday"),
        Column(name="lunar_birthday", chinese="农历生日", form="lunar"),
        _date("deceased_on", "身故日期", decisive=True),
        _phone("phone", "手机"),
        _text("vip", "VIP等级"),
        _text("occupation", "职业"),
        _own("hobbies", "爱好"),
        _number("family_no", "家庭号"),
        _number("agent_no", "服务人员"),
        _number("referred_by", "转介绍人"),
        _date("referred_on", "转介绍日期"),
        _yes_no("marketing_consent", "营销同意"),
        _yes_no("sms_optout", "短信退订"),
    ),
)

POLICIES = ListKind(
    name="policies",
    key=("policy_no",),
    columns=(
        _number("policy_no", "保单号", required=True),
        _number("customer_no", "投保人客户号", required=True),
        _number("insured_customer_no", "被保险人客户号"),
        _number("writing_agent_no", "出单人员"),
        _number("agent_no", "服务人员", required=True),
        _text("product", "产品"),
        _code("product_kind", "险种", PRODUCT_KINDS),
        _money("sum_assured", "保额", lowest=0),
        _yes_no("participating", "分红"),
        _yes_no("group", "团险"),
        _number("main_policy_no", "主险保单号"),
        _date("issue_date", "承保日期", required=True),
        _date("effective_date", "生效日期", decisive=True),
        _date("delivered_on", "送达日期"),
        _date("receipt_on", "回执日期", decisive=True),
        _code("mode", "缴费方式", MODES, required=True),
        _money("premium", "期缴保费", lowest=1, required=True),
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
        _text("channel", "渠道"),
        _whole("freelook_days", "犹豫期天数", 0, 366, unit="天|日"),
    ),
)

PREMIUMS = ListKind(
    name="premiums",
    key=("policy_no", "instalment"),
    columns=(
        _number("policy_no", "保单号", required=True),
        _whole("instalment", "期次", 1, 9999, unit="期", required=True),
        _date("due_on", "应缴日期", decisive=True),
        _money("amount", "应缴保费", lowest=0, decisive=True),
        _date("paid_on", "实缴日期", decisive=True),
        _money("paid_amount", "实缴保费", decisive=True),
        _date("debit_on", "扣款日期", decisive=True),
        Column(name="debit_result", chinese="扣款结果", form="code", words=DEBIT_RESULTS, decisive=True),
        _text("failure", "失败原因"),
        _date("next_debit_on", "下次扣款日期"),
    ),
)

EVENT_LIST = ListKind(
    name="events",
    key=("event_no",),
    columns=(
        _number("event_no", "事件号"),
        _number("policy_no", "保单号"),
        _number("customer_no", "客户号"),
        _code("kind", "事件", EVENTS, required=True),
        _date("occurred_on", "日期", required=True),
        _money("amount", "金额", decisive=True),
        _own("detail", "说明"),
    ),
)

REFERRALS = ListKind(
    name="referrals",
    key=("referrer_no", "referred_no"),
    columns=(
        _number("referrer_no", "转介绍人客户号", required=True),
        _number("referred_no", "被介绍人客户号"),
        _own("referred_name", "被介绍人", form="name"),
        _phone("referred_phone", "手机"),
        _date("referred_on", "日期", required=True),
        _number("agent_no", "业务员"),
        _code("stage", "阶段", STAGES),
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

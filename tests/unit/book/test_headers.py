"""Headers as core systems write them, and columns that nobody knows."""

from __future__ import annotations

import codecs
from datetime import date
from functools import partial
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from policyserve.book.files import read_source
from policyserve.book.headers import Naming, likeness, plain_header, read_as, recognise, words_of
from policyserve.book.list_columns import ListKind
from policyserve.book.lists import CUSTOMERS, KINDS, PREMIUMS
from policyserve.book.unknown_columns import refuse_losses
from policyserve.errors import PolicyserveError, QuestionError

EXPORTS = {
    "agents": "员工编号 业务员姓名 营业部 管理机构 主管代码 手机号码 入职日期 离职时间",
    "customers": "客户编号 客户姓名 性别 出生日期 阴历生日 死亡日期 联系电话 兴趣爱好 业务员代码 拒收短信",
    "policies": "保单号码 投保人客户号 被保人编号 原业务员代码 业务员工号 险种名称 险种类别 基本保险金额 签单日期 "
    "生效日 签收日 交费频率 每期保费 交费期间 保险终期 销售渠道",
    "premiums": "保险单号 交费期数 应收日 应收保费 到账日 实收保费 划款日期 扣款状态 失败说明 下次划款时间",
    "events": "保全受理号 保单号码 事件类型 发生日期 变更金额 备注",
    "referrals": "介绍人客户号 被推荐人姓名 被推荐人手机 推荐日期 业务员代码 跟进状态",
}
ENGLISH = {
    "agents": "Agent ID,Full Name,Department,Branch Name,Supervisor No.,Mobile,Hire Date,Date Left",
    "customers": "Customer ID,Client Name,Sex,DOB,Date of Death,Mobile No,Serving Agent",
    "policies": "Policy Number,Holder No,Insured ID,Selling Agent,Agent Code,Plan,Sum Insured,Date of Issue,Start Date,"
    "Payment Mode,Modal Premium,Premium Term,Maturity Date",
    "premiums": "Policy ID,Installment,Due Date,Amount Due,Payment Date,Amount Paid,Debit Date,Debit Status",
    "events": "Event ID,Policy Number,Event Type,Event Date,Remarks",
    "referrals": "Referrer ID,Prospect Name,Prospect Phone,Referral Date,Status",
}


@pytest.mark.parametrize("kind", KINDS)
def test_of_several_words_for_a_column_the_page_shows_what_is_taken(kind: str) -> None:
    for column in KINDS[kind].columns:
        headers = (*ENGLISH[kind].split(","), words_of(column, KINDS[kind])[-1], column.name)
        shown = [field for _, field, _ in read_as(headers, KINDS[kind], Naming())]
        try:
            taken = recognise(headers, KINDS[kind]).places
        except PolicyserveError:  # none of several is better: each is shown, and one is to be chosen
            assert shown.count(column.name) > 1
        else:
            assert {field: str(place) for place, field in enumerate(shown) if field} == taken


def test_of_columns_with_the_same_header_each_is_named_and_left_out_by_its_place() -> None:
    headers = ("customer_no", "Name", "name", "")
    labels = ["customer_no", "Name (2)", "name (3)", "#4"]
    assert [label for label, _, _ in read_as(headers, CUSTOMERS, Naming())] == labels
    with pytest.raises(PolicyserveError, match=r"Name \(2\), name \(3\); keep one of them"):
        recognise(headers, CUSTOMERS)
    for taken, left in ((1, 2), (2, 1)):
        chosen = Naming(columns={"customer_no": "customer_no", labels[taken]: "name"}, ignored=(labels[left],))
        found = recognise(headers, CUSTOMERS, chosen)
        assert found.places == {"customer_no": "0", "name": str(taken)}
        assert found.unknown == {"3": "#4"}
        assert [ignored for _, _, ignored in read_as(headers, CUSTOMERS, chosen)].index(True) == left
        other = Naming(columns={labels[left]: "occupation"}, asked=(labels[left],))
        assert recognise(headers, CUSTOMERS, other).places["occupation"] == str(left)
    assert recognise(headers, CUSTOMERS, Naming(ignored=("name",))).places == {"customer_no": "0"}


@pytest.mark.parametrize("kind", KINDS)
def test_exports_of_core_systems_are_read_to_their_last_column(kind: str) -> None:
    for headers in (tuple(EXPORTS[kind].split()), tuple(ENGLISH[kind].split(","))):
        found = recognise(headers, KINDS[kind])
        assert (found.ignored, len(found.places)) == ((), len(headers))


@pytest.mark.parametrize(
    "header", ["应缴日", "应交日", "应收日", "應繳日期", " 应缴时间：", "应\u200b缴日", "Due-Date", "due date*"]
)
def test_one_day_has_many_words(header: str) -> None:
    assert recognise(("保单号", "期次", header), PREMIUMS).places["due_on"] == "2"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_word_means_two_columns_of_a_list(kind: ListKind) -> None:
    meanings = {(plain_header(word), column.name) for column in kind.columns for word in words_of(column, kind)}
    assert len({word for word, _ in meanings}) == len(meanings)


def test_the_number_goes_before_the_name_of_the_same_person() -> None:
    headers = ("保单号", "投保人", "投保人客户号", "承保日期", "缴费方式", "保费", "业务员", "业务员代码")
    found = recognise(headers, KINDS["policies"])
    assert (found.places["customer_no"], found.places["agent_no"]) == ("2", "7")
    assert found.ignored == ("投保人", "业务员")


def test_of_two_days_of_payment_none_is_left_out_in_silence() -> None:
    headers = ("保单号", "期次", "实收日期", "到账日")
    with pytest.raises(PolicyserveError, match="实收日期, 到账日"):
        recognise(headers, PREMIUMS)
    assert recognise(headers, PREMIUMS, Naming(ignored=("到账日",))).places["paid_on"] == "2"
    assert recognise(headers, PREMIUMS, Naming(columns={"到账日": "paid_on"})).places["paid_on"] == "3"


ENCODINGS = {"utf-8": b"", "utf-8-sig": b"", "gb18030": b"", "utf-16-le": codecs.BOM_UTF16_LE}


def written(folder: Path, form: str, rows: list[list[str]]) -> Path:
    """Write rows as a CSV file in an encoding, or as a spreadsheet."""
    path = folder / ("list.xlsx" if form == "xlsx" else "list.csv")
    if form == "xlsx":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    else:
        path.write_bytes(ENCODINGS[form] + "\n".join(map(",".join, rows)).encode(form))
    return path


def taken(path: Path, kind: ListKind, naming: Naming | None = None) -> tuple[str, ...]:
    """Return the unknown columns of a file that is read."""
    source = read_source(path, partial(likeness, kind=kind, naming=naming))
    headers = recognise(source.headers, kind, naming)
    refuse_losses(source, headers, kind)
    return headers.ignored


LOSSES = [
    ("缴费日期", "2026-01-03"), ("核销日", "20260103"), ("入帐金额", "600"), ("现金价值", "12345.6"),
    ("Bonus Amount", "1"), ("Closing Date", "1/3/26"), ("甲", "2026年1月3日"), ("甲", "¥6,000"), ("甲", "600.00"),
    ("甲", "1,200元"), ("甲", "1万元"), ("x_on", "3 Jan 2026"), ("保费（万元）", "0.6"), ("", "2026/1/3 08:00"),
]  # fmt: skip


@pytest.mark.parametrize("form", [*ENCODINGS, "xlsx"])
@pytest.mark.parametrize(("header", "cell"), LOSSES)
def test_a_column_that_looks_like_money_or_a_date_stops_the_import(
    tmp_path: Path, form: str, header: str, cell: str
) -> None:
    cell = f'"{cell}"' if form != "xlsx" else cell
    path = written(tmp_path, form, [["客户号", header, "备忘"], ["C1", cell, "x"], ["C2", "", "y"]])
    with pytest.raises(QuestionError, match=r"--column HEADER=FIELD.*--ignore HEADER"):
        taken(path, CUSTOMERS)
    assert taken(path, CUSTOMERS, Naming(ignored=(header or "#2",))) == ("备忘",)
    assert "备忘" in taken(path, CUSTOMERS, Naming(columns={header or "#2": "referred_on"}))


HARMLESS = [
    ("年龄", "45"), ("证件号码", "110101196001010011"), ("体重", "60.5"), ("缴费日期", ""),
    ("费用说明", "无"), ("机构层级", "3"),
]  # fmt: skip


@pytest.mark.parametrize(("header", "cell"), HARMLESS)
def test_other_columns_are_told_and_left_out(tmp_path: Path, header: str, cell: str) -> None:
    assert taken(written(tmp_path, "utf-8", [["客户号", header], ["C1", cell], ["C2", cell]]), CUSTOMERS) == (header,)


POLICIES = "保单号,投保人客户号,业务员工号,承保日期,缴费方式,保费"
NEAR = [
    ("premiums", "保单号,期次,实际到账日", "paid_on"), ("premiums", "保单号,期次,实收保费额", "paid_amount"),
    ("customers", "客户号,出生的日期", "birthday"), ("policies", f"{POLICIES},保单起始日期", "effective_date"),
    ("agents", "工号,姓名,入司签约日期", "joined_on"), ("premiums", "policy_no,instalment,paid_on_date", "paid_on"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "headers", "nearest"), NEAR)
def test_the_nearest_known_column_is_proposed(tmp_path: Path, kind: str, headers: str, nearest: str) -> None:
    names = headers.split(",")
    path = written(tmp_path, "utf-8", [names, [*(["1"] * (len(names) - 1)), "2026-01-03"]])
    with pytest.raises(QuestionError, match=rf"nearest: {nearest} "):
        taken(path, KINDS[kind])


def test_a_required_column_can_be_named_below_a_title(tmp_path: Path) -> None:
    path = written(tmp_path, "gb18030", [["客户清单", ""], ["顾客识别", "姓名"], ["C1", "甲"]])
    naming = Naming(columns={"顾客识别": "客户号"}, asked=("顾客识别",))
    assert taken(path, CUSTOMERS, naming) == ()


def test_a_wrong_name_is_told_with_the_right_ones() -> None:
    with pytest.raises(QuestionError, match="no column of a list of premiums; its columns are policy_no"):
        recognise(("保单号", "期次"), PREMIUMS, Naming(columns={"期次": "period"}))
    with pytest.raises(QuestionError, match=r"no column '付款日'; its columns are: 保单号, 期次"):
        recognise(("保单号", "期次"), PREMIUMS, Naming(columns={"付款日": "paid_on"}, asked=("付款日",)))


def test_what_the_settings_name_need_not_be_in_every_file() -> None:
    naming = Naming(columns={"付款日": "paid_on"}, ignored=("打印日期",))
    assert recognise(("保单号", "期次"), PREMIUMS, naming).places == {"policy_no": "0", "instalment": "1"}


def test_a_title_is_no_header_for_the_words_in_it() -> None:
    with pytest.raises(PolicyserveError, match="needs the column"):
        recognise(("客户清单", str(date(2026, 1, 3))), CUSTOMERS)

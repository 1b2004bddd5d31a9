"""Columns under names that nobody knows: named or left out by the command, or once for all in the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Desk, in_a_sentence

AS_OF = "2026-03-20"
PREMIUMS = "保险单号,期数,应收日,应收保费,核销日期,实收金额,现金价值\nP1,2,2026-01-31,1200,2026-02-03,1200,880.50\n"


@pytest.fixture
def sold(desk: Desk) -> Desk:
    """Return a desk with one policy, its lists as a core system writes them."""
    desk.take("agents", "员工编号,业务员姓名,部门,管理机构\nA1,甲,营业一部,杭州\n", as_of=AS_OF)
    desk.take("customers", "客户编号,客户姓名,客户手机号码\nC1,王芳,13800138000\n", as_of=AS_OF)
    policies = (
        "保单号码,投保人,投保人客户号,业务员代码,签单日期,交费频率,每期保费\nP1,王芳,C1,A1,2025-01-31,年交,1200\n"
    )
    desk.take("policies", policies, as_of=AS_OF)
    return desk


def test_a_day_of_payment_under_another_name_stops_the_import_until_it_is_named(sold: Desk) -> None:
    path = sold.write("三月.csv", PREMIUMS)
    stopped = sold.run("import", "premiums", path, "--as-of", AS_OF)
    assert (stopped.status, in_a_sentence(stopped)) == (2, True)
    assert "'核销日期'" in stopped.err
    assert "'现金价值'" in stopped.err
    left_out = ("--ignore", "核销日期", "--ignore", "现金价值", "--ignore", "实收金额")
    assert "1 added" in sold.do("import", "premiums", path, "--as-of", AS_OF, *left_out)
    assert "is unpaid" in sold.do("policy", "P1", "--as-of", AS_OF)
    named = ("--column", "核销日期=paid_on", "--ignore", "现金价值")
    assert "1 updated" in sold.do("import", "premiums", path, "--as-of", AS_OF, *named)
    assert "In force" in sold.do("policy", "P1", "--as-of", AS_OF)


def test_the_settings_name_columns_once_for_all(sold: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    text = '[lists.premiums]\ncolumns = { "核销日期" = "实缴日期", "付款方式" = "failure" }\nignore = ["现金价值"]\n'
    settings.write_text(text, "utf-8")
    monkeypatch.setenv("POLICYSERVE_SETTINGS", str(settings))
    assert sold.take("premiums", PREMIUMS, as_of=AS_OF)["added"] == 1
    assert "In force" in sold.do("policy", "P1", "--as-of", AS_OF)


@pytest.mark.parametrize(
    "options",
    [("--column", "核销日期"), ("--column", "核销日期=paid"), ("--column", "无此列=paid_on"), ("--column", "=paid_on")],
)
def test_a_wrong_name_is_wrong_usage(sold: Desk, options: tuple[str, ...]) -> None:
    result = sold.run("import", "premiums", sold.write("三月.csv", PREMIUMS), "--as-of", AS_OF, *options)
    assert (result.status, in_a_sentence(result)) == (2, True)


def test_nobody_is_asked_for_an_instalment_of_nothing(sold: Desk) -> None:
    sold.take("premiums", "保单号,期次,应缴保费\nP1,2,0.00\n", as_of=AS_OF)
    for day in ("2026-01-05", "2026-01-31", "2026-02-01", AS_OF, "2026-04-15"):
        texts = sold.ask("sms", "generate", "--date", day, "--as-of", day)
        assert [row["text"] for row in texts if "0.00" in str(row["text"]) or "保费" in str(row["text"])] == []
        assert "In force" in sold.do("policy", "P1", "--as-of", day)

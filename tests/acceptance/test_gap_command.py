"""The gap by command: what people read of groups with and without a name, and what programs get."""

from __future__ import annotations

import polars as pl
import pytest

from commands import Desk

DAY = ("--as-of", "2026-04-01")
AGENTS = "agent_no,name,branch,team\nA1,Agent,North,One\nA2,Agent,,\n"
CUSTOMERS = "customer_no,agent_no\nC1,A1\nC2,A1\nC3,A1\nC4,A2\n"
POLICIES = (
    "policy_no,customer_no,agent_no,issue_date,mode,premium,product_kind,pay_years\n"
    "P1,C1,A1,2025-03-10,annual,6000,life,20\n"
    "P2,C2,A1,2025-03-10,annual,19200,life,20\n"
    "P3,C3,A1,2025-01-10,annual,1000,life,20\n"
    "P4,C4,A2,2025-01-10,annual,500,life,20\n"
)
PREMIUMS = "policy_no,instalment,due_on,amount,paid_on\nP1,2,2026-03-10,6000,2026-03-10\n"


@pytest.fixture
def asked(desk: Desk) -> Desk:
    """Return a branch of three policies, paid, in grace and lapsed, and a lapsed one of an agent in no branch."""
    lists = {"agents": AGENTS, "customers": CUSTOMERS, "policies": POLICIES, "premiums": PREMIUMS}
    for kind, text in lists.items():
        desk.take(kind, text, as_of="2026-04-01")
    return desk


def test_nothing_due_is_said_and_is_no_target_that_was_met(desk: Desk) -> None:
    for language, said in {
        "en": "There is no policy in these cohorts",
        "zh": "没有第13个月保费已到应缴日的保单",
    }.items():
        shown = desk.do("metrics", "gap", *DAY, "--lang", language)
        assert said in shown
        assert "target." not in shown
    assert desk.ask("metrics", "gap", *DAY) == []


def test_before_the_first_cohort_there_is_no_policy_either(asked: Desk) -> None:
    assert "There is no policy in these cohorts" in asked.do("metrics", "gap", "--as-of", "2020-01-01")


def test_a_policy_is_needed_only_where_the_needed_ones_suffice(asked: Desk) -> None:
    short = ("metrics", "gap", "--by", "team", "--target", "0.97", *DAY)
    shown = asked.do(*short)
    assert "North / One: 22.90% today" in shown
    assert "The one open policy does not close it: with it 96.18%." in shown
    assert not any(one["needed"] for row in asked.ask(*short) for one in row["policies"])
    enough = ("metrics", "gap", "--by", "team", "--target", "0.95", *DAY)
    assert "Of 1 open policy, 1 will do, the last by 2026-05-09." in asked.do(*enough)
    assert [one["needed"] for row in asked.ask(*enough) for one in row["policies"]] == [True]


def test_where_nothing_is_open_it_is_said_in_a_proper_sentence(asked: Desk) -> None:
    chinese = asked.do("metrics", "gap", "--by", "team", *DAY, "--lang", "zh")
    assert "未归属：目前0.00%" in chinese
    assert "没有可缴保单，无法达标。" in chinese
    assert "No policy is still open that could close it." in asked.do("metrics", "gap", "--by", "team", *DAY)


def test_a_profile_that_counts_says_nothing_of_premium(asked: Desk) -> None:
    shown = asked.do("metrics", "gap", "--profile", "UK_SUP16_8", *DAY)
    assert "of the policies today" in shown
    assert "premium" not in shown
    assert "Missing in the end: 3 policies;" in shown


def test_amounts_are_written_as_in_every_table_and_exact_for_programs(asked: Desk) -> None:
    assert " 19,200 " in asked.do("metrics", "gap", *DAY)
    (row,) = asked.ask("metrics", "gap", *DAY)
    assert [(one["amount"], one["gain"]) for one in row["policies"]] == [("19200.00", "19200.00")]


@pytest.mark.parametrize(
    "figure", [("gap",), ("persistency",), ("survival",), ("collection", "--from", "2026-01-01", "--to", "2026-03-31")]
)
def test_a_group_without_a_name_has_one_on_screens_and_none_for_programs(asked: Desk, figure: tuple[str, ...]) -> None:
    by_branch = ("metrics", *figure, "--by", "branch", *DAY)
    assert "(no branch)" in asked.do(*by_branch)
    assert "未归属" in asked.do(*by_branch, "--lang", "zh")
    assert None in {row["branch"] for row in asked.ask(*by_branch)}


def test_the_list_of_policies_says_of_which_day_and_profile_it_is(asked: Desk) -> None:
    header, first, *_ = asked.do("metrics", "gap", *DAY, "--format", "csv").splitlines()
    named = dict(zip(header.split(","), first.split(","), strict=True))
    assert (named["profile"], named["as_of"], named["target"]) == ("CN_COMPANY", "2026-04-01", "0.88")


def test_a_figure_goes_into_a_file_exactly_or_as_people_read_it(asked: Desk) -> None:
    exact, readable = asked.folder / "gap.csv", asked.folder / "gap.xlsx"
    for path in (exact, readable):
        assert asked.do("metrics", "gap", *DAY, "--out", path, "--lang", "zh") == ""
        assert path.stat().st_mode & 0o077 == 0
    (policy,) = pl.read_csv(exact, infer_schema_length=0).to_dicts()
    assert (policy["policy_no"], policy["amount"], policy["as_of"]) == ("P2", "19200.00", "2026-04-01")
    sheets = pl.read_excel(readable, sheet_id=0)
    (row,) = sheets["指标"].to_dicts()
    assert (row["保单号"], row["服务人员"], row["应缴保费"]) == ("P2", "A1 Agent", 19200)
    assert "13个月继续率差距" in str(sheets["说明"].columns[0])


def test_a_figure_goes_into_no_other_file(asked: Desk) -> None:
    result = asked.run("metrics", "gap", *DAY, "--out", asked.folder / "gap.txt")
    assert (result.status, result.out) == (2, "")
    assert "ends with neither .csv nor .xlsx" in result.err


def test_agents_and_customers_stand_by_number_and_name_with_the_phone(asked: Desk) -> None:
    asked.take("customers", "customer_no,name,phone\nC2,王芳,15400000001\n", as_of="2026-04-01")
    told = asked.do("metrics", "gap", *DAY)
    assert "C2 王芳" in told
    assert "15400000001" in told
    assert "A1 Agent" in told
    assert "王芳" not in asked.do("metrics", "gap", *DAY, "--format", "json")

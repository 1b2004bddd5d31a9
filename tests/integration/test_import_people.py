"""Importing agents, customers and referrals."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from books.lists_in import AGENTS, counts, import_book, import_text, problems, rows_of


def test_agents_bring_their_teams_and_branches(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "agents", AGENTS)
    query = """
        SELECT a.agent_no, t.name, b.name, c.name FROM agents a JOIN teams t ON t.id = a.team_id
        JOIN branches b ON b.id = a.branch_id JOIN branches c ON c.id = t.branch_id ORDER BY 1
    """
    assert rows_of(engine, query) == [
        ("A1", "Red", "North", "North"),
        ("A2", "Red", "North", "North"),
        ("A3", "Blue", "South", "South"),
    ]
    assert counts(import_text(engine, tmp_path, "agents", "agent_no,name,branch\nA2,Hu,South\n")) == (0, 1, 0, 0)
    assert rows_of(engine, query)[1] == ("A2", "Red", "South", "South")
    assert rows_of(engine, "SELECT count(*) FROM teams") == [(3,)]


def test_agents_without_team_or_branch_go_in(engine: Engine, tmp_path: Path) -> None:
    assert counts(import_text(engine, tmp_path, "agents", "agent_no,name,team\nA1,Gan,Red\nA2,Hu,\n")) == (2, 0, 0, 0)
    assert counts(import_text(engine, tmp_path, "agents", "agent_no,name,team\nA1,Gan,Red\nA2,Hu,\n")) == (0, 0, 2, 0)
    assert rows_of(engine, "SELECT name, branch_id FROM teams") == [("Red", None)]


def test_a_manager_may_stand_further_down_and_must_be_known(engine: Engine, tmp_path: Path) -> None:
    text = "agent_no,name,manager_no\nA1,Gan,A3\nA2,Hu,A9\nA3,Jin,\nA4,Liu,A2\nA5,Mei,A5\n"
    report = import_text(engine, tmp_path, "agents", text)
    assert problems(report) == [
        (3, "rejected", "manager_no", "A9"),
        (5, "rejected", "manager_no", "A2"),
        (6, "warning", "manager_no", "A5"),
    ]
    query = "SELECT a.agent_no, m.agent_no FROM agents a LEFT JOIN agents m ON m.id = a.manager_id ORDER BY 1"
    assert rows_of(engine, query) == [("A1", "A3"), ("A3", None), ("A5", None)]


def test_a_stored_agent_gets_a_manager_who_is_new_in_the_same_file(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "agents", "agent_no,name\nA1,Gan\n")
    report = import_text(engine, tmp_path, "agents", "agent_no,name,manager_no\nA1,Gan,A2\nA2,Hu,\n")
    assert counts(report) == (1, 1, 0, 0)
    query = "SELECT m.agent_no FROM agents a JOIN agents m ON m.id = a.manager_id"
    assert rows_of(engine, query) == [("A2",)]


def test_a_writing_agent_once_unknown_is_back_when_the_list_of_agents_names_him(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    text = (
        "policy_no,customer_no,writing_agent_no,agent_no,issue_date,mode,premium\n"
        "P7,C1,W1,A1,2025-01-01,annual,100\nP8,C1,W2,A1,2025-01-01,annual,100\n"
    )
    assert counts(import_text(engine, tmp_path, "policies", text)) == (2, 0, 0, 0)
    query = "SELECT agent_no, name, left_on FROM agents WHERE agent_no >= 'W' ORDER BY 1"
    assert rows_of(engine, query) == [("W1", None, "2026-03-01"), ("W2", None, "2026-03-01")]
    import_text(engine, tmp_path, "agents", "agent_no,name,left_on\nW1,Wu,\nW2,Xu,2025-07-01\n")
    assert rows_of(engine, query) == [("W1", "Wu", None), ("W2", "Xu", "2025-07-01")]


def test_a_customer_goes_in_with_everything(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "agents", AGENTS)
    text = (
        "客户号,姓名,性别,生日,农历生日,身故日期,手机,VIP等级,职业,爱好,家庭号,服务人员,转介绍人,转介绍日期,营销同意,短信退订\n"
        "C1,李,女,1968/10/6,1968-闰7-15,,138 0013 8000,gold,teacher,go,F1,A1,C2,2020-05-06,是,否\nC2,王,,,,,,,,,,,,,,\n"
    )
    import_text(engine, tmp_path, "customers", text.encode("gb18030"))
    columns = "gender, birthday, lunar_birthday, phone, vip, family_no, agent_id, referred_by_id, referred_on, known_on"
    assert rows_of(engine, f"SELECT {columns} FROM customers WHERE marketing_consent AND NOT sms_optout") == [
        ("female", "1968-10-06", "1968-闰07-15", "13800138000", "gold", "F1", 1, 2, "2020-05-06", "2026-03-01")
    ]


def test_impossible_birthdays_are_left_empty_with_a_warning(engine: Engine, tmp_path: Path) -> None:
    text = (
        "customer_no,birthday,lunar_birthday,deceased_on\nC1,2026-03-02,,\nC2,1899-12-29,,\nC3,,1968-闰8-15,\n"
        "C4,,2027-01-01,\nC5,1980-01-01,,1979-01-01\nC6,2026-03-01,,\n"
    )
    report = import_text(engine, tmp_path, "customers", text)
    assert counts(report) == (6, 0, 0, 0)
    assert [(line, field) for line, _, field, _ in problems(report)] == [
        (2, "birthday"), (3, "birthday"), (4, "lunar_birthday"), (5, "lunar_birthday"), (6, "deceased_on"),
    ]  # fmt: skip
    stored = rows_of(engine, "SELECT customer_no, birthday, lunar_birthday, deceased_on FROM customers ORDER BY 1")
    assert stored[0] == ("C1", None, None, None)
    assert stored[4:] == [("C5", "1980-01-01", None, None), ("C6", "2026-03-01", None, None)]


def test_an_impossible_optional_value_leaves_what_is_stored(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "customers", "customer_no,phone\nC1,13800138000\n")
    report = import_text(engine, tmp_path, "customers", "customer_no,phone\nC1,none\n")
    assert (counts(report), report.warnings) == ((0, 0, 1, 0), 1)
    assert rows_of(engine, "SELECT phone FROM customers") == [("13800138000",)]


def test_a_chain_of_referrers_falls_with_its_first_link(engine: Engine, tmp_path: Path) -> None:
    text = "customer_no,agent_no,referred_by\nC4,,C3\nC3,,C2\nC2,,C1\nC1,A9,\nC5,,C6\nC6,,\nC7,,C7\nC8,,C99\n"
    report = import_text(engine, tmp_path, "customers", text)
    assert [(line, severity) for line, severity, _, _ in problems(report)] == [
        (2, "rejected"), (3, "rejected"), (4, "rejected"), (5, "rejected"), (8, "warning"), (9, "rejected"),
    ]  # fmt: skip
    assert rows_of(engine, "SELECT customer_no FROM customers ORDER BY 1") == [("C5",), ("C6",), ("C7",)]


def test_a_referrer_whose_row_is_rejected_but_who_is_stored_is_known(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, "customers", "customer_no,name\nC1,Li\n")
    report = import_text(engine, tmp_path, "customers", "customer_no,agent_no,referred_by\nC1,A9,\nC2,,C1\n")
    assert counts(report) == (1, 0, 0, 1)


def test_customers_may_refer_each_other_in_a_circle(engine: Engine, tmp_path: Path) -> None:
    report = import_text(engine, tmp_path, "customers", "customer_no,referred_by\nC1,C2\nC2,C1\n")
    assert counts(report) == (2, 0, 0, 0)


REFERRALS = "referrer_no,referred_no,referred_name,referred_phone,referred_on,agent_no,stage\n"


def test_a_referral_is_found_again_by_both_numbers_or_by_name_and_day(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    first = REFERRALS + "C1,C2,,,2026-01-05,A1,提名\nC1,,Sun,,2026-01-06,,named\nC1,,Sun,,2026-01-07,,named\n"
    assert counts(import_text(engine, tmp_path, "referrals", first)) == (3, 0, 0, 0)
    second = REFERRALS + "C1,C2,,,2026-01-05,,met\nC1,,Sun,,2026-01-06,,contacted\n"
    assert counts(import_text(engine, tmp_path, "referrals", second)) == (0, 2, 0, 0)
    assert rows_of(engine, "SELECT referred_id, referred_on, agent_id, stage FROM referrals ORDER BY id") == [
        (2, "2026-01-05", 1, "met"),
        (None, "2026-01-06", None, "contacted"),
        (None, "2026-01-07", None, "named"),
    ]


def test_a_person_named_first_and_a_customer_later_stays_one_referral(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    named = REFERRALS + "C1,,Sun,,2026-01-06,,named\n"
    import_text(engine, tmp_path, "referrals", named)
    report = import_text(engine, tmp_path, "referrals", REFERRALS + "C1,C3,Sun,,2026-01-06,,issued\n")
    assert counts(report) == (0, 1, 0, 0)
    assert counts(import_text(engine, tmp_path, "referrals", named.replace("named", "issued"))) == (0, 0, 1, 0)
    assert rows_of(engine, "SELECT referred_id, referred_name, stage FROM referrals") == [(3, "Sun", "issued")]


LEE = "C1,,Lee,,2026-01-06,,"


def stages(engine: Engine, tmp_path: Path, *lists: tuple[str, str]) -> list[tuple[str, str | None]]:
    """Import lists of one referral, each a day and what it says of the stage; return the days and stages kept."""
    for day, stage in lists:
        import_text(engine, tmp_path, "referrals", f"{REFERRALS}{LEE}{stage}\n", as_of=date.fromisoformat(day))
    kept = rows_of(engine, "SELECT known_on, stage FROM referral_stages ORDER BY known_on")
    return [(str(day), stage) for day, stage in kept]


def test_a_stage_is_kept_with_the_day_of_the_list_that_brought_it(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    said = [("2026-02-01", "named"), ("2026-03-01", "contacted"), ("2026-04-01", "contacted"), ("2026-05-01", "met")]
    expected = [("2026-02-01", "named"), ("2026-03-01", "contacted"), ("2026-05-01", "met")]
    assert stages(engine, tmp_path, *said) == expected
    assert stages(engine, tmp_path, *said) == expected, "the same lists again"
    assert rows_of(engine, "SELECT stage FROM referrals") == [("met",)]


def test_a_stage_that_goes_back_or_is_cleared_holds_from_its_own_list_on(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    said = [("2026-02-01", "met"), ("2026-03-01", "contacted"), ("2026-04-01", ""), ("2026-05-01", "-")]
    assert stages(engine, tmp_path, *said) == [("2026-02-01", "met"), ("2026-03-01", "contacted"), ("2026-05-01", None)]


def test_of_two_lists_of_one_day_the_later_one_goes(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    assert stages(engine, tmp_path, ("2026-02-01", "met"), ("2026-02-01", "named")) == [("2026-02-01", "named")]


def test_a_list_of_an_earlier_day_fills_its_place_and_leaves_what_is_known_today(
    engine: Engine, tmp_path: Path
) -> None:
    import_book(engine, tmp_path)
    said = [("2026-05-01", "met"), ("2026-03-01", "contacted")]
    assert stages(engine, tmp_path, *said) == [("2026-03-01", "contacted"), ("2026-05-01", "met")]
    assert rows_of(engine, "SELECT stage FROM referrals") == [("met",)]
    early = f"{REFERRALS}{LEE}consented\n"
    report = import_text(engine, tmp_path, "referrals", early, as_of=date(2026, 4, 1))
    assert counts(report) == (0, 1, 0, 0)
    report = import_text(engine, tmp_path, "referrals", early, as_of=date(2026, 4, 1))
    assert counts(report) == (0, 0, 1, 0)


def test_two_rows_of_one_file_that_mean_the_same_referral_keep_one_stage(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    import_text(engine, tmp_path, "referrals", REFERRALS + "C1,,Sun,,2026-01-06,,named\n", as_of=date(2026, 2, 1))
    both = REFERRALS + "C1,C3,Sun,,2026-01-06,,met\nC1,,Sun,,2026-01-06,,met\n"
    import_text(engine, tmp_path, "referrals", both, as_of=date(2026, 3, 1))
    assert rows_of(engine, "SELECT stage FROM referral_stages ORDER BY known_on") == [("named",), ("met",)]


def test_referrals_of_unknown_customers_or_of_oneself_are_rejected(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    text = REFERRALS + "C9,C1,,,2026-01-05,,\nC1,C9,,,2026-01-05,,\nC1,C1,,,2026-01-05,,\nC1,C2,,,2026-01-05,A9,\n"
    assert counts(import_text(engine, tmp_path, "referrals", text)) == (0, 0, 0, 4)


def test_a_referral_of_nobody_goes_in_with_a_warning(engine: Engine, tmp_path: Path) -> None:
    import_book(engine, tmp_path)
    report = import_text(engine, tmp_path, "referrals", "referrer_no,referred_on\nC1,2026-01-05\n")
    assert (counts(report), report.warnings) == ((1, 0, 0, 0), 1)

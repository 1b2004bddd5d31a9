"""Messages of a day by command: generate, preview, check."""

from __future__ import annotations

import csv
import io
import stat
from pathlib import Path

import polars as pl
import pytest

from commands import Desk, in_a_sentence
from desks.branch_desk import LATE
from desks.sms_branch import (
    D7,
    FIELDS,
    LANTERN,
    NO_CONSENT,
    OF_THE_DAY,
    REMINDER,
    empty_settings,
    of,
    take_customers,
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return empty_settings(tmp_path, monkeypatch)


@pytest.fixture
def branch(any_desk: Desk, settings: Path) -> Desk:  # noqa: ARG001 -- the settings stand before the first command
    return take_customers(any_desk)


@pytest.fixture
def generated(branch: Desk) -> Desk:
    """Make the messages of the day."""
    branch.do("sms", "generate", "--date", D7)
    return branch


def test_a_day_is_generated_with_the_fields_of_the_contract(branch: Desk) -> None:
    rows = branch.ask("sms", "generate", "--date", D7)
    assert [list(row) for row in rows] == [FIELDS] * 6
    assert of(rows) == OF_THE_DAY
    made = rows[0]
    assert (made["channel"], made["due"], made["segments"]) == ("sms", D7, 2)
    assert made["text"].startswith(
        "【安心人寿】尊敬的王女士：您的保单（尾号0001）应缴日为3月10日，本期保费1,000.00元。"
    )


def test_generating_twice_gives_the_same_output_and_makes_nothing_twice(branch: Desk) -> None:
    for form in ("json", "csv"):
        asked = ("sms", "generate", "--date", D7, "--format", form)
        assert branch.do(*asked) == branch.do(*asked)
    assert "0 added, 3 ready, 0 changed, 3 withheld or merged, 0 done before." in branch.do(
        "sms", "generate", "--date", D7
    )
    assert len(branch.ask("sms", "list")) == 3


def test_a_person_reads_counts_reasons_and_the_price(branch: Desk) -> None:
    said = branch.do("sms", "generate", "--date", D7)
    assert f"{D7}: 3 added, 3 ready, 0 changed, 3 withheld or merged, 0 done before." in said
    assert "Segments: 5, about CNY 0.25." in said
    assert NO_CONSENT in said
    chinese = branch.do("sms", "generate", "--date", D7, "--lang", "zh")
    assert "客户未同意营销" in chinese
    assert "计费5条，约0.25元。" in chinese


def test_price_and_currency_are_settings(branch: Desk, settings: Path) -> None:
    settings.write_text("[messages]\nprice_per_segment = 0.1\ncurrency = 'HKD'\n", encoding="utf-8")
    assert "Segments: 5, about HKD 0.50." in branch.do("sms", "generate", "--date", D7)


def test_a_message_that_is_withheld_after_it_was_made_is_told_once(generated: Desk) -> None:
    generated.take("customers", "customer_no,marketing_consent\nC1,no\n", as_of=D7)
    rows = generated.ask("sms", "generate", "--date", D7)
    assert [row["status"] for row in rows if (row["service"], row["customer_no"]) == (LANTERN, "C1")] == ["cancelled"]
    assert of(rows)[LANTERN, "C1"] == ("cancelled", NO_CONSENT)
    assert of(rows) == of(generated.ask("sms", "generate", "--date", D7))


def test_a_rehearsal_says_the_same_and_stores_nothing(branch: Desk) -> None:
    rows = branch.ask("sms", "generate", "--date", D7, "--dry-run")
    assert of(rows) == OF_THE_DAY
    assert {row["message_id"] for row in rows} == {None}
    assert "A rehearsal: nothing was stored." in branch.do("sms", "generate", "--date", D7, "--dry-run")
    assert branch.ask("sms", "list") == []


def test_a_day_without_messages_says_so(branch: Desk) -> None:
    assert "No message is due on 2026-02-21." in branch.do("sms", "generate", "--date", "2026-02-21")
    assert branch.do("sms", "generate", "--date", "2026-02-21", "--format", "csv") == ",".join(FIELDS) + "\n"


def test_csv_has_the_same_fields(branch: Desk) -> None:
    rows = list(csv.DictReader(io.StringIO(branch.do("sms", "generate", "--date", D7, "--format", "csv"))))
    assert [list(row) for row in rows] == [FIELDS] * 6


EXPORTED = ["message_id", "phone", "text", "segments", "message_class", "service", "customer_no", "last_on"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_day_is_written_for_the_company_s_own_platform(branch: Desk, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"day.{ending}"
    result = branch.run("sms", "generate", "--date", D7, "--out", path)
    warned = "'Good-news push' falls due on 2026-03-05, and the news of the month is not entered: no text will go out."
    assert (result.status, result.err) == (0, f"{warned}\n3 rows are in {path}.\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    phones = ["13900000001", "13900000002", "13900000001"]
    if ending == "csv":
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        assert list(rows[0]) == EXPORTED
        assert [row["phone"] for row in rows] == phones
    else:
        frame = pl.read_excel(path)
        assert frame.columns == [
            "Message",
            "Phone",
            "Text",
            "Segments",
            "Class",
            "Service",
            "Customer",
            "At the latest",
        ]
        assert frame["Phone"].to_list() == phones


def test_what_waits_for_a_manager_is_not_handed_to_the_platform(branch: Desk, settings: Path, tmp_path: Path) -> None:
    settings.write_text("[messages]\napproval = ['marketing']\n", encoding="utf-8")
    path = tmp_path / "day.csv"
    for exported in (2, 3):
        branch.do("sms", "generate", "--date", D7, "--out", path)
        assert len(path.read_text("utf-8-sig").splitlines()) == 1 + exported
        branch.do("sms", "approve", "--all")


def test_a_file_of_another_kind_and_a_rehearsal_into_a_file_are_refused(branch: Desk, tmp_path: Path) -> None:
    other = branch.run("sms", "generate", "--date", D7, "--out", tmp_path / "day.pdf")
    assert other.status == 2
    assert "ends with neither .csv nor .xlsx" in other.err
    rehearsal = branch.run("sms", "generate", "--date", D7, "--dry-run", "--out", tmp_path / "day.csv")
    assert rehearsal.status == 2
    assert not (tmp_path / "day.csv").exists()


def own_templates(settings: Path, **sources: str) -> None:
    """Let the settings name a folder with these Chinese templates."""
    folder = settings.parent / "texts"
    folder.mkdir(exist_ok=True)
    for name, source in sources.items():
        (folder / f"{name.replace('_', '-')}.zh.j2").write_text(source, encoding="utf-8")
    settings.write_text("[messages]\ntemplates = 'texts'\n", encoding="utf-8")


FAILS_ON_MEN = "{% if '女士' in salutation %}请缴费{% else %}{{ festival }}{% endif %}"


def test_a_template_that_fails_on_one_spares_the_others_and_shows_in_the_exit_status(
    branch: Desk, settings: Path
) -> None:
    own_templates(settings, renewal_reminder=FAILS_ON_MEN)
    result = branch.run("sms", "generate", "--date", D7, "--format", "json")
    assert result.status == 3
    found = of(result.rows)
    assert found[REMINDER, "C1"] == ("planned", None)
    status, reason = found[REMINDER, "C2"]
    assert status == "rejected"
    assert reason is not None
    assert "it says 'festival', which is not known of this customer or policy" in reason
    settings.write_text("", encoding="utf-8")
    assert of(branch.ask("sms", "generate", "--date", D7)) == OF_THE_DAY


def test_a_settings_file_that_is_wrong_is_named_with_its_field(branch: Desk, settings: Path) -> None:
    settings.write_text("[messages.caps]\nper_day = 3\n", encoding="utf-8")
    result = branch.run("sms", "generate", "--date", D7)
    assert result.status == 1
    assert in_a_sentence(result)
    assert "messages.caps.per_day: there is no setting of this name" in result.err


def test_a_preview_shows_text_segments_cost_and_reasons_and_stores_nothing(branch: Desk) -> None:
    said = branch.do("sms", "preview", "--customer", "C2", "--date", D7)
    assert "【安心人寿】尊敬的李先生：" in said
    assert "segments: 2 (UCS-2), CNY 0.10" in said
    assert f"no message: {NO_CONSENT}" in said
    assert branch.ask("sms", "list") == []


def test_a_preview_of_a_service_is_as_if_it_were_due(branch: Desk) -> None:
    (row,) = branch.ask("sms", "preview", "--customer", "C1", "--service", "birthday-greeting", "--date", D7)
    assert list(row) == FIELDS
    assert row["text"] == "【安心人寿】尊敬的王女士：今天是您的生日，祝您生日快乐，身体健康，阖家幸福！拒收请回复R"
    chinese = branch.do("sms", "preview", "--customer", "C3", "--service", "birthday-greeting", "--lang", "zh")
    assert "不发送：无手机号，已转业务员补录" in chinese


def test_a_preview_of_what_sends_no_message_names_what_does(branch: Desk) -> None:
    result = branch.run("sms", "preview", "--customer", "C1", "--service", "visit-m1")
    assert result.status == 1
    assert "'visit-m1' is no service that sends a message; these are: birthday-greeting," in result.err
    assert branch.run("sms", "preview", "--customer", "C9").status == 1


def test_a_preview_of_a_day_without_messages_says_so(branch: Desk) -> None:
    said = branch.do("sms", "preview", "--customer", "C1", "--date", "2026-02-21")
    assert said == "No message is due on 2026-02-21.\n"


def test_every_template_is_tried_on_the_whole_book(branch: Desk) -> None:
    rows = branch.ask("sms", "check", "--as-of", LATE)
    assert {row["failed"] for row in rows} == {0}
    tried = {row["service"]: row for row in rows}
    assert tried["birthday-greeting"] == {
        "service": "birthday-greeting", "template": "birthday-greeting", "written": 3, "failed": 0, "longest": 1,
        "reason": "",
    }  # fmt: skip
    assert branch.ask("sms", "list") == []


def test_a_template_that_would_fail_is_found_before_the_campaign(branch: Desk, settings: Path) -> None:
    own_templates(settings, good_news=FAILS_ON_MEN, event_invitation="{{ nonsense }}")
    result = branch.run("sms", "check", "--as-of", LATE, "--format", "json")
    assert result.status == 3
    tried = {row["service"]: (row["written"], row["failed"], row["reason"]) for row in result.rows}
    unknown = "it says 'festival', which is not known of this customer or policy (1)"
    assert tried["good-news"] == (2, 1, unknown)
    assert tried["event-invitation"] == (0, 3, "it says 'nonsense', which is no fact of messages (3)")

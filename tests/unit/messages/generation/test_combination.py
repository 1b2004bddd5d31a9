"""Which service texts of one customer go as one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policyserve.messages.generation.combination import MOST, Row, combined, groups

COMBINED = {"paid+paid", "due+due", "due+paid"}


def text(template: str, message_class: str = "service") -> Row:
    return {"template": template, "message_class": message_class}


def merged(*rows: Row) -> list[list[str]]:
    """Group the rows and return the templates of each group."""
    found = groups(rows, COMBINED.__contains__)
    return [[str(row["template"]) for row in group] for group in found]


def test_two_texts_with_a_combined_template_go_as_one() -> None:
    assert merged(text("due"), text("due")) == [["due", "due"]]


def test_texts_of_two_kinds_go_as_one_where_a_template_takes_both() -> None:
    assert merged(text("paid"), text("due")) == [["due", "paid"]]


def test_texts_without_a_combined_template_go_one_by_one() -> None:
    assert merged(text("issued"), text("issued"), text("due")) == [["issued"], ["issued"], ["due"]]


def test_duties_and_marketing_go_alone_whatever_templates_there_are() -> None:
    rows = [text("due", "duty"), text("due", "duty"), text("due", "marketing"), text("due", "marketing")]
    assert merged(*rows) == [["due"]] * 4


def test_several_of_one_kind_go_before_pairs_of_two_kinds() -> None:
    assert merged(text("due"), text("paid"), text("due")) == [["due", "due"], ["paid"]]


def test_a_text_takes_no_more_than_four() -> None:
    assert [len(group) for group in merged(*[text("due")] * 9)] == [4, 4, 1]


def test_the_first_of_a_group_keeps_its_place_among_the_others() -> None:
    rows = [text("legal", "duty"), text("issued"), text("due"), text("due")]
    assert merged(*rows) == [["legal"], ["issued"], ["due", "due"]]


def test_the_combined_template_is_named_by_both_in_the_order_of_the_alphabet() -> None:
    assert combined([text("paid"), text("due")]) == combined([text("due"), text("paid")]) == "due+paid"
    assert combined([text("due")] * 3) == "due+due"
    assert combined([text("due")]) == "due"


kinds = st.tuples(st.sampled_from(["due", "paid", "issued"]), st.sampled_from(["duty", "service", "marketing"]))


@given(drawn=st.lists(kinds, max_size=12))
def test_every_text_is_in_one_group_and_every_group_has_a_template(drawn: list[tuple[str, str]]) -> None:
    rows = [text(*kind) for kind in drawn]
    found = groups(rows, COMBINED.__contains__)
    assert sorted(id(row) for group in found for row in group) == sorted(map(id, rows))
    for group in found:
        assert len(group) <= MOST
        assert len(group) == 1 or combined(group) in COMBINED
        assert len(group) == 1 or {row["message_class"] for row in group} == {"service"}

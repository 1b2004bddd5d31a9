"""Whole texts: strict, sandboxed, refused where carriers would refuse them, one by one."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path

import pytest

from policyserve.errors import PolicyserveError
from policyserve.messages.texts.segments import INTERNATIONAL, MAINLAND, Route, Segments
from policyserve.messages.texts.template_files import RenderError, compiled
from policyserve.messages.texts.templates import Draft, Message, render, render_all
from policyserve.messages.texts.values import Occasion, Values, values_of
from policyserve.standard.model import MessageClass

WANG: Occasion = {"name": "王芳", "gender": "female", "policy_no": "3302026000001234", "amount": 123400}


def values(known: Occasion = WANG) -> Values:
    return values_of(known, language="zh", as_of=date(2026, 11, 21))


def written(
    folder: Path,
    source: str,
    *,
    message_class: MessageClass = "service",
    route: Route = MAINLAND,
    known: Occasion = WANG,
) -> str:
    (folder / "own.zh.j2").write_text(source, encoding="utf-8")
    return render(
        "own", values(known), signature="安心人寿", message_class=message_class, route=route, folder=folder
    ).text


def test_a_text_is_signature_and_body(tmp_path: Path) -> None:
    assert (
        written(tmp_path, "{{ greeting }}保费{{ amount }}已收到。\n")
        == "【安心人寿】尊敬的王女士：保费1,234.00元已收到。"
    )


def test_the_whole_text_is_counted(tmp_path: Path) -> None:
    (tmp_path / "own.zh.j2").write_text("安" * 65, encoding="utf-8")
    done = render("own", values(), signature="安心人寿", message_class="duty", route=MAINLAND, folder=tmp_path)
    assert done.segments == Segments(encoding="ucs2", length=71, segments=2)


def test_a_signature_has_no_brackets_on_routes_abroad(tmp_path: Path) -> None:
    assert written(tmp_path, "Hi", route=INTERNATIONAL) == "安心人寿: Hi"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("祝您安康。", "祝您安康，拒收请回复R"),
        ("祝您安康！", "祝您安康！拒收请回复R"),
        ("祝您安康", "祝您安康，拒收请回复R"),
    ],
)
def test_marketing_ends_with_the_way_out(tmp_path: Path, body: str, text: str) -> None:
    assert written(tmp_path, body, message_class="marketing") == f"【安心人寿】{text}"


@pytest.mark.parametrize("message_class", ["service", "duty"])
def test_service_and_duty_do_not_offer_a_way_out(tmp_path: Path, message_class: MessageClass) -> None:
    assert written(tmp_path, "已收到。", message_class=message_class) == "【安心人寿】已收到。"


def test_the_way_out_is_a_setting(tmp_path: Path) -> None:
    (tmp_path / "own.zh.j2").write_text("祝您安康。", encoding="utf-8")
    done = render(
        "own",
        values(),
        signature="安心",
        message_class="marketing",
        route=MAINLAND,
        opt_out="，回T退订",
        folder=tmp_path,
    )
    assert done.text == "【安心】祝您安康，回T退订"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{{ due }}", "it says 'due', which is not known of this customer or policy"),
        ("{{ policy_no }}", "it says 'policy_no', which is no fact of messages"),
        ("{{ amount.fen }}", "it asks a fact for what it is not"),
        ("{{ greeting.__class__ }}", "it does what templates are not allowed to do"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "it does what templates are not allowed to do"),
        ("{{ '{0.__class__}'.format(greeting) }}", "it does what templates are not allowed to do"),
        ("{% for n in range(1000000) %}.{% endfor %}", "it fails with OverflowError"),
        ("{{ 1 / 0 }}", "it fails with ZeroDivisionError"),
        ("{{ salutation + 1 }}", "it fails with TypeError"),
        ("{% if false %}安{% endif %} ", "its text is empty"),
        ("祝您【安康】", "its text holds 【 (U+3010), which carriers refuse"),
        ("保费¥100", "its text holds ¥ (U+00A5), which carriers refuse"),
        ("保费￥100", "its text holds ￥ (U+FFE5), which carriers refuse"),
        ("★安康", "its text holds ★ (U+2605), which carriers refuse"),
        ("※安康", "its text holds ※ (U+203B), which carriers refuse"),
        ("安康🎂", "its text holds 🎂 (U+1F382), which carriers refuse"),
        ("安康❤️", "its text holds ❤ (U+2764), which carriers refuse"),
        ("安" * 495, "its length is 501; at most 500 can be sent"),
    ],
)
def test_what_a_template_must_not_do_is_refused_with_its_reason(tmp_path: Path, source: str, reason: str) -> None:
    with pytest.raises(RenderError) as refused:
        written(tmp_path, source)
    assert str(refused.value.reason).startswith(reason)
    assert str(refused.value).startswith("The message 'own' (zh) cannot be written: ")


def test_500_characters_are_not_too_many(tmp_path: Path) -> None:
    assert len(written(tmp_path, "安" * 494)) == 500


def test_a_template_changes_no_fact(tmp_path: Path) -> None:
    known = values()
    before = dict(known.words)
    (tmp_path / "own.zh.j2").write_text("{% set amount = '0元' %}{{ amount }}", encoding="utf-8")
    render("own", known, signature="安心", message_class="duty", route=MAINLAND, folder=tmp_path)
    assert dict(known.words) == before


def test_a_reason_holds_no_personal_data(tmp_path: Path) -> None:
    for source in (
        "{{ salutation + 1 }}",
        "{{ policy_tail.x }}",
        "{{ salutation|int + due }}",
        "{{ due }}{{ amount }}",
    ):
        with pytest.raises(RenderError) as refused:
            written(tmp_path, source)
        assert not any(data in str(refused.value) for data in ("王", "1234", "1,234"))


def test_a_fact_that_may_be_missing_is_asked_for(tmp_path: Path) -> None:
    source = "已收到{% if product is defined %}《{{ product }}》{% endif %}保费"
    assert written(tmp_path, source).endswith("已收到保费")
    assert written(tmp_path, source, known={"product": "福满年金"}).endswith("已收到《福满年金》保费")


def test_a_text_is_not_escaped_for_the_web(tmp_path: Path) -> None:
    assert written(tmp_path, "{{ product }}", known={"product": "A&B<C>'"}).endswith("A&B<C>'")


def test_a_missing_template_is_named_with_its_file(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"there is no file own\.zh\.j2 among the templates; add it"):
        compiled("own", "zh", tmp_path)


def test_a_template_outside_the_folder_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "own.zh.j2").write_text("安", encoding="utf-8")
    with pytest.raises(RenderError, match="there is no file"):
        compiled("../own", "zh", tmp_path / "inner")


def test_a_wrong_template_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="line 2 of its file is wrong"):
        written(tmp_path, "安\n{{ greeting")


def test_a_template_is_compiled_once_and_again_when_its_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "own.zh.j2"
    file.write_text("安", encoding="utf-8")
    first = compiled("own", "zh", tmp_path)
    assert compiled("own", "zh", tmp_path) is first
    file.write_text("康", encoding="utf-8")
    os.utime(file, (time.time() + 10, time.time() + 10))
    assert compiled("own", "zh", tmp_path).render() == "康"


@pytest.mark.parametrize("signature", ["", " ", "【安心】", "安心★"])
def test_a_signature_that_carriers_refuse_is_refused(tmp_path: Path, signature: str) -> None:
    (tmp_path / "own.zh.j2").write_text("安", encoding="utf-8")
    with pytest.raises(PolicyserveError, match="The signature of messages is"):
        render("own", values(), signature=signature, message_class="duty", route=MAINLAND, folder=tmp_path)


def draft(key: int, template: str = "own", known: Occasion = WANG) -> Draft:
    return Draft(key=key, template=template, message_class="service", values=values(known))


def test_one_that_fails_spares_the_others(tmp_path: Path) -> None:
    (tmp_path / "own.zh.j2").write_text("{{ amount }}", encoding="utf-8")
    drafts = [draft(1), draft(2, known={"name": "李强"}), draft(3, "none"), draft(4), draft(5, "none")]
    messages, problems = render_all(drafts, signature="安心", route=MAINLAND, folder=tmp_path)
    assert messages == [
        Message(key=key, text="【安心】1,234.00元", segments=Segments(encoding="ucs2", length=13, segments=1))
        for key in (1, 4)
    ]
    assert [(problem.key, problem.error.template, str(problem.error.reason)) for problem in problems] == [
        (2, "own", "it says 'amount', which is not known of this customer or policy"),
        (3, "none", "there is no file none.zh.j2 among the templates; add it"),
        (5, "none", "there is no file none.zh.j2 among the templates; add it"),
    ]


def test_many_are_written_like_one(tmp_path: Path) -> None:
    (tmp_path / "own.zh.j2").write_text("{{ greeting }}{{ amount }}", encoding="utf-8")
    knowns: list[Occasion] = [{"name": "王芳", "gender": "female", "amount": 100 * number} for number in range(50)]
    drafts = [draft(number, known=known) for number, known in enumerate(knowns)]
    messages, problems = render_all(drafts, signature="安心", route=MAINLAND, folder=tmp_path)
    alone = [
        render("own", each.values, signature="安心", message_class="service", route=MAINLAND, folder=tmp_path)
        for each in drafts
    ]
    assert [(message.text, message.segments) for message in messages] == [(one.text, one.segments) for one in alone]
    assert problems == []

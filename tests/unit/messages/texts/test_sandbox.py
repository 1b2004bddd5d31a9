"""Templates that have no end: each is refused by name, in a moment, and spares the others."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from policyserve.messages.texts.sandbox import LONGEST
from policyserve.messages.texts.segments import MAINLAND
from policyserve.messages.texts.template_files import RenderError
from policyserve.messages.texts.templates import Draft, render, render_all
from policyserve.messages.texts.values import Values, values_of

SECONDS = 10.0
"""Far longer than any of them takes on a busy machine, and far shorter than what they ask for."""


def values(name: str = "王芳") -> Values:
    return values_of({"name": name, "gender": "female", "amount": 123400}, language="zh", as_of=date(2026, 11, 21))


def refusal(folder: Path, source: str) -> str:
    (folder / "own.zh.j2").write_text(source, encoding="utf-8")
    began = time.monotonic()
    with pytest.raises(RenderError) as refused:
        render("own", values(), signature="安心人寿", message_class="service", route=MAINLAND, folder=folder)
    assert time.monotonic() - began < SECONDS
    return str(refused.value.reason)


def doubled(step: str, *, begin: str = "'安康'") -> str:
    return "{% set x = " + begin + " %}" + step * 60 + "{{ x }}"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "a loop inside a loop"),
        ("{% for a in 'ab' %}{% if a %}{% for b in 'ab' %}{% endfor %}{% endif %}{% endfor %}", "a loop inside a loop"),
        ("{% for a in [1] recursive %}{{ loop([a]) }}{% endfor %}", "a loop inside a loop"),
        ("{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(9) }}", "a macro"),
        ("{% include 'own.zh.j2' %}", "another template"),
        ("{% import 'own.zh.j2' as own %}", "another template"),
        ("{% extends 'own.zh.j2' %}", "another template"),
        ("{% block a %}{{ self.a() }}{% endblock %}", "a block"),
        ("{{ 9 ** 9 ** 9 ** 9 }}", "a power"),
        ("{% set x = [1] %}{% set x = [x, x] %}", "a list of what may be a list itself"),
        ("{{ salutation|center(3000000000) }}", "No filter named 'center'"),
        ("{{ salutation|indent(3000000000) }}", "No filter named 'indent'"),
        ("{{ '%3000000000d'|format(1) }}", "No filter named 'format'"),
        ("{{ 1.5|round(1000000000, 'ceil') }}", "No filter named 'round'"),
        ("安" * (LONGEST + 1), "more than 10,000 characters"),
        ("x" * 5_000_000, "more than 10,000 characters"),
        ("{{ " + "(" * 4900 + "1" + ")" * 4900 + " }}", "nested too deeply"),
        ("{% if 1 %}" * 400 + "x" + "{% endif %}" * 400, "nested too deeply"),
    ],
)  # fmt: skip
def test_a_template_without_end_is_no_template(tmp_path: Path, source: str, reason: str) -> None:
    assert reason in refusal(tmp_path, source)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{{ 'a' * 3000000000 }}", "not allowed to do"),
        ("{% set n = 3000000000 %}{{ salutation * n }}", "not allowed to do"),
        ("{{ [1] * 3000000000 }}", "not allowed to do"),
        ("{{ '%3000000000d' % 1 }}", "not allowed to do"),
        ("{{ salutation.ljust(3000000000) }}", "not allowed to do"),
        ("{{ salutation.zfill(3000000000) }}", "not allowed to do"),
        ("{{ '{:3000000000}'.format(1) }}", "not allowed to do"),
        ("{{ lipsum(n=1000000) }}", "not allowed to do"),
        ("{{ dict(a=1) }}", "not allowed to do"),
        (doubled("{% set x = x ~ x %}"), "writes more than"),
        (doubled("{% set x = x + x %}"), "writes more than"),
        (doubled("{% set x = [1] + x %}", begin="[1]"), "not allowed to do"),
        (doubled("{% set x = x|replace('安', x) %}"), "writes more than"),
        (doubled("{% set x = x|join(x) %}"), "writes more than"),
        (doubled("{% set x %}{{ x }}{{ x }}{% endset %}"), "writes more than"),
        (doubled("{% set x = x * x %}", begin="99999"), "not allowed to do"),
        ("{% for n in range(99999) %}{% endfor %}", "more than 1,000 times"),
        ("{% for n in range(900) %}{% endfor %}{% for n in range(900) %}{% endfor %}", "more than 1,000 times"),
        ("{% for n in range(1000000000) %}{% endfor %}", "OverflowError"),
        ("{% for n in range(900) %}{{ salutation }}{{ salutation }}{{ salutation }}{{ salutation }}{% endfor %}",
         "writes more than"),
    ],
)  # fmt: skip
def test_a_text_without_end_is_not_written(tmp_path: Path, source: str, reason: str) -> None:
    assert reason in refusal(tmp_path, source)


def test_a_slow_loop_ends_in_time(tmp_path: Path) -> None:
    slow = "{% set x = salutation|replace('王', '" + "安" * 3000 + "') %}{% for n in range(999) %}"
    source = slow + "{% if x|sort|reverse|list|sort|join|sort|list|sort|first == 1 %}{% endif %}" * 60 + "{% endfor %}"
    assert "take longer than 1 second" in refusal(tmp_path, source)


def test_a_template_that_takes_too_long_does_so_once_and_spares_the_others(tmp_path: Path) -> None:
    (tmp_path / "endless.zh.j2").write_text("{% for n in range(99999) %}{% endfor %}", encoding="utf-8")
    (tmp_path / "plain.zh.j2").write_text("您好", encoding="utf-8")
    drafts = [
        Draft(key=(name, number), template=name, message_class="service", values=values())
        for number in range(500)
        for name in ("endless", "plain")
    ]
    began = time.monotonic()
    messages, problems = render_all(drafts, signature="安心人寿", route=MAINLAND, folder=tmp_path)
    assert time.monotonic() - began < SECONDS
    assert [message.key for message in messages] == [("plain", number) for number in range(500)]
    assert [problem.key for problem in problems] == [("endless", number) for number in range(500)]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% for n in range(3) %}{{ loop.index * 2 }}{% if not loop.last %}、{% endif %}{% endfor %}", "2、4、6"),
        ("{{ {'a': '甲'}.get('b', '乙') }}{{ amount ~ '整' }}", "乙1,234.00元整"),
        ("{% if salutation.endswith('女士') %}{{ salutation[:1]|replace('王', '汪') }}{% endif %}", "汪"),
        ("{% if 'x' in ['x', amount] %}{{ [amount, '好']|join('，') }}{% endif %}", "1,234.00元，好"),
    ],
)
def test_what_ends_is_written(tmp_path: Path, source: str, text: str) -> None:
    (tmp_path / "own.zh.j2").write_text(source, encoding="utf-8")
    done = render("own", values(), signature="安心人寿", message_class="service", route=MAINLAND, folder=tmp_path)
    assert done.text == f"【安心人寿】{text}"


def test_a_template_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.zh.j2").write_bytes("您好".encode("gb18030"))
    with pytest.raises(RenderError, match="not written in UTF-8"):
        render("own", values(), signature="安心人寿", message_class="service", route=MAINLAND, folder=tmp_path)

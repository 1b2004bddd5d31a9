"""The Chinese catalogue against what the program says: nothing missing, left over, doubtful or with other places."""

from __future__ import annotations

from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message

from words import catalogues
from words.extraction import said

CATALOGUES = list(catalogues.sources())


@pytest.fixture(scope="module")
def template() -> Catalog:
    return said()


@pytest.fixture(scope="module", params=CATALOGUES, ids=lambda path: path.parents[1].name)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return catalogues.read(request.param)


def test_there_is_a_catalogue_in_chinese() -> None:
    assert "zh_CN" in {path.parents[1].name for path in CATALOGUES}


def test_everything_that_is_said_is_translated(catalogue: Catalog, template: Catalog) -> None:
    assert sorted(_keys(template) - {_key(one) for one in _messages(catalogue) if all(_forms(one.string))}) == []


def test_nothing_is_translated_that_nobody_says(catalogue: Catalog, template: Catalog) -> None:
    assert sorted(_keys(catalogue) - _keys(template)) == []
    assert not catalogue.obsolete


def test_no_translation_is_doubtful(catalogue: Catalog) -> None:
    assert [one.id for one in _messages(catalogue) if one.fuzzy] == []


def test_a_translation_has_the_places_of_its_sentence(catalogue: Catalog) -> None:
    wrong = [
        (one.id, form)
        for one in _messages(catalogue)
        for form in _forms(one.string)
        if _places(form) != _places(_forms(one.id)[-1]) and "{kind: " not in form and "{suffix: " not in form
    ]
    assert wrong == []


def test_a_translation_begins_and_ends_with_blanks_where_its_sentence_has_line_breaks(catalogue: Catalog) -> None:
    broken = [
        one.id for one in _messages(catalogue) if _forms(one.id)[0].count("\n") != _forms(one.string)[0].count("\n")
    ]
    assert broken == []


def _messages(catalogue: Catalog) -> list[Message]:
    return [one for one in catalogue if one.id]


def _keys(catalogue: Catalog) -> set[tuple[str, str]]:
    return {_key(one) for one in _messages(catalogue)}


def _key(message: Message) -> tuple[str, str]:
    return (message.context or "", _forms(message.id)[0])


def _forms(words: object) -> tuple[str, ...]:
    return tuple(words) if isinstance(words, list | tuple) else (str(words or ""),)


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

"""The catalogue: a sentence in English becomes one in the language of the reader."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Any

from policyserve.locale import languages as spoken

CONTEXT = "\x04"
"""What gettext puts between a context and its words."""


def N_(words: str, /) -> str:  # noqa: N802
    """Mark words that are translated where they are shown."""
    return words


def N_in(context: str, words: str, /) -> str:  # noqa: N802
    """Mark words that are translated where they are shown, and mean there what `context` says."""
    return f"{context}{CONTEXT}{words}"


def N_all(context: str, *words: str) -> tuple[str, ...]:  # noqa: N802
    """Mark several words as `N_in` does one."""
    return tuple(N_in(context, one) for one in words)


def say(language: str, words: str, /, **values: object) -> str:
    """Return a sentence in a language, its {places} filled with values."""
    return _filled(translated(language, words), language, values)


def say_many(language: str, one: str, many: str, n: int, /, **values: object) -> str:
    """Return the form of a sentence that goes with the count `n`, which fills {n}."""
    return _filled(_catalogue(language).ngettext(one, many, n), language, {"n": n, **values})


def say_in(language: str, context: str, words: str, /, **values: object) -> str:
    """Return a sentence that means what `context` says, in a language."""
    return say(language, N_in(context, words), **values)


def translated(language: str, words: str) -> str:
    """Return words in a language with their places open; English where the catalogue has none."""
    if not words:
        return words  # in a catalogue the empty text is the name of its heading
    return _catalogue(language).gettext(words).rpartition(CONTEXT)[2]


def in_language(rule: object, field: str, language: str) -> Any:
    """Return a field that the rules of a company write in several languages (`name_zh`); else the plain one."""
    return getattr(rule, f"{field}_{language}", None) or getattr(rule, field)


class Sentence:
    """Words with their values, put into a language by whoever shows them."""

    def __init__(self, words: str, /, **values: object) -> None:
        """`words` are English, with {places} for the values; those may be sentences themselves."""
        self.words, self.values = words, values

    def told(self, language: str) -> str:
        """Return the sentence in a language."""
        return say(language, self.words, **self.values)

    def __str__(self) -> str:
        """Return the sentence in English."""
        return self.told(spoken.ENGLISH)

    def __repr__(self) -> str:
        """Return the sentence as it is made."""
        return f"{type(self).__name__}({self.words!r}, {self.values!r})"

    def __eq__(self, other: object) -> bool:
        """Two sentences are equal that say the same in every language."""
        return isinstance(other, Sentence) and vars(self) == vars(other)

    def __hash__(self) -> int:
        """Return the hash of the words."""
        return hash(self.words)


class Counted(Sentence):
    """A sentence with a count, which has another form for one than for many."""

    def __init__(self, one: str, many: str, n: int, /, **values: object) -> None:
        """`n` fills the place {n} of both forms."""
        super().__init__(one, **values)
        self.many, self.n = many, n

    def told(self, language: str) -> str:
        """Return the form that goes with the count."""
        return say_many(language, self.words, self.many, self.n, **self.values)


class Listed(Sentence):
    """Several sentences or values, one after another."""

    def __init__(self, parts: Iterable[object], between: str = N_(", "), /) -> None:
        """`between` stands between two parts, and is translated as well."""
        super().__init__(between)
        self.parts = tuple(parts)

    def told(self, language: str) -> str:
        """Return the parts in a language."""
        return translated(language, self.words).join(str(_told(part, language)) for part in self.parts)


def _filled(words: str, language: str, values: dict[str, object]) -> str:
    """Fill the places of words; without values they stand as they are."""
    return words.format(**{name: _told(value, language) for name, value in values.items()}) if values else words


def _told(value: object, language: str) -> object:
    """Put a value that is a sentence, or an error, into a language."""
    told = getattr(value, "told", None)
    return value if told is None else told(language)


def _catalogue(language: str) -> NullTranslations:
    return _NONE if language == spoken.ENGLISH else _read(language, spoken.FOLDER)


@lru_cache
def _read(language: str, _where: Path) -> NullTranslations:
    """Read a catalogue once; a language that is not spoken here is told in English."""
    known = spoken.languages()
    return translation(spoken.DOMAIN, spoken.FOLDER, [known[language]]) if language in known else _NONE


_NONE = NullTranslations()

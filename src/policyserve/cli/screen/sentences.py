"""How a sentence in English and Chinese is filled in."""

from __future__ import annotations


class _Count(int):
    """A number in a sentence.

    `{rows:row|rows}` writes "1 row" and "2 rows"; `{rows:no row|one row|# rows}` has words for none, one and more.
    """

    def __format__(self, form: str) -> str:
        words = form.split("|")
        if len(words) == 1:
            return format(int(self), form)
        if len(words) == 2:
            return f"{int(self):,} {words[self != 1]}"
        return words[min(abs(self), 2)].replace("#", f"{int(self):,}")


def worded(sentence: tuple[str, str], language: str, **values: object) -> str:
    """Fill in the English or the Chinese of a sentence."""
    counts = {name: _Count(value) for name, value in values.items() if type(value) is int}
    return sentence[language == "zh"].format(**{**values, **counts})

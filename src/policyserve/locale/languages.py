"""The languages that the program speaks: English, and every one with a compiled catalogue beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

DOMAIN = "policyserve"
ENGLISH = "en"
"""The language in which sentences stand in the code."""

FOLDER = Path(__file__).parent
"""Where the catalogues are: a folder such as `zh_CN` for each language."""

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where a system says its language; the first that is set counts."""


def languages() -> Mapping[str, str]:
    """Return the names of the languages, `en` first, with the folders of their catalogues.

    A language is named without its country (`zh`), unless an earlier folder has taken that name.
    """
    return _found(FOLDER)


@lru_cache
def _found(folder_of_all: Path) -> dict[str, str]:
    found = {ENGLISH: ENGLISH}
    for catalogue in sorted(folder_of_all.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")):
        folder = catalogue.parents[1].name
        short = folder.partition("_")[0]
        found[folder if short in found else short] = folder
    return found


def language_named(name: str) -> str | None:
    """Return the language of a name such as `zh`, `zh-CN` or `zh_CN.UTF-8`; None is one that is not spoken here."""
    plain = name.partition(".")[0].partition("@")[0].replace("-", "_")
    known = languages()
    for wanted in (plain, plain.partition("_")[0]):
        for language, folder in known.items():
            if wanted.casefold() in {language.casefold(), folder.casefold()}:
                return language
    return None


def language_of_system(environment: Mapping[str, str]) -> str:
    """Return the language of the system's locale; English where it says none, or one that is not spoken here."""
    said = next((environment[name] for name in VARIABLES if environment.get(name)), ENGLISH)
    return language_named(said) or ENGLISH

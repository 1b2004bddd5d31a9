"""The text of a letter: written by a template in the sandbox of messages, and read as parts for the printer.

A template writes lines. `# ` begins the title, `| a | b |` is a row of a table, `___ a` a line to sign on, `---` begins
the counterfoil, `[code] a` a code that a phone reads; every other line is a paragraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template, TemplateNotFound, TemplateSyntaxError

from policyserve.config import template_folder
from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.messages.texts.sandbox import sandbox
from policyserve.messages.texts.templates import fault_of
from policyserve.messages.texts.values import Language, Word
from policyserve.signs import seen

FOLDER = "letters"
"""The shipped templates, and a folder of that name among a company's own."""


class LetterError(PolicyserveError):
    """A letter that cannot be written; `reason` says why, without personal data."""

    def __init__(self, template: str, reason: Sentence) -> None:
        """`reason` is a clause without a full stop."""
        self.reason = reason
        super().__init__("The letter '{template}' cannot be written: {reason}.", template=template, reason=reason)


@cache
def _places(own: Path | None) -> tuple[Path, ...]:
    return (template_folder(FOLDER),) if own is None else (own / FOLDER, template_folder(FOLDER))


@cache
def _environment(own: Path | None) -> Environment:
    return sandbox(_places(own))


@cache
def exists(name: str, language: Language, own: Path | None = None) -> bool:
    """Whether there is a letter `name` in a language, among a company's own templates or the shipped ones."""
    return any((place / f"{name}.{language}.j2").is_file() for place in _places(own))


def template_of(code: str, template: str | None, own: Path | None = None) -> str | None:
    """Return the name of the letter of a service: its code, else its template, else its code without the offset."""
    names = (code, template or "", code.rpartition("-")[0])
    return next((name for name in names if name and exists(name, "zh", own)), None)


def compiled(name: str, language: Language, own: Path | None = None) -> Template:
    """Return a template, compiled once; raises LetterError where it is missing or wrong."""
    try:
        return _environment(own).get_template(f"{name}.{language}.j2")
    except TemplateNotFound as error:
        file = f"{FOLDER}/{name}.{language}.j2"
        raise LetterError(name, Sentence("there is no file {file} among the templates; add it", file=file)) from error
    except TemplateSyntaxError as error:
        what = Sentence("line {line} of its file is wrong, {what}", line=error.lineno, what=error.message)
        raise LetterError(name, what) from error


def written(name: str, language: Language, words: Mapping[str, Word], own: Path | None = None) -> str:
    """Write a letter; raises LetterError where its template is wrong or says what is not known."""
    template = compiled(name, language, own)
    try:
        return seen(template.render({key: _plain(word) for key, word in words.items()})).strip()
    except Exception as error:  # a template is code of its own: whatever it raises is about this letter alone
        raise LetterError(name, fault_of(error)) from error


def _plain(word: Any) -> Any:
    """Take from a word what would be a sign of the text: a customer's name is no table and no line."""
    if isinstance(word, str):
        return " ".join(word.split()).replace("|", "｜")
    if isinstance(word, list | tuple):
        return [{key: _plain(value) for key, value in one.items()} for one in word]
    return word


def title_of(text: str) -> str:
    """Return the title of a written letter; empty where it has none."""
    return next((line.removeprefix("# ").strip() for line in text.splitlines() if line.startswith("# ")), "")


def parts(text: str) -> list[dict[str, Any]]:
    """Return what a letter shows below its title, in order: paragraphs, tables, lines to sign on, the counterfoil."""
    found: list[dict[str, Any]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("# "):
            continue
        part = _part(line)
        if part["kind"] == "table" and found and found[-1]["kind"] == "table":
            found[-1]["rows"] += part["rows"]
        else:
            found.append(part)
    return found


def _part(line: str) -> dict[str, Any]:
    if line.startswith("|"):
        return {"kind": "table", "rows": [[cell.strip() for cell in line.strip("|").split("|")]]}
    if line == "---":
        return {"kind": "counterfoil"}
    for sign, kind in (("___ ", "signature"), ("[code] ", "code")):
        if line.startswith(sign):
            return {"kind": kind, "text": line.removeprefix(sign).strip()}
    return {"kind": "paragraph", "text": line}

"""Files of templates: found by name and language, the shipped ones where a folder has none of its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, Template, TemplateNotFound, TemplateSyntaxError, meta, nodes

from policyserve.config import template_folder
from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence
from policyserve.messages.texts.sandbox import sandbox
from policyserve.messages.texts.values import Language


class RenderError(PolicyserveError):
    """A message that cannot be written; names the template and the reason, without personal data."""

    def __init__(self, template: str, language: str, reason: Sentence) -> None:
        """`reason` is a clause without a full stop."""
        self.template, self.language, self.reason = template, language, reason
        super().__init__(
            "The message '{template}' ({language}) cannot be written: {reason}.",
            template=template,
            language=language,
            reason=reason,
        )


def compiled(name: str, language: Language, folder: Path | None = None) -> Template:
    """Return the template `name` in a language, compiled once and again when its file changes.

    `folder` holds files such as `birthday-greeting.zh.j2`; one that is not in it is the shipped one. Raises RenderError
    for a template that is missing or no template.
    """
    try:
        return _environment(folder).get_template(f"{name}.{language}.j2")
    except TemplateNotFound as error:
        raise RenderError(
            name,
            language,
            Sentence("there is no file {file} among the templates; add it", file=f"{name}.{language}.j2"),
        ) from error
    except TemplateSyntaxError as error:
        wrong = Sentence("line {line} of its file is wrong, {what}", line=error.lineno, what=error.message)
        raise RenderError(name, language, wrong) from error
    except (RecursionError, SyntaxError, MemoryError) as error:  # brackets in brackets without end
        raise RenderError(name, language, Sentence("its file is nested too deeply")) from error


def needed(name: str, language: Language, folder: Path | None = None) -> frozenset[str]:
    """Return the facts without which a template cannot be written: those that it says and does not ask for first.

    None of a template that is missing or no template: `compiled` says so.
    """
    environment = _environment(folder)
    try:
        source = environment.loader.get_source(environment, f"{name}.{language}.j2")[0] if environment.loader else ""
        tree = environment.parse(source)
    except (TemplateNotFound, TemplateSyntaxError, RecursionError, MemoryError):
        return frozenset()
    asked = [test.node for test in tree.find_all(nodes.Test) if test.name == "defined"]
    return frozenset(meta.find_undeclared_variables(tree)) - {one.name for one in asked if isinstance(one, nodes.Name)}


@cache
def exists(name: str, language: Language, folder: Path | None = None) -> bool:
    """Whether there is a template `name` in a language, in `folder` or among the shipped ones."""
    return any((place / f"{name}.{language}.j2").is_file() for place in _places(folder))


@cache
def _places(folder: Path | None) -> tuple[Path, ...]:
    shipped = template_folder("sms")
    return (shipped,) if folder is None else (folder, shipped)


@cache
def _environment(folder: Path | None) -> Environment:
    return sandbox(_places(folder))

"""Standards from YAML: a value of the model, or all that is wrong with the file, line by line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from policyserve.config import fixture
from policyserve.errors import PolicyserveError, of_system
from policyserve.locale import Counted, Listed, Sentence
from policyserve.standard.consistency import check_standard
from policyserve.standard.document import Node, read_document
from policyserve.standard.faults import in_plain_words
from policyserve.standard.model import Service, Standard
from policyserve.standard.problem import Problem
from policyserve.standard.series import expanded
from policyserve.standard.service_problems import check_services


class StandardError(PolicyserveError):
    """A standard that cannot be used; the text has a line for each error."""

    def __init__(self, source: str | Sentence, problems: Iterable[Problem]) -> None:
        """`source` is the file, `problems` what is wrong with it; warnings are left out."""
        self.problems = tuple(problem for problem in problems if problem.severity == "error")
        head = Counted(
            "The standard {source} has an error; mend it and try again.",
            "The standard {source} has {n} errors; mend them and try again.",
            len(self.problems),
            source=source,
        )
        super().__init__(Listed([head, *self.problems], "\n"))


def parse_standard(
    text: str, *, source: str, festivals: Collection[str] | None = None
) -> tuple[Standard | None, tuple[Problem, ...]]:
    """Read a standard in YAML; None where it has errors. The problems hold all errors and warnings, in order of lines.

    `festivals`: the names that the calendar knows; None leaves the names unchecked.
    """
    root, problems = read_document(text)
    if root is None and not problems:
        problems = [Problem(message=Sentence("the file is empty; a standard has at least name, version and services."))]
    if root is not None and not isinstance(root.value, dict):
        said = Sentence("a standard is a group of fields (name, version, services, ...), and this is something else.")
        problems.append(Problem(line=root.line, message=said))
    standard = None
    if root is not None and isinstance(root.value, dict):
        tree, wrong = expanded(root)
        standard, found = _validated(tree, festivals)
        problems += [*wrong, *(_located(problem, tree) for problem in found)]
    problems = sorted({replace(problem, source=source): None for problem in problems}, key=lambda one: one.line or 0)
    usable = all(problem.severity == "warning" for problem in problems)
    return standard if usable else None, tuple(problems)


def load_standard(path: Path, *, festivals: Collection[str] | None = None) -> Standard:
    """Read the standard in a file; raises PolicyserveError with all errors, or where the file cannot be read."""
    standard, problems = parse_standard(_text(path), source=str(path), festivals=festivals)
    if standard is None:
        raise StandardError(str(path), problems)
    return standard


@cache
def default_standard() -> Standard:
    """Return the standard that the product ships."""
    return load_standard(fixture("standards", "life-cn.yaml"))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PolicyserveError(
            "The file {path} is not text in UTF-8; save the standard as UTF-8.", path=path
        ) from error
    except OSError as error:
        raise PolicyserveError(
            "The file {path} cannot be read ({strerror}); check its name.", path=path, strerror=of_system(error)
        ) from error


def _validated(tree: Node, festivals: Collection[str] | None) -> tuple[Standard | None, list[Problem]]:
    try:
        standard = Standard.model_validate(tree.plain(), strict=True)
    except ValidationError as error:
        wrong = [in_plain_words(one) for one in error.errors() if not _follows_from_others(one)]
        return None, [*wrong, *check_services(_valid_services(tree), festivals)]
    return standard, list(check_standard(standard, festivals))


def _follows_from_others(error: ErrorDetails) -> bool:
    """Whether a list is called empty only because each of its items is wrong, which is told already."""
    return error["type"] == "too_short" and bool(error["input"])


def _valid_services(tree: Node) -> Mapping[int, Service]:
    """Return the services that are right by themselves, so that their meaning is checked in the same run."""
    services: dict[int, Service] = {}
    for number, node in enumerate(tree.at(("services",))[0].items):
        try:
            services[number] = Service.model_validate(node.plain(), strict=True)
        except ValidationError:
            continue
    return services


def _located(problem: Problem, tree: Node) -> Problem:
    node, left = tree.at(problem.where)
    return replace(problem, line=node.line, where=(*node.where, *left))

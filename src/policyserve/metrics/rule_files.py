"""Rules that a company writes itself, in YAML: read and checked, with line and field where something is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from policyserve.errors import PolicyserveError, of_system
from policyserve.locale import Listed, Sentence
from policyserve.model_errors import clause
from policyserve.standard.document import Node, read_document
from policyserve.standard.problem import Problem


class Rule(BaseModel):
    """A piece of the rules: frozen, and nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Rules = TypeVar("Rules", bound=Rule)


def read_rules(path: Path, model: type[Rules]) -> Rules:
    """Read the rules in a file; raises PolicyserveError with every fault, one a line."""
    root, problems = read_document(_text(path))
    if root is None or problems:
        raise _error(
            path, problems or [Problem(message=Sentence("the file is empty; compare it with the one that ships."))]
        )
    try:
        return model.model_validate(root.plain(), strict=True)
    except ValidationError as error:
        raise _error(path, [_problem(one, root) for one in error.errors()]) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PolicyserveError("The file {path} is not text in UTF-8; save it as UTF-8.", path=path) from error
    except OSError as error:
        raise PolicyserveError(
            "The file {path} cannot be read ({strerror}); check its name.", path=path, strerror=of_system(error)
        ) from error


def _problem(error: ErrorDetails, root: Node) -> Problem:
    node, _ = root.at(error["loc"])
    return Problem(where=error["loc"], line=node.line, message=Sentence("{wrong}.", wrong=clause(error)))


def _error(path: Path, problems: list[Problem]) -> PolicyserveError:
    head = Sentence("The rules cannot be used; mend them and try again.")
    return PolicyserveError(Listed([head, *(replace(one, source=str(path)) for one in problems)], "\n"))

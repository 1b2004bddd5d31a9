"""Calendar files: YAML in, plain values out, with the line of every value for messages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from policyserve.errors import PolicyserveError
from policyserve.locale import Listed, Sentence
from policyserve.model_errors import clause

BOOLEAN = "tag:yaml.org,2002:bool"


class CalendarError(PolicyserveError):
    """A calendar file that cannot be used; its text names file, line and field, one problem a line."""


class _Loader(yaml.SafeLoader):
    """YAML 1.2 booleans: `off` and `on` are words here, not truth values."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - a table of the base class, replaced whole
        first: [(tag, pattern) for tag, pattern in resolvers if tag != BOOLEAN]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse aliases: a short file with many of them is a long one."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError
        return super().compose_node(parent, index)


_Loader.add_implicit_resolver(BOOLEAN, re.compile("^(?:true|false)$"), list("tf"))


class Document:
    """A YAML file: its values, and the line of each."""

    def __init__(self, path: Path | str, content: bytes | None = None) -> None:
        """Read the file, or the `content` of one of that name.

        Raises CalendarError where it is missing, is no YAML, or says a thing twice.
        """
        self.path = path
        loader = _Loader(_text(path, content))
        try:
            self._root = loader.get_single_node()
            self._refuse_double_keys(self._root)
            self.values: Any = loader.construct_document(self._root) if self._root else {}
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise CalendarError("{path}, line {line}: the YAML cannot be read here.", path=path, line=line) from error
        except (yaml.YAMLError, RecursionError) as error:
            raise CalendarError(
                "{path} is no YAML that can be read; compare it with a shipped calendar.", path=path
            ) from error

    def error(self, found: ValidationError) -> CalendarError:
        """Turn what pydantic found into sentences with line and field."""
        return CalendarError(Listed([self._sentence(one) for one in found.errors()], "\n"))

    def _sentence(self, problem: ErrorDetails) -> Sentence:
        node, field = self._root, []
        for step in problem["loc"]:
            if (inner := _child(node, step)) is not None:
                node = inner
                field.append(str(step + 1) if isinstance(step, int) else step)
        line = node.start_mark.line + 1 if node else 1
        return Sentence(
            "{path}, line {line}: {where}: {wrong}.",
            path=self.path,
            line=line,
            where=" > ".join(field) or Sentence("the file"),
            wrong=_words(problem),
        )

    def _refuse_double_keys(self, node: yaml.Node | None) -> None:
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self._refuse_double_keys(item)
        elif isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if str(key.value) in seen:
                    line = key.start_mark.line + 1
                    raise CalendarError(
                        "{path}, line {line}: '{value}' is there twice; remove one of them.",
                        path=self.path,
                        line=line,
                        value=key.value,
                    )
                seen.add(str(key.value))
                self._refuse_double_keys(value)


def _words(problem: ErrorDetails) -> Sentence:
    match problem["type"]:
        case "missing":
            return Sentence("the field '{field}' is missing", field=problem["loc"][-1])
        case "extra_forbidden":
            return Sentence("there is no field of that name; remove it or correct its name")
        case "model_type" | "dict_type":
            return Sentence("fields with values are expected here")
    return clause(problem)


def _text(path: Path | str, content: bytes | None) -> str:
    try:
        return (Path(path).read_bytes() if content is None else content).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CalendarError(
            "The calendar file {path} cannot be read; check its name, and that it is UTF-8.", path=path
        ) from error


def _child(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    return None

"""The declared dependencies, judged by the imports of every file."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
OURS = {"policyserve", "benchmarks", "words", *(path.stem for path in (ROOT / "tests").iterdir())}
LOADED_BY_NAME = {"psycopg", "pylopdf-fonts-zh-cn", "noto-cjk-sans-jp-regular", "python-multipart"}
"""SQLAlchemy loads the first by the URL of a database, Starlette the last; fonts are no code."""
LINES_OF_LOCK = re.compile(r"[a-z0-9][a-z0-9.-]*==\S+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")


def distribution(requirement: str) -> str:
    """Return the name of what a requirement asks for, as package indexes compare names."""
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def names(requirements: Iterable[str]) -> set[str]:
    return {distribution(requirement) for requirement in requirements} - {"policyserve"}


def plain() -> set[str]:
    return names(PROJECT["project"]["dependencies"])


def published() -> set[str]:
    return plain() | names(chain(*PROJECT["project"]["optional-dependencies"].values()))


def groups() -> set[str]:
    rows = chain(*PROJECT["dependency-groups"].values())
    return names(row for row in rows if isinstance(row, str))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module)


@cache
def owners_of_modules() -> dict[str, list[str]]:
    return dict(packages_distributions())


@cache
def foreign(folder: str) -> dict[str, set[str]]:
    """Return the distributions that the files of a folder import, each with the files that do."""
    found: dict[str, set[str]] = {}
    owners = owners_of_modules()
    for path in (ROOT / folder).rglob("*.py"):
        tops = {name.split(".")[0] for name in imported(ast.parse(path.read_text(encoding="utf-8")))}
        for top in tops - sys.stdlib_module_names - OURS:
            owner = distribution(owners.get(top, [top])[0])
            found.setdefault(owner, set()).add(str(path.relative_to(ROOT)))
    return found


def test_whatever_the_package_imports_is_declared() -> None:
    missing = {name: files for name, files in foreign("src").items() if name not in published()}
    assert missing == {}


def test_whatever_is_declared_is_imported() -> None:
    assert published() - foreign("src").keys() == LOADED_BY_NAME


@pytest.mark.parametrize("folder", ["tests", "benchmarks", "words"])
def test_whatever_the_other_folders_import_is_declared(folder: str) -> None:
    missing = {name: files for name, files in foreign(folder).items() if name not in published() | groups()}
    assert missing == {}


def test_the_tools_of_those_who_work_on_it_are_not_published() -> None:
    assert published() & {"ruff", "mypy", "uv", "pytest", "hypothesis", "import-linter", "hatchling"} == set()
    assert plain() & {"pyarrow", "numpy", "pandas", "scikit-learn", "lifelines", "matplotlib", "typst"} == set()


def test_the_lock_holds_versions_and_hashes_and_names_no_host() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert [line for line in lines if not LINES_OF_LOCK.fullmatch(line)] == []


def test_the_lock_holds_everything_that_is_declared() -> None:
    locked = names(re.findall(r"^[a-z0-9][a-z0-9.-]*(?===)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert (published() | groups()) - locked == set()

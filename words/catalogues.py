"""The catalogues on disk: a `.po` file for each language, which people edit, and the `.mo` file compiled from it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "src" / "policyserve" / "locale"
DOMAIN = "policyserve"


def sources(locale: Path = LOCALE) -> Iterator[Path]:
    """Find the `.po` file of each language."""
    yield from sorted(locale.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read(path: Path) -> Catalog:
    """Read a `.po` file; its language is the name of its folder."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name, domain=DOMAIN, abort_invalid=True)


def write(catalog: Catalog, path: Path) -> None:
    """Write a `.po` file in the order of its sentences, without what is no longer said."""
    content = BytesIO()
    write_po(content, catalog, width=116, sort_output=True, ignore_obsolete=True, omit_header=False)
    _replace(path, content.getvalue())


def compile_stale(locale: Path = LOCALE) -> list[Path]:
    """Compile each `.po` file that is newer than its `.mo`; return the files written."""
    stale = [path for path in sources(locale) if not _is_fresh(path.with_suffix(".mo"), path)]
    return [_compile(path) for path in stale]


def _is_fresh(compiled: Path, source: Path) -> bool:
    return compiled.exists() and compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns


def _compile(source: Path) -> Path:
    content = BytesIO()
    write_mo(content, read(source))
    return _replace(source.with_suffix(".mo"), content.getvalue())


def _replace(target: Path, content: bytes) -> Path:
    """Write a file in one step: several processes may compile at once, and one that is killed leaves the old file."""
    draft = target.with_suffix(f".{os.getpid()}")
    draft.write_bytes(content)
    return draft.replace(target)

"""The fonts of letters, from packages of the extra `letters`: Noto Sans SC, and Noto Sans CJK for rare signs."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from policyserve.errors import PolicyserveError

FAMILIES = ("Noto Sans SC", "Noto Sans CJK JP")
FILES = {"pylopdf_fonts_zh_cn": "NotoSansSC-Regular.otf", "noto_cjk_sans_jp_regular": "NotoSansCJKjp-Regular.otf"}
NEEDED = ("typst", "fontTools", "segno", *FILES)
"""Modules of the extra."""


def check_installed() -> None:
    """Raise PolicyserveError unless the extra is there."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise PolicyserveError(
            "Letters need more than the plain installation ({missing}). Run: pip install 'policyserve[letters]'",
            missing=", ".join(missing),
        )


def files() -> list[Path]:
    """Locate the fonts, the first one first."""
    places = ((find_spec(package), name) for package, name in FILES.items())
    return [Path(found.origin).parent / name for found, name in places if found and found.origin]


@cache
def _signs() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    found: set[int] = set()
    for file in files():
        with TTFont(str(file), lazy=True) as font:
            found.update(font.getBestCmap())
    return frozenset(found)


def unprintable(text: str) -> str:
    """Return the signs of a text that no font has, each once."""
    return "".join(dict.fromkeys(sign for sign in text if sign.isprintable() and ord(sign) not in _signs()))

"""The font of reports, Noto Sans SC (OFL 1.1), from a package of the extra `report`; machines need not have one."""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path

from policyserve.errors import PolicyserveError

FAMILY = "Noto Sans SC"
PACKAGE, FILE = "pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf"
NEEDED = ("matplotlib", "typst", "fontTools", "sklearn", PACKAGE)
"""Modules of the extra."""


def check_installed() -> None:
    """Raise PolicyserveError unless the extra is there."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise PolicyserveError(
            "A report needs more than the plain installation ({missing}). Run: pip install 'policyserve[report]'",
            missing=", ".join(missing),
        )


def font_file() -> Path:
    """Locate the font."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise PolicyserveError("The font of reports is missing. Run: pip install 'policyserve[report]'")
    return Path(found.origin).parent / FILE


def subset(text: str) -> bytes:
    """Return the font with the characters of `text` alone, as WOFF; those that it lacks are left to the reader's."""
    from fontTools import subset as tools  # type: ignore[import-untyped]

    options = tools.Options(flavor="woff", layout_features=[], hinting=False, notdef_outline=True)
    font = tools.load_font(str(font_file()), options)
    with font:
        made = tools.Subsetter(options)
        made.populate(unicodes=sorted({ord(sign) for sign in text if sign.isprintable()} | {0x20}))
        made.subset(font)
        written = io.BytesIO()
        tools.save_font(font, written, options)
    return written.getvalue()

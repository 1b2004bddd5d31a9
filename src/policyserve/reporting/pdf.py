"""The report for print: typeset by Typst, with the pictures as vectors and the font's used part inside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from policyserve.config import template_folder
from policyserve.reporting.fonts import FAMILY, font_file
from policyserve.signs import seen


def document(laid: Mapping[str, Any], *, as_of: date) -> bytes:
    """Typeset what `layout.laid_out` returns; the same report gives the same file. Nothing is fetched."""
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_file().parent)])
    return typst.compile(
        template_folder("pages") / "report.typ",
        font_paths=fonts,
        sys_inputs={"report": seen(json.dumps(laid, ensure_ascii=False)), "family": FAMILY},
        timestamp=datetime.combine(as_of, time(), UTC),
    )

"""The report as one page that needs nothing besides itself: charts inline, the font's used part inside."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from policyserve.config import template_folder
from policyserve.reporting.fonts import FAMILY, subset
from policyserve.signs import seen


def page(laid: Mapping[str, Any]) -> str:
    """Render what `layout.laid_out` returns."""
    environment = Environment(
        loader=FileSystemLoader(template_folder("pages")), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["drawn"] = Markup  # our own SVG, in which texts are escaped
    template = environment.get_template("report.html")
    plain = template.render(laid, family=FAMILY, font="")
    return seen(template.render(laid, family=FAMILY, font=b64encode(subset(plain)).decode("ascii")))

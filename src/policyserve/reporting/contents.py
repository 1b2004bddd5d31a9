"""The report put together: head, marks, key figures, sections."""

from __future__ import annotations

from collections.abc import Callable

from policyserve.metrics.profile_words import profile_sentence
from policyserve.metrics.profiles import CN_COMPANY
from policyserve.reporting.ahead import forecast_section
from policyserve.reporting.kept import KEPT, heat_section, kept_section, rolling
from policyserve.reporting.lasting import survival_section
from policyserve.reporting.league import ADD_ON_TARGET, added, league_section, referred
from policyserve.reporting.material import Material
from policyserve.reporting.naming import gap_section, missing
from policyserve.reporting.people import candidates_section, influence_section
from policyserve.reporting.sections import BELOW, NEEDED, PROVISIONAL, SMALL, Report, Section, Tile, marks_of
from policyserve.reporting.words import text
from policyserve.reporting.work import assessed, work_section

SECTIONS = (
    kept_section, heat_section, gap_section, forecast_section, survival_section, influence_section, work_section,
    candidates_section, league_section,
)  # fmt: skip


def report_of(material: Material, *, begin: Callable[[Section], None] | None = None) -> Report:
    """Work everything out; `begin` is told of each section as soon as its figures are there."""
    language = material.question.language
    sections = []
    for section_of in SECTIONS:
        sections.append(section_of(material))
        if begin is not None:
            begin(sections[-1])
    return Report(
        title=text("title", language),
        language=language,
        head=_head(material, sections[0]),
        marks=_marks(language),
        tiles=_tiles(material),
        sections=tuple(sections),
        private=text("private", language),
    )


def _head(material: Material, kept: Section) -> tuple[tuple[str, str], ...]:
    question, results = material.question, material.results
    said = {
        "scope": " ".join(filter(None, [question.scope.branch, question.scope.team]))
        or text("company", question.language),
        "as_of": question.as_of.isoformat(),
        "profile": results.profile.name,
        "cutoff": text(results.cutoff, question.language),
        "cohorts": f"{question.first_cohort:%Y-%m} – {question.last_cohort:%Y-%m}",
        "status": _status(kept, question.language),
        "target": f"{KEPT:.0%}",
        "definition": profile_sentence(CN_COMPANY, 13, results.cutoff, question.language),
    }
    return tuple((text(key, question.language), value) for key, value in said.items())


def _status(kept: Section, language: str) -> str:
    rows = kept.tables[0].rows if kept.tables else ()
    final = sum(row["status"] == text("final", language) for row in rows)
    return text("status_said", language, final=final, all=len(rows), provisional=len(rows) - final)


def _marks(language: str) -> tuple[tuple[str, str], ...]:
    meant = {BELOW: "below", SMALL: "small", PROVISIONAL: "provisional", NEEDED: "needed", "–": "none"}
    return tuple((mark, text(f"mark.{key}", language)) for mark, key in meant.items())


def _tiles(material: Material) -> tuple[Tile, ...]:
    return (_kept(material), _gap(material), _referred(material), _add_ons(material), _work(material))


def _kept(material: Material) -> Tile:
    language, row = material.question.language, rolling(material)
    share = row["ratio"] if row else None
    marks = marks_of(row, target=KEPT) if row else ""
    beside = text("tile.of", language, target=f"{KEPT:.0%}")
    return Tile(label=text("tile.kept", language), value=_share(share), beside=f"{beside} {marks}".strip())


def _share(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.2%}"


def _gap(material: Material) -> Tile:
    return Tile(label=text("tile.gap", material.question.language), value=missing(material) or "0")


def _referred(material: Material) -> Tile:
    language, year = material.question.language, material.question.as_of.year
    mine = referred(material, "agent").join(material.agents.select("agent_no"), on="agent_no", how="semi")
    count, target = int(mine["referred"].sum()), int(mine["referred_target"].sum())
    below = f" {BELOW}" if count < target else ""
    return Tile(
        label=text("tile.referred", language, year=year),
        value=f"{count:,}",
        beside=text("tile.of", language, target=f"{target:,}") + below,
    )


def _add_ons(material: Material) -> Tile:
    language, year = material.question.language, material.question.as_of.year
    mine = added(material, "agent").join(material.agents.select("agent_no"), on="agent_no", how="semi")
    single = int(mine["single"].sum())
    ratio = int(mine["bought"].sum()) / single if single else None
    below = f" {BELOW}" if ratio is not None and ratio < ADD_ON_TARGET else ""
    return Tile(
        label=text("tile.add_ons", language, year=year),
        value=_share(ratio),
        beside=text("tile.of", language, target=f"{ADD_ON_TARGET:.0%}") + below,
    )


def _work(material: Material) -> Tile:
    row = assessed(material)
    marks = marks_of(row) if row else ""
    return Tile(
        label=text("tile.work", material.question.language), value=_share(row["ratio"] if row else None), beside=marks
    )

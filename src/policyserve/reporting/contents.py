"""The report put together: head, marks, key figures, sections."""

from __future__ import annotations

from collections.abc import Callable

from policyserve.metrics.percents import percent
from policyserve.metrics.profiles.description import profile_sentence
from policyserve.metrics.profiles.profile import CN_COMPANY
from policyserve.reporting.customers import candidates_section, influence_section
from policyserve.reporting.forecast import forecast_section
from policyserve.reporting.gap import gap_months, gap_section, groups_below, missing
from policyserve.reporting.league import ADD_ON_TARGET, added, league_section, referred
from policyserve.reporting.material import Material
from policyserve.reporting.persistency import KEPT, heat_section, kept_section, rolling, year_of_final
from policyserve.reporting.sections import BELOW, NEEDED, PROVISIONAL, SMALL, Report, Section, Tile, marks_of
from policyserve.reporting.services import assessed, work_section
from policyserve.reporting.survival import survival_section
from policyserve.reporting.tables import money
from policyserve.reporting.words import text

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
        "scope": question.scope.name or text("company", question.language),
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
    first, last = year_of_final(material)
    target = _target(f"{KEPT:.0%}", marks_of(row, target=KEPT) if row else "", language)
    lines = [text("tile.cohorts", language, first=f"{first:%Y-%m}", last=f"{last:%Y-%m}"), target]
    if row and share is not None:
        kept, whole = money(row["numerator"], row["currency"]), money(row["denominator"], row["currency"])
        lines.insert(0, text("tile.premium", language, part=kept, whole=whole.rpartition(" ")[2]))
    return Tile(label=text("tile.kept", language), value=percent(share, target=KEPT), lines=tuple(lines))


def _target(target: str, marks: str, language: str) -> str:
    return f"{text('tile.of', language, target=target)} {marks}".strip()


def _gap(material: Material) -> Tile:
    language, group = material.question.language, missing(material)
    lines = [text("tile.cohorts", language, **gap_months(material)), text("tile.of", language, target=f"{KEPT:.0%}")]
    if said := groups_below(material):
        lines.append(text("tile.groups", language, groups=said))
    value = money(group["missing"], group["currency"]) if group else "0"
    return Tile(label=text("tile.gap", language), value=value, lines=tuple(lines))


def _referred(material: Material) -> Tile:
    language, year = material.question.language, material.question.as_of.year
    mine = referred(material, "agent").join(material.agents.select("agent_no"), on="agent_no", how="semi")
    count, target = int(mine["referred"].sum()), int(mine["referred_target"].sum())
    below = BELOW if count < target else ""
    return Tile(
        label=text("tile.referred", language, year=year),
        value=f"{count:,}",
        lines=(_so_far(material), _target(f"{target:,}", below, language)),
    )


def _so_far(material: Material) -> str:
    """Say of which days of the year a figure is."""
    as_of = material.question.as_of
    return text("tile.days", material.question.language, first=as_of.replace(month=1, day=1), last=as_of)


def _add_ons(material: Material) -> Tile:
    language, year = material.question.language, material.question.as_of.year
    mine = added(material, "agent").join(material.agents.select("agent_no"), on="agent_no", how="semi")
    bought, single = int(mine["bought"].sum()), int(mine["single"].sum())
    ratio = bought / single if single else None
    below = BELOW if ratio is not None and ratio < ADD_ON_TARGET else ""
    counted = text("tile.customers", language, part=f"{bought:,}", whole=f"{single:,}")
    return Tile(
        label=text("tile.add_ons", language, year=year),
        value=percent(ratio, target=ADD_ON_TARGET),
        lines=(counted, _so_far(material), _target(f"{ADD_ON_TARGET:.0%}", below, language)),
    )


def _work(material: Material) -> Tile:
    question, row = material.question, assessed(material)
    lines = [text("tile.days", question.language, first=question.served.start, last=question.served.last)]
    if row:
        counts = {"part": f"{row['numerator']:,}", "whole": f"{row['denominator']:,}"}
        lines = [f"{text('tile.services', question.language, **counts)} {marks_of(row)}".strip(), *lines]
    label = text("tile.work", question.language)
    return Tile(label=label, value=percent(row["ratio"] if row else None), lines=tuple(lines))

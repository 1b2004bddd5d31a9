"""The report put together: head, marks, key figures, sections."""

from __future__ import annotations

from collections.abc import Callable

from policyserve.locale import N_, N_in, say
from policyserve.metrics.figure import BELOW, PROVISIONAL, SMALL
from policyserve.metrics.percents import percent
from policyserve.metrics.profiles.description import cutoff_said, profile_said, profile_sentence
from policyserve.metrics.profiles.profile import CN_COMPANY
from policyserve.metrics.targets import ADDED_ON, KEPT
from policyserve.reporting.customers import candidates_section, influence_section
from policyserve.reporting.forecast import forecast_section
from policyserve.reporting.gap import gap_months, gap_section, groups_below, missing
from policyserve.reporting.heat_maps import heat_section
from policyserve.reporting.league import added, league_section, referred
from policyserve.reporting.material import Material
from policyserve.reporting.persistency import kept_section, rolling, year_of_final
from policyserve.reporting.sections import Report, Section, Tile, marks_of
from policyserve.reporting.services import assessed, work_section
from policyserve.reporting.survival import survival_section
from policyserve.reporting.tables import money

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
        title=say(language, "Service and persistency report"),
        language=language,
        head=_head(material, sections[0]),
        marks=_marks(language),
        tiles=_tiles(material),
        sections=tuple(sections),
        private=say(
            language,
            "Holds personal data: customers by number and salutation only. Keep it where only those can read "
            "who need it.",
        ),
    )


def _head(material: Material, kept: Section) -> tuple[tuple[str, str], ...]:
    question, results = material.question, material.results
    said = {
        N_in("report", "For"): question.scope.name or say(question.language, "Whole company"),
        N_("As of"): question.as_of.isoformat(),
        N_("Profile"): profile_said(results.profile).told(question.language),
        N_("Cutoff"): cutoff_said(results.cutoff).told(question.language),
        N_("Cohorts"): f"{question.first_cohort:%Y-%m} – {question.last_cohort:%Y-%m}",
        N_("Status"): _status(kept, question.language),
        N_("Target"): f"{KEPT:.0%}",
        N_("Definition"): profile_sentence(CN_COMPANY, 13, results.cutoff, question.language),
    }
    return tuple((say(question.language, words), value) for words, value in said.items())


def _status(kept: Section, language: str) -> str:
    statuses = kept.tables[0].figure.rows["status"].to_list() if kept.tables else []
    final = statuses.count("final")
    return say(
        language,
        "{final} of {all} cohorts final, {provisional} provisional",
        final=final,
        all=len(statuses),
        provisional=len(statuses) - final,
    )


def _marks(language: str) -> tuple[tuple[str, str], ...]:
    meant = {
        BELOW: N_("below the target"),
        SMALL: N_("fewer than 30: chance alone moves the ratio"),
        PROVISIONAL: N_(
            "provisional: may still change, because the grace of some policies is not over; without it: final"
        ),
        "–": N_("no figure: nothing to divide by, or not known"),
    }
    return tuple((mark, say(language, words)) for mark, words in meant.items())


def _tiles(material: Material) -> tuple[Tile, ...]:
    return (_kept(material), _gap(material), _referred(material), _add_ons(material), _work(material))


def _kept(material: Material) -> Tile:
    language, row = material.question.language, rolling(material)
    share = row["ratio"] if row else None
    first, last = year_of_final(material)
    target = _target(f"{KEPT:.0%}", marks_of(row, target=KEPT) if row else "", language)
    lines = [say(language, "cohorts {first} to {last}", first=f"{first:%Y-%m}", last=f"{last:%Y-%m}"), target]
    if row and share is not None:
        kept, whole = (money(language, row[name], row["currency"]) for name in ("numerator", "denominator"))
        lines.insert(0, say(language, "{part} of {whole}", part=kept, whole=whole))
    return Tile(
        label=say(language, "13-month persistency, last 12 final cohorts"),
        value=percent(share, target=KEPT),
        lines=tuple(lines),
    )


def _target(target: str, marks: str, language: str) -> str:
    return f"{say(language, 'target {target}', target=target)} {marks}".strip()


def _gap(material: Material) -> Tile:
    language, group = material.question.language, missing(material)
    lines = [
        say(language, "cohorts {first} to {last}", **gap_months(material)),
        say(language, "target {target}", target=f"{KEPT:.0%}"),
    ]
    if said := groups_below(material):
        lines.append(say(language, "below: {groups}", groups=said))
    value = money(language, group["missing"], group["currency"]) if group else "0"
    return Tile(label=say(language, "Premium missing to the target"), value=value, lines=tuple(lines))


def _referred(material: Material) -> Tile:
    language, year = material.question.language, material.question.as_of.year
    mine = referred(material, "agent").join(material.agents.select("agent_no"), on="agent_no", how="semi")
    count, target = int(mine["referred"].sum()), int(mine["referred_target"].sum())
    below = BELOW if count < target else ""
    return Tile(
        label=say(language, "People referred in {year}", year=year),
        value=f"{count:,}",
        lines=(_so_far(material), _target(f"{target:,}", below, language)),
    )


def _so_far(material: Material) -> str:
    """Say of which days of the year a figure is."""
    as_of = material.question.as_of
    return say(material.question.language, "{first} to {last}", first=as_of.replace(month=1, day=1), last=as_of)


def _add_ons(material: Material) -> Tile:
    language, year = material.question.language, material.question.as_of.year
    mine = added(material, "agent").join(material.agents.select("agent_no"), on="agent_no", how="semi")
    bought, single = int(mine["bought"].sum()), int(mine["single_policy_customers"].sum())
    ratio = bought / single if single else None
    below = BELOW if ratio is not None and ratio < ADDED_ON else ""
    counted = say(language, "{part} of {whole} customers", part=f"{bought:,}", whole=f"{single:,}")
    return Tile(
        label=say(language, "Add-on rate in {year}", year=year),
        value=percent(ratio, target=ADDED_ON),
        lines=(counted, _so_far(material), _target(f"{ADDED_ON:.0%}", below, language)),
    )


def _work(material: Material) -> Tile:
    question, row = material.question, assessed(material)
    lines = [say(question.language, "{first} to {last}", first=question.served.start, last=question.served.last)]
    if row:
        counts = {"part": f"{row['numerator']:,}", "whole": f"{row['denominator']:,}"}
        lines = [f"{say(question.language, '{part} of {whole} services', **counts)} {marks_of(row)}".strip(), *lines]
    label = say(question.language, "Assessed services done in time")
    return Tile(label=label, value=percent(row["ratio"] if row else None), lines=tuple(lines))

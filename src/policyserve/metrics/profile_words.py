"""What a profile counts, said in a sentence made from its data."""

from __future__ import annotations

from policyserve.metrics.profiles import Cutoff, Observation, Profile
from policyserve.standard.vocabulary import event_word, listed, month_names, word

_SENTENCES = {
    "en": (
        "Persistency of month {month}, profile {name}: premium received for the due day {later} months after the "
        "effective date, paid by the end of its grace ({grace}){observed}, over the first-year premium of the same "
        "policies, both annualised, riders included. By count: policies paid and still in force at that cutoff, over "
        "the same policies. Reported: {bases}. Left out of both: {left_out}, {exclusions}. Whatever else ends a "
        "policy, lapse and reduced paid-up stay in the denominator. Provisional until the last policy of the cohort "
        "has passed its cutoff.{year}{own}"
    ),
    "zh": (
        "{month}个月继续率（口径{name}）：生效满{later}个月应缴、于宽限期（{grace}）结束前{observed}实收的保费（含附"
        "加险）÷ 同一批保单的首年保费（含附加险），均按年化计算。件数口径：已缴且截止日仍有效的件数 ÷ 同一批件数。"
        "公布口径：{bases}。分子分母均剔除：{left_out}、{exclusions}。其他终止、失效、减额交清留在分母。全部保单过截止"
        "日之前为暂定数。{year}{own}"
    ),
}
_CHOICES = {
    "both": (" A premium loan counts as paid, by premium too.", "自动垫交视同已缴，保费口径亦计入。"),
    "neither": (" A premium loan does not count as paid, by number neither.", "自动垫交不视同已缴，件数口径亦不计入。"),
    "left-out": (
        " Policies suspended for want of payment are left out of both instead, once their cutoff has passed.",
        "截止日后因欠缴而效力中止的保单改为从分子分母中剔除。",
    ),
    "server": (
        " In an agent's own figure, a policy whose writer has left belongs to who serves it.",
        "个人继续率中，孤儿单计入接续服务人员。",
    ),
}
_BASES = {"premium": ("by premium", "保费"), "count": ("by count", "件数")}


def profile_sentence(profile: Profile, month: int, cutoff: Cutoff, language: str) -> str:
    """Say what persistency of `month` means in this profile; `language` is en or zh."""
    chinese = language == "zh"
    return _SENTENCES["zh" if chinese else "en"].format(
        name=profile.name,
        month=month,
        later=month - 1,
        grace=_grace(profile, language),
        observed=_observed(profile.cutoffs.get(cutoff), profile, language),
        bases=listed([_BASES[basis][chinese] for basis in profile.bases], language),
        left_out=_left_out(profile, language),
        exclusions=listed([event_word(kind, language) for kind in profile.exclusions], language),
        year=_year(profile, language),
        own=_own(profile, language),
    )


def _own(profile: Profile, language: str) -> str:
    """Say what a company decides differently where sources are silent."""
    chosen = (profile.premium_loan, profile.suspended, profile.orphans)
    return "".join(_CHOICES[one][language == "zh"] for one in chosen if one in _CHOICES)


def _grace(profile: Profile, language: str) -> str:
    days = "{}天" if language == "zh" else "{} days"
    other = [f"{word(mode, language)} {days.format(count)}" for mode, count in profile.grace_of_mode.items()]
    return listed([days.format(profile.grace_days), *other], language)


def _observed(observation: Observation | None, profile: Profile, language: str) -> str:
    """Say until when money after the grace counts too."""
    if observation is None:
        return ""
    if observation.period == 1:
        english = f"month {observation.lag} months after that of the due day"
        chinese = f"应缴月后第{observation.lag}个月末"
    else:
        last = month_names([(profile.year_starts - 2 + observation.lag) % 12 + 1], language)
        english = f"{last} with or after which the year of the due day ends"
        chinese = f"应缴日所在年度结束时的{last}末"
    if language == "zh":
        return f"（复效件至{chinese}）"
    return f", or, if reinstated, by the end of the {english}"


def _left_out(profile: Profile, language: str) -> str:
    chinese = language == "zh"
    months = profile.longer_than_months
    names = [("group", "团险")] if profile.individual_only else []
    names += [("single premium", "趸交"), (f"cover of {months} months at most", f"{months}个月及以内")]
    return listed([pair[chinese] for pair in names], language)


def _year(profile: Profile, language: str) -> str:
    """Say which months a year holds, where it is not the calendar's."""
    if profile.year_starts == 1:
        return ""
    first, last = (month_names([month], language) for month in (profile.year_starts, profile.year_starts - 1))
    if language == "zh":
        return f"年度自{first}至次年{last}。"
    return f" A year runs from {first} to {last} and is called after the one it begins in."

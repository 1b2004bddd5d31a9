"""What a profile counts, said in a sentence made from its data."""

from __future__ import annotations

from policyserve.locale import N_in, Sentence
from policyserve.metrics.profiles.profile import Basis, Cutoff, Observation, Profile
from policyserve.standard.vocabulary import event_word, listed, month_names, word

_SENTENCES = {
    "en": (
        "Persistency of month {month}, profile {name}. {figures}{in_time} Left out of numerator and denominator: "
        "{left_out}. {lost} and whatever else ends a policy stay in the denominator. Provisional until the last policy "
        "has passed its cutoff.{year}{own}"
    ),
    "zh": (
        "{month}个月继续率（口径{name}）。{figures}{in_time}分子分母均剔除：{left_out}。{lost}及其他终止留在分母。"
        "全部保单过截止日之前为暂定数。{year}{own}"
    ),
}
_FIGURES: dict[Basis, tuple[str, str]] = {
    "premium": (
        "By premium: what was due {later} months after the effective date, if it and all before it were paid in time, "
        "over the first-year premium of the same policies; both annualised, with riders. ",
        "保费口径：生效满{later}个月应缴、且与此前各期均按期缴清的保费 ÷ 同一批保单的首年保费，均年化并含附加险。",
    ),
    "count": (
        "By count: policies in force at the cutoff, with every premium up to {later} months after the effective date "
        "paid in time, over all of them. ",
        "件数口径：生效满{later}个月及此前各期均按期缴清、且截止日仍有效的件数 ÷ 同一批保单的件数。",
    ),
}
_STRICT = (
    "In time: by the end of the grace ({grace}), which is the cutoff.",
    "按期：宽限期（{grace}）内缴清；截止日为宽限期末。",
)
_OBSERVED = (
    "In time: by the end of the grace ({grace}), or by the cutoff if the policy is reinstated. Cutoff: the end of "
    "{observed}, or of the grace if that is later.",
    "按期：宽限期（{grace}）内缴清，复效件截止日前缴清；截止日为{observed}末，不早于宽限期末。",
)
_SUSPENDED = ("what is suspended for want of payment when the cutoff has passed", "截止日后因欠缴而效力中止的保单")
_CHOICES = {
    "both": (" A premium loan counts as paid.", "自动垫交视同已缴。"),
    "neither": (" A premium loan does not count as paid.", "自动垫交不视同已缴。"),
    "server": (
        " In an agent's own figure, a policy whose writer has left belongs to who serves it.",
        "个人继续率中，孤儿单计入接续服务人员。",
    ),
}


def profile_sentence(profile: Profile, month: int, cutoff: Cutoff, language: str) -> str:
    """Say what persistency of `month` means in this profile; `language` is en or zh."""
    chinese = language == "zh"
    figures = "".join(_FIGURES[basis][chinese] for basis in profile.bases)
    return _SENTENCES["zh" if chinese else "en"].format(
        name=profile.name,
        month=month,
        figures=figures.format(later=month - 1),
        in_time=_in_time(profile, profile.cutoffs.get(cutoff), language),
        left_out=listed(_left_out(profile, language), language),
        lost=_lost(profile, language),
        year=_year(profile, language),
        own=_own(profile, language),
    )


def _own(profile: Profile, language: str) -> str:
    """Say what a company decides differently where sources are silent."""
    chosen = (profile.premium_loan, profile.orphans)
    return "".join(_CHOICES[one][language == "zh"] for one in chosen if one in _CHOICES)


def _in_time(profile: Profile, observation: Observation | None, language: str) -> str:
    """Say until when money counts, and what the cutoff is."""
    chinese, grace = language == "zh", _grace(profile, language)
    if observation is None:
        return _STRICT[chinese].format(grace=grace)
    return _OBSERVED[chinese].format(grace=grace, observed=_observed(profile, observation, language))


def _grace(profile: Profile, language: str) -> str:
    form = "{mode}{days}天" if language == "zh" else "{days} days for {mode} premiums"
    other = [form.format(mode=word(mode, language), days=days) for mode, days in profile.grace_of_mode.items()]
    usual = f"{profile.grace_days}天" if language == "zh" else f"{profile.grace_days} days"
    return listed([usual, *other], language)


def _observed(profile: Profile, observation: Observation, language: str) -> str:
    """Name the month with whose end the observation ends."""
    chinese, lag = language == "zh", observation.lag
    after = f"{lag} month{'' if lag == 1 else 's'} after"
    if observation.period == 1:
        if chinese:
            return f"应缴月后第{lag}个月" if lag else "应缴月"
        return f"the month {after} the due day" if lag else "the month of the due day"
    month = month_names([(profile.year_starts - 2 + lag) % 12 + 1], language)
    if chinese:
        return f"应缴日所在年度结束后第{lag}个月（{month}）" if lag else f"应缴日所在年度（{month}）"
    return f"{month}, {after} the year of the due day" if lag else f"the year of the due day ({month})"


def _left_out(profile: Profile, language: str) -> list[str]:
    """Name the policies, and the events, that are in neither."""
    months = profile.longer_than_months
    names = [("group policies", "团险")] if profile.individual_only else []
    names += [("single premiums", "趸交")]
    names += [(f"cover of at most {months} months", f"保障期{months}个月及以内")] if months else []
    chinese = language == "zh"
    events = [event_word(kind, language) for kind in profile.exclusions]
    return [pair[chinese] for pair in names] + events + [_SUSPENDED[chinese]] * (profile.suspended == "left-out")


def _lost(profile: Profile, language: str) -> str:
    """Name what loses a policy without ending it."""
    if profile.suspended == "left-out":
        return "减额交清" if language == "zh" else "Reduced paid-up"
    return "失效、减额交清" if language == "zh" else "Lapse, reduced paid-up"


def _year(profile: Profile, language: str) -> str:
    """Say which months a year holds, where it is not the calendar's."""
    if profile.year_starts == 1:
        return ""
    first, last = (month_names([month], language) for month in (profile.year_starts, profile.year_starts - 1))
    if language == "zh":
        return f"年度自{first}至次年{last}，以起始年份称呼。"
    return f" A year runs from {first} to {last} and is called after the one it begins in."


class Definition:
    """What persistency of a month means in a profile, to be said in a language."""

    def __init__(self, profile: Profile, month: int, cutoff: Cutoff) -> None:
        """Take what `profile_sentence` is asked."""
        self._asked = (profile, month, cutoff)

    def told(self, language: str) -> str:
        """Return the sentence."""
        return profile_sentence(*self._asked, language)


def cutoff_said(cutoff: Cutoff) -> Sentence:
    """Name a cutoff in words."""
    return Sentence(_CUTOFFS[cutoff])


_CUTOFFS: dict[Cutoff, str] = {
    "strict": N_in("cutoff", "strict"),
    "month-end": N_in("cutoff", "month-end"),
    "year-end": N_in("cutoff", "year-end"),
}

"""What a profile counts, said in a sentence made from its data."""

from __future__ import annotations

from policyserve.locale import N_, N_in, Sentence, say, say_many, translated
from policyserve.metrics.profiles.profile import Basis, Cutoff, Observation, Profile
from policyserve.standard.vocabulary import amount, event_word, listed, month_names, word

_SENTENCE = N_(
    "Persistency of month {month} (counting: {name}). {figures}{in_time} Left out of numerator and denominator: "
    "{left_out}. {lost} and whatever else ends a policy stay in the denominator. Provisional until the last policy has "
    "passed its cutoff.{year}{own}"
)
_FIGURES: dict[Basis, str] = {
    "premium": N_(
        "By premium: what was due {later} months after the effective date, if it and all before it were paid in time, "
        "over the first-year premium of the same policies; both annualised, with riders. "
    ),
    "count": N_(
        "By count: policies in force at the cutoff, with every premium up to {later} months after the effective date "
        "paid in time, over all of them. "
    ),
}
_STRICT = N_("In time: by the end of the grace ({grace}), which is the cutoff.")
_OBSERVED = N_(
    "In time: by the end of the grace ({grace}), or by the cutoff if the policy is reinstated. Cutoff: the end of "
    "{observed}, or of the grace if that is later."
)
_SUSPENDED = N_("what is suspended for want of payment when the cutoff has passed")
_CHOICES = {
    "both": N_(" A premium loan counts as paid."),
    "neither": N_(" A premium loan does not count as paid."),
    "server": N_(" In an agent's own figure, a policy whose writer has left belongs to who serves it."),
}


def profile_sentence(profile: Profile, month: int, cutoff: Cutoff, language: str) -> str:
    """Say what persistency of `month` means in this profile."""
    return say(
        language,
        _SENTENCE,
        name=profile_said(profile),
        month=month,
        figures="".join(say(language, _FIGURES[basis], later=month - 1) for basis in profile.bases),
        in_time=_in_time(profile, profile.cutoffs.get(cutoff), language),
        left_out=listed(_left_out(profile, language), language),
        lost=_lost(profile, language),
        year=_year(profile, language),
        own=_own(profile, language),
    )


def _own(profile: Profile, language: str) -> str:
    """Say what a company decides differently where sources are silent."""
    chosen = (profile.premium_loan, profile.orphans)
    return "".join(translated(language, _CHOICES[one]) for one in chosen if one in _CHOICES)


def _in_time(profile: Profile, observation: Observation | None, language: str) -> str:
    """Say until when money counts, and what the cutoff is."""
    grace = _grace(profile, language)
    if observation is None:
        return say(language, _STRICT, grace=grace)
    return say(language, _OBSERVED, grace=grace, observed=_observed(profile, observation, language))


def _grace(profile: Profile, language: str) -> str:
    usual = amount(profile.grace_days, "day", language)
    other = [
        say(language, "{days} for {mode} premiums", days=amount(days, "day", language), mode=word(mode, language))
        for mode, days in profile.grace_of_mode.items()
    ]
    return listed([usual, *other], language)


def _observed(profile: Profile, observation: Observation, language: str) -> str:
    """Name the month with whose end the observation ends."""
    lag = observation.lag
    if observation.period == 1:
        if not lag:
            return say(language, "the month of the due day")
        return say_many(
            language, "the month {n} month after the due day", "the month {n} months after the due day", lag
        )
    month = month_names([(profile.year_starts - 2 + lag) % 12 + 1], language)
    if not lag:
        return say(language, "the year of the due day ({month})", month=month)
    return say_many(
        language,
        "{month}, {n} month after the year of the due day",
        "{month}, {n} months after the year of the due day",
        lag,
        month=month,
    )


def _left_out(profile: Profile, language: str) -> list[str]:
    """Name the policies, and the events, that are in neither."""
    months = profile.longer_than_months
    names = [say(language, "group policies")] if profile.individual_only else []
    names += [say(language, "single premiums")]
    names += [say(language, "cover of at most {months} months", months=months)] if months else []
    events = [event_word(kind, language) for kind in profile.exclusions]
    suspended = [translated(language, _SUSPENDED)] if profile.suspended == "left-out" else []
    return names + events + suspended


def _lost(profile: Profile, language: str) -> str:
    """Name what loses a policy without ending it."""
    if profile.suspended == "left-out":
        return say(language, "Reduced paid-up")
    return say(language, "Lapse, reduced paid-up")


def _year(profile: Profile, language: str) -> str:
    """Say which months a year holds, where it is not the calendar's."""
    if profile.year_starts == 1:
        return ""
    first, last = (month_names([month], language) for month in (profile.year_starts, profile.year_starts - 1))
    words = N_(" A year runs from {first} to {last} and is called after the one it begins in.")
    return say(language, words, first=first, last=last)


class Definition:
    """What persistency of a month means in a profile, to be said in a language."""

    def __init__(self, profile: Profile, month: int, cutoff: Cutoff) -> None:
        """Take what `profile_sentence` is asked."""
        self._asked = (profile, month, cutoff)

    def told(self, language: str) -> str:
        """Return the sentence."""
        return profile_sentence(*self._asked, language)


def profile_said(profile: Profile) -> Sentence:
    """Name a profile in words; one of a company's own is called as its file calls it."""
    return Sentence(_NAMES.get(profile.name, "{name}"), name=profile.name)


_NAMES = {
    "CN_COMPANY": N_in("way of counting persistency", "insurers in China, by month"),
    "CN_REG": N_in("way of counting persistency", "regulator of China, by year"),
    "UK_SUP16_8": N_in("way of counting persistency", "United Kingdom, reports to the regulator"),
    "IN_IRDAI": N_in("way of counting persistency", "India, disclosures of insurers"),
    "IN_IRDAI_AGENT": N_in("way of counting persistency", "India, an agent's policies"),
    "US_LIMRA": N_in("way of counting persistency", "United States, studies of lapses"),
}


def cutoff_said(cutoff: Cutoff) -> Sentence:
    """Name a cutoff in words."""
    return Sentence(_CUTOFFS[cutoff])


_CUTOFFS: dict[Cutoff, str] = {
    "strict": N_in("cutoff", "strict"),
    "month-end": N_in("cutoff", "month-end"),
    "year-end": N_in("cutoff", "year-end"),
}

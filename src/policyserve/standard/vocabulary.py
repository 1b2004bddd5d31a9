"""The words of a standard as people read them."""

from __future__ import annotations

from policyserve.locale import N_all, N_in, say_in, say_many, translated

_WORDS = {
    # level, stage, subject
    "assessed": N_in("standard", "assessed"),
    "spot-checked": N_in("standard", "spot-checked"),
    "encouraged": N_in("standard", "encouraged"),
    "meet": N_in("standard", "meet"),
    "know": N_in("standard", "know"),
    "trust": N_in("standard", "trust"),
    "rely": N_in("standard", "rely"),
    "policy": N_in("standard", "policy"),
    "customer": N_in("standard", "customer"),
    "either": N_in("standard", "policy or customer"),
    # channels, class, performer
    "visit": N_in("standard", "visit"),
    "call": N_in("standard", "call"),
    "sms": N_in("standard", "SMS"),
    "letter": N_in("standard", "letter"),
    "office-work": N_in("standard", "office work"),
    "duty": N_in("standard", "duty"),
    "service": N_in("standard", "service"),
    "marketing": N_in("standard", "marketing"),
    "agent": N_in("standard", "agent"),
    "office": N_in("standard", "office"),
    "nobody": N_in("standard", "nobody (message)"),
    # endings
    "receipt-signed": N_in("standard", "receipt signed"),
    "ended": N_in("standard", "policy ended"),
    "not-in-force": N_in("standard", "no longer in force"),
    "instalment-paid": N_in("standard", "instalment paid"),
    "reinstated": N_in("standard", "reinstated"),
    "suspension-confirmed": N_in("standard", "suspension confirmed"),
    "closed": N_in("standard", "closed"),
    "family-case": N_in("standard", "open death, claim or lapse in the family"),
    "done-recently": N_in("standard", "done less than 180 days ago"),
    # anchors: with an offset, and the day itself
    "issue": N_in("standard", "issue"),
    "effective": N_in("standard", "effective date"),
    "receipt": N_in("standard", "receipt"),
    "end": N_in("standard", "end of the policy"),
    "suspension": N_in("standard", "suspension"),
    "on-issue": N_in("standard", "on the day of issue"),
    "on-effective": N_in("standard", "on the effective date"),
    "on-receipt": N_in("standard", "on the day of the receipt"),
    "on-end": N_in("standard", "on the last day of the policy"),
    "on-suspension": N_in("standard", "on the first day of suspension"),
    # modes and results
    "annual": N_in("standard", "annual"),
    "semi-annual": N_in("standard", "semi-annual"),
    "quarterly": N_in("standard", "quarterly"),
    "monthly": N_in("standard", "monthly"),
    "success": N_in("standard", "successful"),
    "failed": N_in("standard", "failed"),
    # events
    "freelook_cancel": N_in("standard", "free-look cancellation"),
    "surrender": N_in("standard", "surrender"),
    "claim_termination": N_in("standard", "termination by claim"),
    "waiver": N_in("standard", "premium waiver"),
    "void": N_in("standard", "voidance"),
    "transfer_out": N_in("standard", "transfer out"),
    "conversion": N_in("standard", "conversion"),
    "reduced_paid_up": N_in("standard", "change to reduced paid-up"),
    "premium_change": N_in("standard", "change of premium"),
    "rider_added": N_in("standard", "new rider"),
    "suspension_confirmed": N_in("standard", "confirmation of suspension"),
    "reinstatement": N_in("standard", "reinstatement"),
    "terminated": N_in("standard", "termination"),
    "premium_loan": N_in("standard", "premium loan"),
    "maturity": N_in("standard", "maturity payment"),
    "claim": N_in("standard", "claim"),
    "claim_closed": N_in("standard", "closed claim"),
    "sick": N_in("standard", "illness becoming known"),
    "service_request": N_in("standard", "service request"),
    "request_closed": N_in("standard", "closed service request"),
    "dividend_declared": N_in("standard", "declared dividend"),
    "agent_changed": N_in("standard", "change of agent"),
    "mode_changed": N_in("standard", "change of the mode of payment"),
    "complaint": N_in("standard", "complaint"),
    # audiences
    "female": N_in("standard", "women"),
    "male": N_in("standard", "men"),
    "participating": N_in("standard", "participating policies"),
    "short-term": N_in("standard", "cover of a year at most"),
    "long-term": N_in("standard", "cover of more than a year"),
    "everybody": N_in("standard", "everybody"),
    "yes": N_in("standard", "yes"),
    "no": N_in("standard", "no"),
}
_EVENT_WORDS = {"reinstated": "reinstatement"}
"""Events whose name is also that of an ending."""

_MONTHS = N_all(
    "month of the year",
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def word(name: str, language: str) -> str:
    """Return the word for a value of the model; a value without a word stays as it is."""
    return translated(language, _WORDS[name]) if name in _WORDS else name


def event_word(kind: str, language: str) -> str:
    """Return the word for a kind of event."""
    return word(_EVENT_WORDS.get(kind, kind), language)


def amount(number: int, unit: str, language: str) -> str:
    """Write "3 working days"; `unit` is day, month or workday."""
    if unit == "day":
        return say_many(language, "{n} day", "{n} days", number)
    if unit == "month":
        return say_many(language, "{n} month", "{n} months", number)
    return say_many(language, "{n} working day", "{n} working days", number)


def listed(names: list[str], language: str) -> str:
    """Join words as the language does."""
    return say_in(language, "between words of a list", ", ").join(names)


def month_names(months: list[int], language: str) -> str:
    """Name months by their numbers, from 1."""
    return listed([translated(language, _MONTHS[month - 1]) for month in months], language)

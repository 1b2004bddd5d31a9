"""Random small standards: services of every kind of trigger, with offsets and windows at the edges of the allowed."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st

from policyserve.standard.model import Standard
from policyserve.standard.part import PaidMode

FESTIVALS = (
    "new-year", "spring-festival", "lantern", "womens-day", "labour-day", "mothers-day", "childrens-day", "fathers-day",
    "dragon-boat", "qixi", "mid-autumn", "teachers-day", "national-day", "double-ninth", "christmas",
)  # fmt: skip
GRADES = tuple(
    {"code": code, "name": code, "name_zh": code, "rules": rules}
    for code, rules in {
        "top": ({"marks": ("diamond",)}, {"premium": 60, "years": 2}),
        "old": ({"years": 3, "referrals": 1}, {"premium": 120}),
        "some": ({"vip": True}, {"referrals": 2}, {"premium": 10, "years": 1}),
    }.items()
)
LENGTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
OF_POLICY = (
    "after",
    "anniversary",
    "before-instalment",
    "after-unpaid",
    "after-suspension",
    "after-debit",
    "after-event",
)
OF_CUSTOMER = ("calendar", "birthday", "anniversary", "festival", "festival", "after-event")
POLICY_ENDINGS = ("receipt-signed", "ended", "not-in-force", "family-case", "done-recently")
CUSTOMER_ENDINGS = ("family-case", "done-recently")
ENDINGS = {
    "before-instalment": ("instalment-paid",),
    "after-unpaid": ("instalment-paid",),
    "after-debit": ("instalment-paid",),
    "after-suspension": ("reinstated", "suspension-confirmed"),
    "after-event": ("closed",),
}
CHANNELS = (("visit",), ("call", "sms"), ("visit", "sms"), ("sms",), ("letter", "sms"), ("office",), ("visit", "call"))
EVENTS = ("claim", "service_request", "sick", "agent_changed", "complaint", "dividend_declared", "reinstated")


MODES = get_args(PaidMode)
FIELDS: dict[str, dict[str, tuple[Any, ...]]] = {
    "after": {
        "anchor": ("issue", "effective", "receipt", "end"),
        "days": (0, 0, 3, -7, 30, -60),
        "months": (0, 0, 1, 4, 13, -1),
        "workdays": (0, 0, 1, 5),
    },
    "calendar": {
        "every": tuple(LENGTHS),
        "month": tuple(range(1, 13)),
        "day": (1, 5, 28, 29, 30, 31),
        "spread": (1, 1, 2, 28),
    },
    "birthday": {},
    "anniversary": {"months": (0, 0, 6, 11), "first": (1, 1, 2)},
    "before-instalment": {"days": (0, 1, 3, 7, 30, 90, 365), "modes": (MODES, MODES, MODES[:1], MODES[2:])},
    "after-unpaid": {"days": (0, 1, 30, 45, 55, 59, 60)},
    "after-suspension": {"days": (0, 7, 30, 90, -7, -90), "months": (0, 0, 1, 24)},
    "after-debit": {"days": (0, 1, 7, 15), "results": (("success", "failed"), ("failed",), ("success",))},
    "festival": {"name": FESTIVALS},
    "after-event": {
        "events": (EVENTS, EVENTS[:2], EVENTS[2:4], EVENTS[4:]),
        "days": (0, 0, 2, 7, 30),
        "workdays": (0, 1, 3),
    },
}
"""What the fields of each kind of trigger are drawn from."""


def subsets(values: tuple[str, ...], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    """Draw some of the values, each once."""
    return st.lists(st.sampled_from(values), min_size=least, max_size=3, unique=True).map(tuple)


def standards() -> st.SearchStrategy[Standard]:
    """Draw a standard of 1 to 5 services, with codes `s0` and so on."""
    return st.builds(
        _standard,
        st.lists(_services(), min_size=1, max_size=5),
        st.sampled_from((60, 60, 60, 30, 0, 61)),
        st.sampled_from((15, 0, 10, 20)),
        st.sampled_from(("feb28", "mar01")),
    )


def parts_of(standard: Standard) -> st.SearchStrategy[Standard]:
    """Draw a standard of 1 to 6 of the services of another one."""
    chosen = st.lists(st.sampled_from(range(len(standard.services))), min_size=1, max_size=6, unique=True)
    return chosen.map(
        lambda places: standard.model_copy(update={"services": tuple(standard.services[at] for at in sorted(places))})
    )


def _standard(services: list[dict[str, Any]], grace_days: int, freelook_days: int, feb29: str) -> Standard:
    return Standard.model_validate(
        {
            "name": "Random",
            "version": "1",
            "grace_days": grace_days,
            "freelook_days": freelook_days,
            "feb29": feb29,
            "grades": GRADES,
            "services": [{"code": f"s{place}", **service} for place, service in enumerate(services)],
        }
    )


@st.composite
def _services(draw: st.DrawFn) -> dict[str, Any]:
    subject = draw(st.sampled_from(("policy", "policy", "customer", "either")))
    kinds = {"policy": OF_POLICY, "customer": OF_CUSTOMER, "either": ("after-event",)}
    kind = draw(st.sampled_from(kinds[subject]))
    trigger = draw(_triggers(kind, subject))
    endings = POLICY_ENDINGS if subject == "policy" else CUSTOMER_ENDINGS
    return {
        "name": "Random",
        "name_zh": "随机",
        "level": "assessed",
        "stage": "meet",
        "subject": subject,
        "trigger": trigger,
        "window": draw(_windows(trigger)),
        "channels": draw(st.sampled_from(CHANNELS)),
        "by_office": draw(st.booleans()),
        "days_off": draw(st.sampled_from(("shift", "shift", "keep"))),
        "ends_when": draw(_endings(trigger, endings)),
        "audience": draw(st.just({}) | _audiences(subject)),
        "once_per": draw(_once_per(subject, kind)),
        "enabled": draw(st.sampled_from((True,) * 9 + (False,))),
    }


def _once_per(subject: str, kind: str) -> st.SearchStrategy[str]:
    """Draw how often: what follows once from a policy can be given once to a purchase, or a customer."""
    once = subject == "policy" and kind == "after"
    return st.sampled_from(("policy", "purchase", "customer") if once else ("policy",))


def _triggers(kind: str, subject: str) -> st.SearchStrategy[dict[str, Any]]:
    fields = {name: st.sampled_from(values) for name, values in FIELDS[kind].items()}
    if kind == "anniversary":
        fields["of"] = st.just("policy" if subject == "policy" else "relation")
        fields["dividend"] = st.booleans() if subject == "policy" else st.just(False)
    trigger = st.fixed_dictionaries({"kind": st.just(kind), **fields})
    return trigger.map(_with_month_in_period) if kind == "calendar" else trigger


def _with_month_in_period(trigger: dict[str, Any]) -> dict[str, Any]:
    return {**trigger, "month": (trigger["month"] - 1) % LENGTHS[trigger["every"]] + 1}


def _endings(trigger: dict[str, Any], endings: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """Draw endings that make sense: not those that every such touch has met."""
    never = {"after-suspension": "not-in-force"}.get(trigger["kind"])
    if trigger.get("anchor") == "receipt":
        never = "receipt-signed"
    own = ENDINGS.get(trigger["kind"], ())
    return subsets(tuple(dict.fromkeys(own + endings)), 0).map(
        lambda drawn: tuple(ending for ending in drawn if ending != never)
    )


@st.composite
def _windows(draw: st.DrawFn, trigger: dict[str, Any]) -> dict[str, Any]:
    latest: list[dict[str, Any]] = [{}, {"after": 1}, {"after": 3}, {"after": 30}, {"after_workdays": 3}]
    if trigger["kind"] == "after-suspension":
        latest += [{"after_months": 1}, {"after_months": 3}]
    if trigger["kind"] == "after" and trigger["anchor"] == "receipt":
        latest = [{"until": "freelook-end"}, {"after": 2}]
    return {"before": draw(st.sampled_from((0, 1, 2, 7, 30))), **draw(st.sampled_from(latest))}


def _audiences(subject: str) -> st.SearchStrategy[dict[str, Any]]:
    of_policies = (
        {"participating": True}, {"participating": True, "insured_under_age": 46}, {"term": "short"}, {"term": "long"},
        {"instalments": True},
    )  # fmt: skip
    return st.sampled_from(
        (
            *(of_policies if subject == "policy" else ()),
            {"gender": "female"},
            {"gender": "male", "min_age": 45},
            {"min_age": 60},
            {"min_age": 14},
            {"insured_under_age": 14},
            {"insured_under_age": 60},
            {"occupations": ["教师", "teacher"]},
            {"grades": ["top", "some"]},
            {"grades": ["old"], "min_age": 14},
        )
    )

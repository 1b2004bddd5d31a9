"""Columns of figures: their titles, kinds and words, each told once, whichever figure shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from policyserve.book.columns import EVENT_KINDS
from policyserve.locale import N_, N_in, translated
from policyserve.metrics.figure import Column, Kind, Words
from policyserve.standard.vocabulary import event_word, word


def words_of(words: Mapping[str, str]) -> Words:
    """Return what puts codes into words by a table of them; a code that is not in it stays as it is."""
    return lambda code, language: translated(language, words[code]) if code in words else code


def of_standard(code: str, language: str) -> str:
    """Put a code of the service standard into words, or several joined by `+`; a user's own text stays."""
    return "+".join(event_word(one, language) if one in EVENT_KINDS else word(one, language) for one in code.split("+"))


FEW_POLICIES = N_("{mark} fewer than {count} policies: chance alone moves the ratio")
"""The legend of a ratio of policies."""

STATUS = words_of({"final": N_("final"), "provisional": N_("provisional")})

STATE = words_of({
    "counted": N_("counted"),
    "pending": N_("not due yet"),
    "excluded": N_("left out"),
    "in_grace": N_("in grace"),
})  # fmt: skip

REASON = words_of({
    "group": N_("group policy"),
    "single": N_("single premium"),
    "short_term": N_("cover of a year or less"),
    "in_grace": N_("in grace"),
    "unpaid": N_("unpaid"),
    "not_known": N_("no premium on record"),
    "paid_late": N_("paid late"),
    "reinstated_later": N_("reinstated after the cutoff"),
    "suspended": N_("suspended"),
    "cover_over": N_("cover is over"),
    "paid_up": N_("paid up"),
})  # fmt: skip

KEEPS = words_of({
    "both": N_("premium and count"),
    "premium": N_("premium alone"),
    "count": N_("count alone"),
    "nothing": N_("nothing"),
})  # fmt: skip

STAGE = words_of({
    "named": N_in("stage of a referral", "named"),
    "contacted": N_in("stage of a referral", "contacted"),
    "consented": N_in("stage of a referral", "consented"),
    "met": N_in("stage of a referral", "met"),
    "issued": N_in("stage of a referral", "issued"),
})  # fmt: skip

COMPANY = words_of({"all": N_("whole company")})


def reason(code: str, language: str) -> str:
    """Say why a policy is left out, or missing in a numerator: by a rule, or by an event."""
    return event_word(code, language) if code in EVENT_KINDS else REASON(code, language)


def _mode(code: str, language: str) -> str:
    return translated(language, SINGLE) if code == "single" else of_standard(code, language)


SINGLE = N_in("mode of payment", "single")


def _columns(kind: Kind, **titles: str) -> dict[str, Column]:
    return {name: Column(name=name, title=title, kind=kind) for name, title in titles.items()}


COLUMNS: dict[str, Column] = {
    "company": Column(name="company", title=N_("Company"), kind="code", words=COMPANY),
    "branch": Column(name="branch", title=N_("Branch"), nameless=N_("(no branch)")),
    "team": Column(name="team", title=N_("Team"), nameless=N_("(no team)")),
    "agent_no": Column(name="agent_no", title=N_("Agent"), kind="agent", nameless=N_("(no agent)")),
    "serving_agent_no": Column(
        name="serving_agent_no", title=N_("Serving agent"), kind="agent", nameless=N_("(no agent)")
    ),
    "product": Column(name="product", title=N_("Product"), nameless=N_("(no product)")),
    "channel": Column(
        name="channel", title=N_("Channel"), kind="code", words=of_standard, nameless=N_("(no channel)")
    ),
    "mode": Column(name="mode", title=N_("Mode"), kind="code", words=_mode),
    "status": Column(name="status", title=N_("Status"), kind="code", words=STATUS),
    "state": Column(name="state", title=N_("State"), kind="code", words=STATE),
    "reason": Column(name="reason", title=N_("Why"), kind="code", words=reason),
    "kept": Column(name="kept", title=N_("Keeps"), kind="code", words=KEEPS),
    "stage": Column(name="stage", title=N_("Stage"), kind="code", words=STAGE),
    "phone_of_customer": Column(
        name="phone_of_customer", title=N_("Phone"), kind="phone", of=("customer_no",)
    ),
    "interval": Column(name="interval", title=N_("Interval"), kind="interval", of=("lower", "upper")),
    **_columns("month", cohort=N_("Cohort"), since=N_("Since")),
    **_columns("policy", policy_no=N_("Policy"), bought_no=N_("By policy")),
    **_columns("customer", customer_no=N_("Customer"), referrer_no=N_("Referrer")),
    **_columns(
        "agent", writing_agent_no=N_("Written by"), substitute_no=N_("Substitute"),
        stand_in_no=N_("Does the work today"),
    ),
    **_columns("key", year=N_("Year"), task_id=N_("Task"), instalment=N_("Instalment")),
    **_columns("text", currency=N_("Currency"), name=N_("Name"), phone=N_("Phone")),
    **_columns("code", rider=N_("Rider"), orphan=N_("Orphan"), unassigned=N_("Unassigned"), needed=N_("Needed")),
    **_columns(
        "day", due_on=N_in("day of a premium", "Due"), grace_end=N_("Grace until"), cutoff_on=N_("In time until"),
        pay_by=N_("Pay by"), paid_on=N_("Paid on"), referred_on=N_("Named on"), bought_on=N_("Bought on"),
        due=N_in("day of a task", "Due"), latest=N_("At the latest"), done_on=N_in("day", "Done"),
    ),
    **_columns(
        "money", numerator=N_("Kept premium"), denominator=N_("First-year premium"), amount=N_("Amount"),
        rider_amount=N_("Riders' part"),
        premium=N_("Premium"), premium_through=N_("Premium through"), premium_together=N_("Premium together"),
    ),
    **_columns(
        "count", numerator_count=N_in("count of policies", "Kept"),
        denominator_count=N_in("all that count", "Policies"), pending=N_("Not due yet"), excluded=N_("Left out"),
        referred=N_("Referred"), policies=N_in("count", "Policies"), due_count=N_in("number of premiums", "Due"),
        policies_through=N_("Policies through"), policies_together=N_("Policies together"),
        single_policy_customers=N_("Single-policy customers"), bought=N_("Bought again"), depth=N_in("depth", "Level"),
        named=N_("Named"), age=N_("Age"), days=N_("Days"), lost=N_("Lost"), at_risk=N_("Observed"),
        late=N_("Late"), missed=N_("Missed"), skipped=N_("Skipped"), not_reached=N_("Not reached"),
        open_policies=N_("Open policies"), customers=N_("Customers"),
    ),
    **_columns(
        "ratio", ratio=N_("Ratio"), ratio_count=N_("Ratio by count"), restated_ratio=N_("Restated"),
        restated_ratio_count=N_("Restated by count"), survival=N_("Still kept"),
    ),
}  # fmt: skip
"""By name; a figure that means something else by it gives the column another title or kind."""


def column(name: str, title: str = "", **changes: Any) -> Column:
    """Return a column, with what a figure changes about it; one that is not told above needs a title."""
    known = COLUMNS.get(name) or Column(name=name, title=title)
    return replace(known, title=title or known.title, **changes)


def columns(*names: str) -> tuple[Column, ...]:
    """Return columns that are told above."""
    return tuple(COLUMNS[name] for name in names)

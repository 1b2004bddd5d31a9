"""The codes that tables show, in the language of the screen."""

from __future__ import annotations

from policyserve.book import languages, weekdays
from policyserve.locale import N_all, N_in, say_in, translated
from policyserve.tasks.transitions import who_did

CODES = frozenset(N_all(
    "code",
    "open", "done", "skipped", "made", "merged", "dropped", "withheld", "approved", "queued", "submitting",
    "accepted", "delivered", "expired", "duty", "marketing", "missed", "cancelled", "planned", "not tracked", "final",
    "provisional", "counted", "pending", "excluded", "single", "male", "female", "rejected", "warning", "nobody",
    "end of cover", "in grace", "unpaid", "not known", "paid late", "reinstated later", "suspended", "group",
    "short term", "cover over", "paid up", "wecom", "dingtalk", "feishu", "sending", "sent", "waiting", "refused",
    "unknown", "running", "lost", "named", "contacted", "consented", "met", "issued", "own-policy", "taken-back",
    "given-back", "paid", "confirmed", "not-confirmed", "not-reached", "both", "premium", "count", "nothing", "all",
    "freelook_cancel", "surrender", "claim_termination", "waiver", "void", "transfer_out", "conversion",
    "reduced_paid_up", "premium_change", "rider_added", "suspension_confirmed", "reinstated", "terminated",
    "premium_loan", "maturity", "claim", "claim_closed", "sick", "service_request", "request_closed",
    "dividend_declared", "agent_changed", "mode_changed", "complaint", "assessed", "spot-checked", "encouraged", "meet",
    "know", "trust", "rely", "policy", "customer", "either", "visit", "call", "sms", "letter", "office-work", "service",
    "agent", "office", "receipt-signed", "ended", "not-in-force", "instalment-paid", "suspension-confirmed", "closed",
    "family-case", "done-recently", "issue", "effective", "receipt", "end", "suspension", "on-issue", "on-effective",
    "on-receipt", "on-end", "on-suspension", "annual", "semi-annual", "quarterly", "monthly", "success", "failed",
    "reinstatement", "participating", "everybody", "not-sent", "release", "generate", "send", "notices", "never run",
    "away", "coming", "over", "withdrawn", "relative", "colleague", "friend", "other",
))  # fmt: skip
"""The codes that are words: of tasks, messages, policies and standards, kinds of events."""

CODED = frozenset({
    "status", "state", "outcome", "message_class", "mode", "gender", "severity", "performer", "channels", "channel",
    "kind", "subject_kind", "product_kind", "from_status", "to_status", "ended_by", "level", "stage", "result", "kept",
    "company", "job", "relation",
})  # fmt: skip
"""Columns that hold such codes; what stands in others is the users' own text."""


def shown(column: str, value: object, language: str) -> object:
    """Put a code or a yes or no into the language of the screen; everything else stays as it is."""
    if isinstance(value, bool):
        return say_in(language, "answer", "yes" if value else "no")
    if column == "role":
        return say_in(language, "role", str(value))
    if column == "actor":
        return who_did(str(value)).told(language)
    if column in {"preferred_days", "quiet_days"} and isinstance(value, str):
        return weekdays.said(value, language)
    if column in {"language", "languages"} and isinstance(value, str):
        return languages.said(value, language)
    return coded(value, language) if column in CODED and isinstance(value, str) else value


def coded(code: str, language: str) -> str:
    """Return a code, or several joined by `+`, in the language of the screen; in English it is its own word."""
    return "+".join(_word(part, language) for part in code.split("+"))


def _word(code: str, language: str) -> str:
    for words in (N_in("code", code), N_in("code", code.replace("_", " "))):
        if words in CODES:
            return translated(language, words)
    return code

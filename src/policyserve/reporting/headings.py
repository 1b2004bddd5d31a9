"""The headings of a report's columns, and the words of its codes."""

from __future__ import annotations

from policyserve.locale import N_, N_in, translated

HEADINGS = {
    "cohort": N_("Cohort"),
    "year": N_("Year"),
    "branch": N_("Branch"),
    "team": N_("Team"),
    "agent": N_in("report, column agent", "Agent"),
    "of_level": N_in("report, column of_level", "Level"),
    "group": N_("Group"),
    "currency": N_("Currency"),
    "numerator": N_("Kept premium"),
    "denominator": N_("First-year premium"),
    "ratio": N_("By premium"),
    "numerator_count": N_in("report, column numerator_count", "Kept"),
    "denominator_count": N_in("report, column denominator_count", "Policies"),
    "ratio_count": N_("By count"),
    "restated_ratio": N_in("report, column restated_ratio", "Restated"),
    "status": N_("Status"),
    "marks": N_("Marks"),
    "pending": N_("Not due yet"),
    "excluded": N_("Left out"),
    "month": N_in("report, column month", "Month"),
    "policy_no": N_("Policy"),
    "customer": N_in("report, column customer", "Customer"),
    "customer_no": N_("Customer no."),
    "served_by": N_("Served by"),
    "state": N_("State"),
    "due_on": N_in("report, column due_on", "Due"),
    "pay_by": N_("Pay by"),
    "amount": N_("To pay"),
    "gain": N_("Gain"),
    "needed": N_("Needed"),
    "tasks": N_("Open tasks"),
    "target": N_in("report, column target", "Target"),
    "premium_missing": N_("Premium missing"),
    "fewest": N_("Fewest policies that close the gap"),
    "by": N_("The last by"),
    "at_best": N_("At best"),
    "needs": N_("What is missing"),
    "expected": N_("Expected premium"),
    "expected_ratio": N_in("report, column expected_ratio", "Expected"),
    "lower": N_in("report, column lower", "From"),
    "upper": N_in("report, column upper", "To"),
    "floor": N_("If nothing comes"),
    "ceiling": N_("If all comes"),
    "open_policies": N_in("report, column open_policies", "Open"),
    "policies": N_in("report, column policies", "Policies"),
    "at_month": N_("After month"),
    "at_risk": N_("Still observed"),
    "lost": N_in("report, column lost", "Lost"),
    "survival": N_in("report, column survival", "Kept"),
    "services": N_("First-year services"),
    "depth": N_in("report, column depth", "Level"),
    "referrer": N_("Referred by"),
    "premium": N_("Own premium"),
    "held": N_("Own policies"),
    "policies_through": N_("Policies through referrals"),
    "premium_through": N_("Premium through referrals"),
    "premium_together": N_in("report, column premium_together", "Together"),
    "level": N_in("report, column level", "Level"),
    "on_time": N_in("report, column on_time", "On time"),
    "late": N_("Late"),
    "missed": N_("Missed"),
    "open": N_in("report, column open", "Open"),
    "due": N_in("report, column due", "Due"),
    "service_rate": N_("Service rate"),
    "with_late": N_("With late ones"),
    "age": N_("Age"),
    "score": N_("Score"),
    "why": N_in("report, column why", "Why"),
    "rank": N_("Rank"),
    "kept": N_("13-month persistency"),
    "referred": N_("Referred"),
    "referred_target": N_in("report, column referred_target", "Target"),
    "single": N_("Single-policy customers"),
    "bought": N_in("report, column bought", "Bought again"),
    "add_on_rate": N_("Add-on rate"),
    "label": N_("Item"),
    "value": N_in("report, column value", "Value"),
}

CODES = {
    "strict": N_("strict: money counts to the last day of each policy's grace"),
    "final": N_in("code", "final"),
    "provisional": N_in("code", "provisional"),
    "in_grace": N_in("code", "in grace"),
    "pending": N_("not due yet"),
    "hazard": N_("a hazard model"),
    "kaplan-meier": N_("Kaplan-Meier"),
    "base-rate": N_("the plain base rate"),
    "all": N_("all services"),
    "some": N_("some services"),
    "none": N_("no service"),
}
"""Statuses, states, methods and groups of services, as a report says them."""


def heading(column: str, language: str) -> str:
    """Return the heading of a column."""
    return translated(language, HEADINGS[column])


def coded(code: str, language: str) -> str:
    """Return a code as a report says it."""
    return translated(language, CODES[code])

"""What customers, and the books of agents, are worth in commission, as figures."""

from __future__ import annotations

from datetime import date

from policyserve.book.columns import Book
from policyserve.locale import N_, N_in, Sentence
from policyserve.metrics.columns import column, columns
from policyserve.metrics.commission.rates import RateTable
from policyserve.metrics.commission.value import OF_AGENT, PARTS, agent_value, customer_value
from policyserve.metrics.figure import Column, Figure

MEANING = N_(
    "Commission by the rates '{rates}': first year and renewals of premiums paid by {as_of}; still to come if all is "
    "paid, not discounted. Through referrals: first year and renewals of everybody brought, down the tree."
)
TITLES = {
    "first_year": N_("First year"),
    "renewal": N_("Renewals"),
    "ahead": N_("Still to come"),
    "of_add_ons": N_("Of these add-ons"),
    "through_referrals": N_("Through referrals"),
    "of_referred": N_("Of referred"),
    "together": N_in("commission", "Together"),
}


def value_of_customers(
    book: Book, rates: RateTable, *, customer_no: str | None = None, top: int, as_of: date
) -> Figure:
    """Return what customers are worth, the most first; see `value.customer_value`."""
    return Figure(
        title=Sentence(N_("Value of customers in commission")),
        columns=(
            *columns("customer_no", "currency", "policies"), *(_money(name) for name in PARTS),
            column("people", N_("People brought"), kind="count"),
        ),
        rows=customer_value(book, rates, as_of=as_of, customer_no=customer_no, top=top),
        as_of=as_of,
        of_all={"rates": rates.name},
        definition=(Sentence(MEANING, rates=rates.name, as_of=as_of),),
    )  # fmt: skip


def value_of_agents(book: Book, rates: RateTable, *, top: int, as_of: date) -> Figure:
    """Return what the books of agents are worth, the most first; see `value.agent_value`."""
    return Figure(
        title=Sentence(N_("Value of the books of agents in commission")),
        columns=(
            *columns("agent_no", "team", "branch", "currency", "customers", "policies"),
            *(_money(name) for name in OF_AGENT),
        ),
        rows=agent_value(book, rates, as_of=as_of).head(top),
        as_of=as_of,
        of_all={"rates": rates.name},
        definition=(Sentence(MEANING, rates=rates.name, as_of=as_of),),
    )  # fmt: skip


def _money(name: str) -> Column:
    return column(name, TITLES[name], kind="money")

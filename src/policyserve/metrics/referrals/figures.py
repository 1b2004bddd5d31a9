"""People referred as figures: how many, by whose influence, how far they came, and who they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from policyserve.book.columns import Book
from policyserve.locale import N_, Counted, N_in, Sentence
from policyserve.metrics.add_ons.add_ons import calendar_year
from policyserve.metrics.columns import column, columns
from policyserve.metrics.figure import Amount, Column, Figure, Row
from policyserve.metrics.groupings import OF_AGENTS, fields_of
from policyserve.metrics.referrals.funnel import ALLOWED, KEPT_DAYS, LEADS, funnel, open_leads, people_behind
from policyserve.metrics.referrals.referrals import STAGES, referrals
from policyserve.metrics.referrals.tree import BROUGHT, TREE, brought, centres_of_influence, referral_tree

REFERRALS = N_("People referred")
REFERRALS_MEAN = N_(
    "People referred by existing customers in a calendar year, by the day of the referral; both lists merged, each "
    "person once, the first referrer wins. Counted for the agent who serves the referrer. Target: 3 a year per agent. "
    "Provisional until the year is over."
)
INFLUENCE_MEANS = N_(
    "Centres of influence: customers by the annualised first-year premium, riders included, of everybody whom they "
    "referred, whom those referred, and so on (through). Together: with their own policies. What was cancelled in the "
    "free-look, or void, does not count."
)
TREE_MEANS = N_(
    "Level 0 is the customer, level 1 whom the customer referred, and so on; nobody stands there twice. Premium is "
    "first-year premium, annualised, riders included. What was cancelled in the free-look, or void, does not count."
)
FUNNEL_MEANS = N_(
    "Referrals as a funnel: people named in the period, and how many of them came as far as contacted, consented, met,"
    " issued; who is at a stage has passed those before, and each share is of the stage before. Issued by the list, or"
    " by a policy since the referral. A stage is known from the day of the list that brought it."
)
LEADS_MEAN = N_(
    "People referred who hold no policy yet, those named longest ago first; names and phones are masked. To be "
    "deleted: nobody has spoken to them for more than 30 days, and they are no customers."
)
TOGETHER = N_(
    "Together {policies_together} policies and {premium_together} of premium, {premium_through} of it through "
    "referrals."
)
PREMIUMS = ("premium", "premium_through", "premium_together")
STAGE_TITLES = (N_("Named"), N_("Contacted"), N_("Consented"), N_("Met"), N_in("stage", "Issued"))
REFERRED_NO = column("referred_no", N_("Referred customer"), kind="customer")


def referrals_figure(book: Book, year: int, *, by: Sequence[str] = ("agent",), as_of: date) -> Figure:
    """Return the people referred in a year (see `referrals.referrals`), and behind it the list `people`."""
    fields = fields_of(by, OF_AGENTS)
    return Figure(
        title=Sentence(REFERRALS),
        days=calendar_year(year),
        columns=(
            *columns(*fields, "year"), column("referred"),
            column("target", N_("Target"), kind="count"), *columns("status"),
        ),
        rows=referrals(book, year, by=by, as_of=as_of),
        as_of=as_of,
        definition=(Sentence(REFERRALS_MEAN),),
        lists={"people": lambda: _people(book, year, by, as_of)},
    )  # fmt: skip


def _people(book: Book, year: int, by: Sequence[str], as_of: date) -> Figure:
    groups = [name for name in fields_of(by, OF_AGENTS) if name != "agent_no"]
    return Figure(
        title=Sentence(REFERRALS),
        days=calendar_year(year),
        columns=(*columns(*groups, "referred_on", "referrer_no", "agent_no"), REFERRED_NO, *columns("name", "phone")),
        rows=people_behind(book, year, by=by, as_of=as_of),
        as_of=as_of,
        definition=(Sentence(REFERRALS_MEAN),),
    )


def influence_figure(book: Book, *, top: int, as_of: date) -> Figure:
    """Return the centres of influence; see `tree.centres_of_influence`."""
    return Figure(
        title=Sentence(N_("Centres of influence")),
        columns=columns("customer_no", "phone_of_customer", "currency", *BROUGHT),
        rows=centres_of_influence(book.as_of(as_of), top),
        as_of=as_of,
        definition=(Sentence(INFLUENCE_MEANS),),
    )


def tree_figure(book: Book, customer_no: str, *, as_of: date) -> Figure:
    """Return the referral tree of a customer, summed up below it; raises NotFoundError."""
    tree = referral_tree(book.as_of(as_of), customer_no)
    return Figure(
        title=Sentence(N_("Referral tree")),
        columns=columns(*TREE),
        rows=tree,
        as_of=as_of,
        lines=tuple(_together(row) for row in brought(tree).to_dicts()),
        definition=(Sentence(TREE_MEANS),),
    )


def _together(row: Row) -> Sentence:
    """Sum up a tree in words, in its currency."""
    amounts = {name: Amount(row[name], row["currency"]) for name in PREMIUMS}
    return Sentence(TOGETHER, policies_together=row["policies_together"], **amounts)


def funnel_figure(book: Book, *, by: Sequence[str] = ("year",), as_of: date) -> Figure:
    """Return how far the people referred came (see `funnel.funnel`), and behind it the list `leads`."""
    fields = fields_of(by, ALLOWED)
    first, *later = (column(name, title, kind="count") for name, title in zip(STAGES, STAGE_TITLES, strict=True))
    steps = tuple(column(one.name, one.title, kind="step", of=(one.name, f"{one.name}_rate")) for one in later)
    return Figure(
        title=Sentence(N_("Referrals, from named to issued")),
        columns=(*columns(*fields), first, *steps, column("conversion", N_("Issued of named"), kind="ratio")),
        rows=funnel(book, by=by, as_of=as_of),
        as_of=as_of,
        definition=(Sentence(FUNNEL_MEANS),),
        lists={"leads": lambda: leads_figure(book, as_of=as_of)},
    )


def leads_figure(book: Book, *, as_of: date) -> Figure:
    """List the people referred who hold no policy yet; see `funnel.open_leads`."""
    found = open_leads(book, as_of=as_of)
    old = int(found["delete"].sum())
    return Figure(
        title=Sentence(N_("People referred who hold no policy yet")),
        columns=tuple(_LEADS.get(name) or column(name) for name in LEADS),
        rows=found,
        as_of=as_of,
        definition=(Sentence(LEADS_MEAN), *([_delete(old)] if old else [])),
    )


_LEADS = {
    "referred_no": column("referred_no", N_("Customer"), kind="customer"),
    "delete": Column(name="delete", title=N_("To be deleted"), kind="code"),
}


def _delete(count: int) -> Counted:
    return Counted(
        "{n} lead has not been contacted for more than {days} days: delete the name and phone.",
        "{n} leads have not been contacted for more than {days} days: delete their names and phones.",
        count, days=KEPT_DAYS,
    )  # fmt: skip

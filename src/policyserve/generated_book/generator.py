"""Generate a book: the six lists that a core system hands over, of any size, the same for the same seed."""

from __future__ import annotations

from datetime import date

import polars as pl

from policyserve.generated_book.bad_rows import with_faults
from policyserve.generated_book.draws import Draws
from policyserve.generated_book.events import events
from policyserve.generated_book.fates import with_fates
from policyserve.generated_book.instalments import debits, lapses, payments, premium_list, schedule, with_riders
from policyserve.generated_book.people import customer_list, people
from policyserve.generated_book.policies import issued, policy_list
from policyserve.generated_book.referrals import referral_list
from policyserve.generated_book.staff import agent_list, staff


def generate(*, customers: int, as_of: date, seed: int = 7, faults: int = 0) -> dict[str, pl.DataFrame]:
    """Return the lists by kind, in the order in which they are imported, as they stand at the end of `as_of`.

    Columns are the English headers of the lists; dates are Date, amounts whole yuan (Int64). There are about 1.67
    policies a customer (at least 1 customer), and 3.5 rows of premiums a policy. With `faults`, as many faulty rows are
    added, and `customers` and `policies` become text.
    """
    draws = Draws(seed=seed)
    agents = staff(draws, customers, as_of)
    members = people(draws, agents, customers, as_of)
    policies = with_fates(draws, issued(draws, members, agents, as_of), as_of)
    instalments = schedule(draws, policies, as_of)
    lapsed = lapses(draws, instalments, as_of)
    paid = payments(draws, instalments, lapsed, as_of)
    lists = {
        "agents": agent_list(agents),
        "customers": customer_list(members, agents["agent_no"]),
        "policies": policy_list(policies, agents["agent_no"]),
        "premiums": premium_list(with_riders(debits(draws, paid, as_of), policies)),
        "events": events(draws, policies=policies, lapsed=lapsed, members=members, agents=agents, as_of=as_of),
        "referrals": referral_list(draws, members, agents, as_of),
    }
    return with_faults(lists, faults) if faults else lists

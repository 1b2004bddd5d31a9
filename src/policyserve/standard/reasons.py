"""Reasons: why work or a message is not called for, is cancelled, dropped or withheld; by code, with arguments.

A reason is stored as its code and its arguments (JSON), never as a sentence; `sentence` words it for its reader.
What a person or a vendor wrote stands beside it and stays as it is.
"""

from __future__ import annotations

from typing import Final

from policyserve.locale import N_, Sentence, columns

FACTS: Final = {
    # an end of the policy, by the event that ended it
    "freelook_cancel": N_("the policy was cancelled in the free-look on {on}"),
    "surrender": N_("the policy was surrendered on {on}"),
    "claim_termination": N_("a claim ended the policy on {on}"),
    "void": N_("the policy was declared void on {on}"),
    "transfer_out": N_("the policy was transferred out on {on}"),
    "conversion": N_("the policy was converted on {on}"),
    "terminated": N_("the policy was terminated on {on}"),
    "maturity": N_("the policy matured on {on}"),
    "end of cover": N_("the cover ended on {on}"),
    # another fact of the policy or the customer
    "waiver": N_("the premiums were waived on {on}"),
    "reduced_paid_up": N_("the policy was made reduced paid-up on {on}"),
    "suspended": N_("the cover was suspended on {on}"),
    "receipt-signed": N_("the receipt was signed on {on}"),
    "instalment-paid": N_("instalment {instalment} was paid on {on}"),
    "reinstated": N_("the policy was reinstated on {on}"),
    "suspension_confirmed": N_("the confirmation of suspension was signed on {on}"),
    "died": N_("the customer died on {on}"),
    "last-policy-ended": N_("the customer's last policy ended on {on}"),
    "birthday-unknown": N_("the birthday is no longer known"),
    "closed": N_("the case was closed on {on}"),
    "retracted": N_("the event was retracted"),
    "agent-changed-again": N_("the customer's agent changed again on {on}, before anybody was told"),
    "done-recently": N_("it was done already on {on}"),
    # the standard
    "no-service": N_("the standard no longer has this service"),
    "switched-off": N_("the standard has switched this service off"),
    "other-way": N_("the standard asks for it in another way now"),
    "gone": N_("the facts no longer call for it"),
    # time
    "passed": N_("the latest day, {latest}, has passed"),
    "late": N_("now due {due}, and the latest day, {latest}, has passed"),
    # work that comes back, or comes from a message
    "recounted": N_("counted from {anchor} instead of {before}, due {due}"),
    "called-again": N_("called for again, due {due}"),
    "phone-missing": N_("a message could not go out: no phone"),
    "phone-known": N_("the phone is known now"),
}
"""Why work is there, changed or gone, by code; with places for the arguments."""

OF_MESSAGES: Final = {
    # messages that are withheld, dropped, cancelled, or of which nobody knows what became
    "no-phone": N_("the customer has no mobile phone; the agent has a task to ask for it"),
    "no-consent": N_("the customer has not consented to marketing"),
    "not-for-them": N_("the service is not for this customer; `standard show` says for whom it is"),
    "not-given": N_("the company does not give this service"),
    "opted-out": N_("the customer has refused marketing by SMS"),
    "deceased": N_("the customer has died; the family is told in person"),
    "child": N_("no marketing to a person below 14"),
    "superseded": N_("the next reminder of the same takes its place"),
    "cap-day": N_("another marketing message of the day bears more on the targets"),
    "cap-phone": N_("somebody else with the same phone gets the marketing message"),
    "cap-week": N_("the customer has had the week's marketing messages"),
    "cap-all": N_("the customer has had the day's messages"),
    "merged": N_("its text went into another message of the day"),
    "expired": N_("its last day passed before it went out"),
    "by-hand": N_("somebody decided against it"),
    "in-doubt": N_("it may have left; nobody knows yet"),
    "no-answer": N_("it may have left; nobody knows yet (the gateway gave no answer)"),
    "sender-died": N_("it may have left; nobody knows yet (its sender died)"),
    "no-receipt": N_("no receipt came in time"),
    "tried": N_("every try failed"),
}
"""Why a message is not made or did not go out, where no fact took it back."""

REASONS: Final = FACTS | OF_MESSAGES
"""All of them."""


arguments = columns.values
"""Write columns as the arguments of a reason, by the names that its sentence gives them."""


def sentence(code: str, arguments: str | None) -> Sentence:
    """Word a stored reason; `arguments` is JSON, an object. Raises KeyError for a code that is none."""
    return columns.sentence(REASONS[code], arguments)

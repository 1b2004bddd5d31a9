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
    "complained": N_("a complaint of the household of {on} is open"),
    # the standard
    "no-service": N_("the standard no longer has this service"),
    "not-yet": N_("the standard has not had this service"),
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
    "no-content": N_("nobody has entered what the company tells its customers in this period"),
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

OF_TOUCHES: Final = {
    # what the planner's steps leave out; see `plan.steps`
    "not-issued": N_("it would have come before the policy was issued, on {on}"),
    "not-covered": N_("the policy was not in force on {on}"),
    "nobody-covered": N_("no policy of the customer was in force on {on}"),
    "paid-at-issue": N_("the first instalment was paid when the policy was issued"),
    "earlier-unpaid": N_("an earlier instalment is unpaid, and its own reminders come first"),
    "no-longer-due": N_("no instalment falls due any more from {on} on"),
    "other-mode": N_("the service is for policies that are paid in another mode"),
    "other-result": N_("the service follows a debit with another result"),
    "given-once": N_("it is given once, and another policy of the customer has it"),
    "agent-came-back": N_("the customer's agent is the same as before"),
    "other-festival": N_("another festival of the same day is greeted"),
    "other-gender": N_("the service is for customers of the other gender, and the gender must be known"),
    "too-young": N_("the customer is too young for it, or the birthday is not known"),
    "other-occupation": N_("the service is for customers of other occupations"),
    "other-grade": N_("the service is for customers of other grades"),
    "not-participating": N_("the service is for participating policies, and this is none"),
    "none-participating": N_("the service is for customers with a participating policy in force"),
    "other-term": N_("the service is for policies of another term"),
    "single-premium": N_("the service is for policies of several instalments, and this one has no second"),
    "insured-too-old": N_("the insured is too old for it, or not known"),
    "nobody-young-insured": N_("the customer has no policy in force for somebody as young as the service asks"),
    "given-recently": N_("the same was given on another occasion less than 180 days before"),
    "family-case": N_("a death, a claim or a lapse is open in the family"),
    "erased": N_("the customer's data were erased"),
    "restricted": N_("the customer's data serve no marketing"),
    # what is planned, and yet no open task on the day
    "no-fact": N_("no fact calls for it within {days} days of {day}"),
    "only-by-hand": N_("it is never planned; somebody adds it by hand"),
    "of-customers": N_("it is given to the customer and not to a policy"),
    "of-policies": N_("it is given to policies and not to the customer"),
    "rider": N_("a rider has no services of its own; its main policy has them"),
    "other-day": N_("it falls due on {due}, and is on time from {earliest} to {latest}"),
    "other-agent": N_("agent {agent} serves it"),
    "task-open": N_("it is there: task {task} is open, due {due}"),
    "task-done": N_("it was done: task {task}"),
    "message-only": N_("it is a message and no task; its day is {due}"),
    "message-made": N_("it is a message and no task; the message was made for {due}"),
    "not-tracked": N_("it fell due on {due}, before anybody kept track"),
    "not-released": N_("it falls due on {due}, and tasks have been released up to {last}"),
    "next-release": N_("it falls due on {due}; the next release makes the task"),
}
"""Why a touch is not there, where no fact above says it."""

REASONS: Final = FACTS | OF_MESSAGES | OF_TOUCHES
"""All of them."""


arguments = columns.values
"""Write columns as the arguments of a reason, by the names that its sentence gives them."""


def sentence(code: str, arguments: str | None) -> Sentence:
    """Word a stored reason; `arguments` is JSON, an object. Raises KeyError for a code that is none."""
    return columns.sentence(REASONS[code], arguments)

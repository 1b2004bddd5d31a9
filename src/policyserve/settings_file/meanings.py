"""The meanings of settings, for whoever reads them: a sentence for each variable and each field of the file."""

from __future__ import annotations

from typing import Final

from policyserve.locale import N_

VARIABLES: Final = {
    "POLICYSERVE_DATABASE_URL": N_("Where the book and the tasks are."),
    "POLICYSERVE_TIME_ZONE": N_("The business time zone: which day is today."),
    "POLICYSERVE_LANG": N_("The language of screens where nobody has chosen another one."),
    "POLICYSERVE_CALENDAR": N_("The calendar of festivals and days off, or the path of a file of one's own."),
    "POLICYSERVE_SETTINGS": N_("The settings file."),
    "POLICYSERVE_SECRET_KEY": N_("The keys with which secrets are encrypted in the database."),
    "POLICYSERVE_METRICS_TOKEN": N_("With what Prometheus reads the numbers from another machine."),
}
"""Of the environment."""

FIELDS: Final = {
    "visits.level": N_("Whether the release joins visits and lays them on even days; needs the extra 'level'."),
    "visits.capacity": N_("Visits that an agent makes a day, where the list of agents does not say so."),
    "visits.together": N_("Whose services make one visit: those of a household, or of a customer."),
    "messages.language": N_("The language of texts to customers."),
    "messages.signature": N_("What texts to customers are signed with."),
    "messages.hotline": N_("The phone number that texts to customers name."),
    "messages.route": N_("Whose rules of signature and length hold for texts."),
    "messages.opt_out": N_("What a marketing text ends with; empty: the wording of its language."),
    "messages.opt_out_words": N_("Replies that refuse further marketing."),
    "messages.approval": N_("Classes of messages that a manager approves before they go out."),
    "messages.merge": N_("Whether several texts of one customer on one day go as one."),
    "messages.templates": N_("The folder of one's own templates of texts."),
    "messages.price_per_segment": N_("What a segment of a text costs, for previews."),
    "messages.currency": N_("The currency of that price."),
    "messages.data_task": N_("The service of the task that an agent gets where a customer has no phone."),
    "messages.gateway": N_("Which gateway sends."),
    "messages.hours.marketing": N_("When marketing may reach a customer."),
    "messages.hours.service": N_("When service texts may reach a customer."),
    "messages.hours.duty": N_("When duties may reach a customer."),
    "messages.caps.marketing_per_day": N_("Marketing texts that one customer gets a day at most."),
    "messages.caps.marketing_per_week": N_("Marketing texts that one customer gets within seven days at most."),
    "messages.caps.all_per_day": N_("Texts that one customer gets a day at most; duties are never stopped."),
    "messages.sending.batch": N_("Messages that one sender claims at once."),
    "messages.sending.lease_minutes": N_("Minutes after which a claim without an answer is in doubt."),
    "messages.sending.attempts": N_("Tries for failures that may pass."),
    "messages.sending.first_wait_seconds": N_("Seconds before the second try; they double with each further one."),
    "messages.sending.receipt_hours": N_("Hours without a receipt after which what became of a message stays unknown."),
    "notices.at": N_("When the agents' morning notices go out."),
    "notices.most": N_("Customers named in one notice; the rest is counted."),
    "notices.public_url": N_("The address of the pages that a notice ends with."),
    "jobs.release_at": N_("When tasks are released."),
    "jobs.generate_at": N_("When messages are made."),
    "jobs.send_every_minutes": N_("Minutes between two rounds of sending."),
    "jobs.notices_every_minutes": N_("Minutes between two rounds of notices."),
    "jobs.days": N_("How many days ahead the nightly release reaches."),
    "jobs.first_pause_minutes": N_(
        "Minutes before a job that failed is tried again; they double with each further try."
    ),
    "jobs.longest_pause_minutes": N_("The longest of these pauses, in minutes."),
    "jobs.overdue_minutes": N_("Minutes after which a job without success is called overdue."),
    "jobs.doubt_days": N_("Days from the last run after which the clock is doubted until somebody confirms the day."),
    "lists.memory_mb": N_("Megabytes that reading a list takes at most."),
    "lists.agents": N_("What the columns of one's own lists of agents are called."),
    "lists.customers": N_("What the columns of one's own lists of customers are called."),
    "lists.policies": N_("What the columns of one's own lists of policies are called."),
    "lists.premiums": N_("What the columns of one's own lists of premiums are called."),
    "lists.events": N_("What the columns of one's own lists of events are called."),
    "lists.referrals": N_("What the columns of one's own lists of referrals are called."),
    "sign_in.second_factor": N_("Whether administrators must bring a second factor."),
    "sign_in.oidc": N_("The provider of OpenID Connect that users sign in with."),
    "sign_in.wecom": N_("The application in WeCom that users sign in with."),
}
"""Of the settings file."""

GATEWAY: Final = N_("A gateway: its kind; what else it asks for is not shown.")
"""Of each section `[gateways.NAME]`."""

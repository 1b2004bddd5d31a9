"""Every call of the API, and for whom; docs/access.md has a line for each."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from policyserve.web.api import (
    absences,
    agenda,
    complaints,
    customers,
    events,
    figures,
    handovers,
    imports,
    jobs,
    letters,
    messages,
    missing_services,
    obligations,
    phone_calls,
    policies,
    priorities,
    tasks,
    visits,
)
from policyserve.web.api.call import Call
from policyserve.web.errors import ACCEPTED, MADE

AGENT, MANAGER, CLERK, ADMINISTRATOR = (("agent",), ("manager",), ("clerk",), ("administrator",))

OF_BOOK = (*AGENT, *MANAGER, *CLERK)
"""Who sees customers."""

DEEDS: dict[str, Callable[..., BaseModel]] = {
    "done": tasks.post_done, "put-off": tasks.post_put_off, "skip": tasks.post_skip, "reopen": tasks.post_reopen,
}  # fmt: skip

HANDOVER_LISTS: dict[str, Callable[..., BaseModel]] = {
    "desks": handovers.get_handover_desks, "lines": handovers.get_handover_lines,
    "export": handovers.get_handover_export,
}  # fmt: skip

HANDOVER_DEEDS: dict[str, Callable[..., BaseModel]] = {
    "choice": handovers.post_handover_choice, "apply": handovers.post_handover_apply,
    "undo": handovers.post_handover_undo,
}  # fmt: skip

VISIT_DEEDS: dict[str, Callable[..., BaseModel]] = {
    "pin": visits.post_pin, "unpin": visits.post_unpin, "bring-forward": visits.post_bring_forward,
}  # fmt: skip

CALLS: tuple[Call, ...] = (
    Call(path="/agenda", method="GET", work=agenda.get_agenda, roles=OF_BOOK),
    Call(path="/absences", method="GET", work=absences.get_absences, roles=OF_BOOK),
    Call(path="/absences", method="POST", work=absences.post_absence, roles=MANAGER, status=MADE),
    Call(path="/absences/{absence_id}/withdraw", method="POST", work=absences.post_withdraw, roles=MANAGER),
    Call(path="/tasks", method="GET", work=tasks.get_tasks, roles=OF_BOOK),
    Call(path="/tasks/{task_id}", method="GET", work=tasks.get_task, roles=OF_BOOK),
    Call(path="/customers", method="GET", work=customers.get_customers, roles=OF_BOOK),
    Call(path="/customers/{customer_no}", method="GET", work=customers.get_customer, roles=OF_BOOK),
    Call(path="/customers/{customer_no}/visits", method="GET", work=visits.get_visits, roles=OF_BOOK),
    *(
        Call(path=f"/customers/{{customer_no}}/visits/{deed}", method="POST", work=work, roles=AGENT)
        for deed, work in VISIT_DEEDS.items()
    ),
    Call(path="/policies/{policy_no}", method="GET", work=policies.get_policy, roles=OF_BOOK),
    Call(
        path="/policies/{policy_no}/obligations", method="GET", work=obligations.get_policy_obligations, roles=OF_BOOK
    ),
    Call(
        path="/customers/{customer_no}/obligations",
        method="GET",
        work=obligations.get_customer_obligations,
        roles=OF_BOOK,
    ),
    Call(path="/policies/{policy_no}/missing", method="GET", work=missing_services.get_policy_missing, roles=OF_BOOK),
    Call(
        path="/customers/{customer_no}/missing", method="GET", work=missing_services.get_customer_missing, roles=OF_BOOK
    ),
    Call(path="/events", method="GET", work=events.get_events, roles=OF_BOOK),
    Call(path="/events", method="POST", work=events.post_event, roles=(*AGENT, *CLERK), status=MADE),
    Call(path="/events/{event}/retract", method="POST", work=events.post_retract, roles=CLERK),
    Call(path="/calls", method="GET", work=phone_calls.get_calls, roles=OF_BOOK),
    Call(path="/calls/{task_id}", method="GET", work=phone_calls.get_call, roles=OF_BOOK),
    Call(path="/tasks/{task_id}/calls", method="POST", work=phone_calls.post_call, roles=OF_BOOK, status=MADE),
    Call(path="/complaints", method="GET", work=complaints.get_complaints, roles=OF_BOOK),
    Call(path="/complaints", method="POST", work=complaints.post_complaint, roles=OF_BOOK, status=MADE),
    Call(path="/complaints/{complaint_id}", method="GET", work=complaints.get_complaint, roles=OF_BOOK),
    Call(path="/complaints/{complaint_id}/steps", method="POST", work=complaints.post_step, roles=(*MANAGER, *CLERK)),
    Call(path="/letters", method="GET", work=letters.get_letters, roles=OF_BOOK),
    Call(path="/handovers", method="GET", work=handovers.get_handovers, roles=(*MANAGER, *CLERK)),
    Call(path="/handovers", method="POST", work=handovers.post_handover, roles=MANAGER, status=MADE),
    Call(path="/handovers/{handover_id}", method="GET", work=handovers.get_handover, roles=(*MANAGER, *CLERK)),
    *(
        Call(path=f"/handovers/{{handover_id}}/{name}", method="GET", work=work, roles=(*MANAGER, *CLERK))
        for name, work in HANDOVER_LISTS.items()
    ),
    *(
        Call(path=f"/handovers/{{handover_id}}/{name}", method="POST", work=work, roles=MANAGER)
        for name, work in HANDOVER_DEEDS.items()
    ),
    Call(path="/messages", method="GET", work=messages.get_messages, roles=OF_BOOK),
    Call(path="/figures/{name}", method="GET", work=figures.get_figure, roles=OF_BOOK),
    Call(path="/figures/{name}/list", method="GET", work=figures.get_figure_list, roles=OF_BOOK),
    Call(path="/appraisals/{month}", method="GET", work=figures.get_appraisal, roles=OF_BOOK),
    Call(path="/priorities/{manager_no}", method="GET", work=priorities.get_priority, roles=MANAGER),
    Call(path="/priorities/{manager_no}", method="POST", work=priorities.post_priority, roles=MANAGER),
    Call(path="/priorities/{manager_no}/preview", method="GET", work=priorities.get_priority_preview, roles=MANAGER),
    Call(
        path="/priorities/{manager_no}/take-back", method="POST", work=priorities.post_priority_take_back, roles=MANAGER
    ),
    Call(path="/imports", method="GET", work=imports.get_imports, roles=CLERK),
    Call(path="/imports", method="POST", work=imports.post_import, roles=CLERK, status=ACCEPTED, upload=True),
    Call(path="/imports/{import_id}", method="GET", work=imports.get_import, roles=CLERK),
    Call(path="/imports/{import_id}/apply", method="POST", work=imports.post_apply, roles=CLERK, status=ACCEPTED),
    Call(path="/imports/{import_id}/mend", method="POST", work=imports.post_mend, roles=CLERK, status=ACCEPTED),
    Call(path="/imports/{import_id}/again", method="POST", work=imports.post_again, roles=CLERK, status=ACCEPTED),
    Call(path="/imports/{import_id}/drop", method="POST", work=imports.post_drop, roles=CLERK, status=ACCEPTED),
    Call(path="/imports/{import_id}/rejects", method="GET", work=imports.get_rejects, roles=CLERK),
    Call(path="/jobs", method="GET", work=jobs.get_jobs, roles=(*CLERK, *ADMINISTRATOR)),
    *(
        Call(path=f"/tasks/{{task_id}}/{name}", method="POST", work=work, roles=(*AGENT, *CLERK), versioned=True)
        for name, work in DEEDS.items()
    ),
)

"""Every call of the API, and for whom; docs/access.md has a line for each."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from policyserve.web.api import agenda, tasks
from policyserve.web.api.call import Call

AGENT, MANAGER, CLERK, ADMINISTRATOR = (("agent",), ("manager",), ("clerk",), ("administrator",))

DEEDS: dict[str, Callable[..., BaseModel]] = {
    "done": tasks.post_done, "put-off": tasks.post_put_off, "skip": tasks.post_skip, "reopen": tasks.post_reopen,
}  # fmt: skip

CALLS: tuple[Call, ...] = (
    Call(path="/agenda", method="GET", work=agenda.get_agenda, roles=(*AGENT, *MANAGER, *CLERK)),
    *(
        Call(path=f"/tasks/{{task_id}}/{name}", method="POST", work=work, roles=(*AGENT, *CLERK), versioned=True)
        for name, work in DEEDS.items()
    ),
)

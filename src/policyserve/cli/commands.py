"""Every command with the module that holds it, in the order in which a newcomer meets them.

A module is read when its command is asked for: what an agent pulls on a morning does not wait for the demo's.
"""

from __future__ import annotations

from importlib import import_module

import rich_click as click

MODULES = {
    "demo": "demo.command",
    "import": "import_list",
    **dict.fromkeys(("db", "event", "plan", "release"), "book"),
    "capacity": "capacity",
    "visit": "visits",
    "standard": "standard",
    "rehearse": "rehearse",
    **dict.fromkeys(("agenda", "task"), "tasks"),
    "absence": "absences",
    "call": "calls",
    "complaint": "complaints",
    "sms": "sms",
    "letters": "letters",
    **dict.fromkeys(("policy", "customer", "explain"), "cards"),
    "personal-data": "personal_data",
    "metrics": "metrics.persistency",
    "obligations": "obligations",
    "notice": "notices",
    "user": "users",
    "token": "tokens",
    "serve": "serve",
    **dict.fromkeys(("run", "jobs", "health"), "jobs"),
    "spot-check": "spot_checks",
    "points": "points",
    "priority": "priorities",
    "handover": "handovers",
    "report": "report",
}


def command_named(name: str) -> click.Command:
    """Return a command of MODULES."""
    module = import_module(f"policyserve.cli.{MODULES[name]}")
    found: click.Command = next(command for command in module.COMMANDS if command.name == name)
    return found


def all_commands() -> list[click.Command]:
    """Return every command."""
    return [command_named(name) for name in MODULES]

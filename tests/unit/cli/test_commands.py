"""Every command is found by its name, and only the module of the one that is called is read."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

from policyserve.cli.commands import MODULES, all_commands


def test_every_command_of_a_module_is_listed() -> None:
    held = [
        command.name for place in dict.fromkeys(MODULES.values())
        for command in import_module(f"policyserve.cli.{place}").COMMANDS
    ]  # fmt: skip
    assert held == list(MODULES) == [command.name for command in all_commands()]


def test_an_agenda_does_not_wait_for_other_commands() -> None:
    call = "import sys; from policyserve.cli.commands import command_named; command_named('agenda'); "
    found = subprocess.run(
        [sys.executable, "-c", f"{call} print(*(name for name in sys.modules if name.startswith('policyserve.cli.')))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    read = found.stdout.split()
    assert "policyserve.cli.tasks" in read
    assert not {"policyserve.cli.sms", "policyserve.cli.demo.command", "policyserve.cli.serve"} & set(read)

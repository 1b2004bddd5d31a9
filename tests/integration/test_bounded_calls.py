"""A call within a bound of memory leaves no process behind, however its caller ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CALL = "import time; from policyserve.memory import bounded; bounded(500, time.sleep, 300)"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit of time ends it")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_the_process_of_a_call_ends_with_its_caller(end: signal.Signals) -> None:
    caller = subprocess.Popen([sys.executable, "-c", CALL])
    child = waited_for(caller.pid)
    os.kill(caller.pid, end)
    caller.wait(10)
    for _ in range(200):
        if not Path(f"/proc/{child}").exists() or "State:\tZ" in Path(f"/proc/{child}/status").read_text("ascii"):
            return
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    pytest.fail("the process is still there")


def waited_for(caller: int) -> int:
    """Wait until the caller's process has set its limits, which it does just before the call, and return it."""
    children = Path(f"/proc/{caller}/task/{caller}/children")
    for _ in range(600):
        for child in children.read_text("ascii").split():
            if "Max address space     unlimited" not in Path(f"/proc/{child}/limits").read_text("ascii"):
                return int(child)
        time.sleep(0.05)
    raise AssertionError

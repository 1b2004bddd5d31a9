"""A bound of memory: a call in a process of its own, which the system refuses more."""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from policyserve.errors import PolicyserveError
from policyserve.locale import Sentence

MEGABYTE: Final = 1 << 20

SECONDS: Final = 900
"""The longest that a call may take."""

_SET_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""

_SERVE = "from policyserve.memory import serve; serve()"

Given = ParamSpec("Given")
Result = TypeVar("Result")


class BoundError(Exception):
    """The call needed more memory or time than it has, or brought its process down."""


def bounded(megabytes: int, function: Callable[Given, Result], *arguments: Given.args, **named: Given.kwargs) -> Result:
    """Call a function of a module in a process that gets so much memory; everything passes by pickle.

    The process ends with its caller, however that ends (Linux; elsewhere at its limit of time). Raises BoundError, and
    PolicyserveError where the function does.
    """
    call = pickle.dumps((megabytes, function, arguments, named))
    command = [
        sys.executable,
        "-P",
        "-c",
        _SERVE,
        str(os.getpid()),
    ]  # -P: nothing is imported from the folder where somebody stands
    try:
        done = subprocess.run(command, input=call, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise BoundError from error
    if done.returncode or not done.stdout:
        raise BoundError
    result, refusal = pickle.loads(done.stdout)
    if isinstance(refusal, Sentence):
        raise PolicyserveError(refusal)
    return result  # type: ignore[no-any-return]


def serve() -> None:
    """Make one call that comes in by standard input, and answer by standard output."""
    _end_with(int(sys.argv[1]))
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    megabytes, function, arguments, named = pickle.load(sys.stdin.buffer)
    _limit(megabytes * MEGABYTE)
    try:
        result, refusal = function(*arguments, **named), None
    except PolicyserveError as error:
        result, refusal = None, error.sentence
    pickle.dump((result, refusal), answer, protocol=pickle.HIGHEST_PROTOCOL)
    answer.close()


def _end_with(caller: int) -> None:
    """Let the system kill this process as soon as its caller, a process, is no more."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != caller:  # it has ended before
            os._exit(1)


def _limit(more: int) -> None:
    """Let this process have so many bytes beside what it has already; Windows knows no such limit."""
    try:
        import resource
    except ImportError:
        return
    pages = Path("/proc/self/statm")
    taken = int(pages.read_text("ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE") if pages.exists() else 0
    for limit, wanted in ((resource.RLIMIT_AS, taken + more), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(limit)[1]
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(limit, (most, hard))

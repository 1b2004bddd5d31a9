"""Every command, in the order in which a newcomer meets them."""

from __future__ import annotations

from policyserve.cli import (
    book,
    cards,
    import_list,
    notices,
    points,
    report,
    serve,
    sms,
    spot_checks,
    standard,
    tasks,
)
from policyserve.cli.demo import command as demo
from policyserve.cli.metrics import persistency as metrics

COMMANDS = tuple(
    command
    for module in (
        demo, import_list, book, standard, tasks, sms, cards, metrics, notices, serve, spot_checks, points, report,
    )
    for command in module.COMMANDS
)  # fmt: skip

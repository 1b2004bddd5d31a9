"""The command line."""

from policyserve.cli.main import main

__all__ = ["main"]

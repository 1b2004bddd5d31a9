"""Routes: each address is what it is named, and one with a slash more or less leads nowhere."""

from __future__ import annotations

from starlette.applications import Starlette


def as_named(app: Starlette) -> Starlette:
    """Let an application never lead on by itself: the way would name a host that whoever asks has chosen."""
    app.router.redirect_slashes = False
    return app

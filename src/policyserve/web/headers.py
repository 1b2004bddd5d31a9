"""Headers of every page: what a browser may load, and that nothing is kept or shown inside of another page."""

from __future__ import annotations

from typing import Final

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}

STATIC: Final = {**HEADERS, "Cache-Control": "public, max-age=3600"}
"""Those of a file that is the same for everybody."""

WORKER: Final = {**STATIC, "Service-Worker-Allowed": "/", "Cache-Control": "no-cache"}
"""Those of the script that answers for the day without network."""

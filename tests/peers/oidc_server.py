"""A real provider of OpenID Connect for the tests: `oidc-provider` of npm, in which any name signs in."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from peers.npm import fetched, node

HOME = Path(__file__).parent / "oidc_peer"
CLIENT, SECRET = "policyserve", "a secret for tests"


@contextmanager
def provider(back: str) -> Iterator[str]:
    """Start one that leads back to an address; gives its issuer."""
    options = {"folder": str(fetched(HOME)), "client": CLIENT, "secret": SECRET, "back": back}
    command = [str(node()), str(HOME / "server.js"), json.dumps(options)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as one:
        assert one.stdin
        assert one.stdout
        try:
            yield one.stdout.readline().decode().strip()
        finally:
            one.stdin.close()
            one.wait(10)


def sign_in(url: str, name: str, back: str) -> str:
    """Sign in at the provider as a person does; return the address that it leads back to."""
    with httpx2.Client(timeout=10) as browser:
        for _ in range(12):
            if url.startswith(back):
                return url
            answer = browser.get(url)
            if form := re.search(r'<form[^>]* action="([^"]+)"', answer.text):
                prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
                assert prompt, answer.text
                typed = {"prompt": prompt[1], "login": name, "password": "any"}
                answer = browser.post(httpx2.URL(url).join(form[1]), data=typed)
            url = str(httpx2.URL(url).join(answer.headers["location"]))
    raise AssertionError(url)

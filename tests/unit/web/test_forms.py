"""Forms and addresses: which of them are our own."""

from __future__ import annotations

import pytest

from policyserve.web.forms import is_own_form
from policyserve.web.visit import local

SITE, ORIGIN, HOST = "sec-fetch-site", "origin", "host"


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({SITE: "same-origin"}, True),
        ({SITE: "same-site"}, False),
        ({SITE: "cross-site", ORIGIN: "http://here", HOST: "here"}, False),
        ({SITE: "none"}, False),
        ({ORIGIN: "http://here:8470", HOST: "here:8470"}, True),
        ({ORIGIN: "http://elsewhere", HOST: "here"}, False),
        ({ORIGIN: "null", HOST: "here"}, False),
        ({HOST: "here"}, False),
        ({}, False),
    ],
)
def test_a_form_is_our_own_by_what_the_browser_says(headers: dict[str, str], own: bool) -> None:
    assert is_own_form(headers, None) is own


def test_behind_a_proxy_the_public_address_is_the_own_one() -> None:
    headers = {ORIGIN: "https://service.example", HOST: "127.0.0.1:8470"}
    assert is_own_form(headers, "https://service.example")
    assert not is_own_form({**headers, ORIGIN: "http://127.0.0.1:8470"}, "https://service.example")


@pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "https://evil.example", "", None, "/a\r\nb"])
def test_an_address_that_leads_elsewhere_becomes_the_first_page(address: str | None) -> None:
    assert local(address) == "/"


def test_an_address_of_ours_stays() -> None:
    assert local("/customers/C1") == "/customers/C1"

"""Sessions of SMPP over TLS, and their closing; the server is played here."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from desks.smpp_desk import LONG, SECONDS, gateway_to, outgoing, raw_pdu, receipts, run, said, send, settings_for
from peers import smpp_server
from peers.smpp_server import Peer
from policyserve.messages.gateways import registry
from policyserve.messages.gateways.smpp.receipts import part_numbers
from policyserve.messages.gateways.smpp.submission import SmppGateway


@pytest.fixture
def peer() -> Iterator[Peer]:
    with smpp_server.server() as running:
        yield running


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a certificate of this machine's own for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate").write_bytes(signed.public_bytes(Encoding.PEM))
    (folder / "key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "certificate", folder / "key"


def test_texts_and_receipts_go_over_tls(certificate: tuple[Path, Path]) -> None:
    async def scene(peer: Peer) -> None:
        async with gateway_to(peer.port, tls=True, tls_ca=str(certificate[0])) as gateway:
            answers = await send(gateway, *(outgoing(f"m{number}", LONG) for number in range(20)))
            assert {answer.outcome for answer in answers} == {"accepted"}
            for answer in answers:
                for number in part_numbers(answer.provider_id or ""):
                    peer.order("receipt", id=number, stat="DELIVRD", state=2)
            assert len(await receipts(gateway, 60)) == 60

    with smpp_server.server(*certificate) as peer:
        run(scene(peer))


def test_a_peer_that_nobody_vouches_for_is_not_trusted(certificate: tuple[Path, Path]) -> None:
    async def scene(peer: Peer) -> None:
        async with gateway_to(peer.port, tls=True) as gateway:
            (answer,) = await send(gateway, outgoing())
            assert answer.outcome == "later"
            assert str(answer.reason).startswith("no TLS connection: ")

    with smpp_server.server(*certificate) as peer:
        run(scene(peer))


def test_closing_waits_for_answers_and_takes_leave(peer: Peer) -> None:
    async def scene() -> None:
        gateway = registry.open_gateway("carrier", {"carrier": settings_for(peer.port, window=1, close_seconds=60)})
        peer.order("behave", hold=True)
        first = asyncio.ensure_future(send(gateway, outgoing("m1")))
        sequence = (await asyncio.to_thread(peer.submitted, 1))[0]["sequence"]
        second = asyncio.ensure_future(send(gateway, outgoing("m2")))
        await asyncio.sleep(0)  # it stands behind the first, for which the window is too narrow
        closing = asyncio.ensure_future(gateway.aclose())
        assert (await second)[0].outcome == "later"
        peer.order("raw", octets=raw_pdu(0x80000004, b"late\0", sequence))
        assert (await first)[0].outcome == "accepted"
        await asyncio.wait_for(closing, SECONDS)
        assert await said(peer, "unbind")

    run(scene())


def test_what_came_just_before_the_closing_does_not_wait_for_the_peer(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread wakes when both have rung: the text is taken after the closing is known."""

    async def scene() -> None:
        gateway = registry.open_gateway("carrier", {"carrier": settings_for(peer.port, window=1, close_seconds=60)})
        assert isinstance(gateway, SmppGateway)
        peer.order("behave", hold=True)
        first = asyncio.ensure_future(send(gateway, outgoing("m1")))
        sequence = (await asyncio.to_thread(peer.submitted, 1))[0]["sequence"]
        keeper, both_rang = gateway._keeper, threading.Event()
        select = keeper._selector.select

        def heavy_sleeper(seconds: float | None = None) -> Any:
            rung = select(seconds)
            assert both_rang.wait(SECONDS)
            return rung

        monkeypatch.setattr(keeper._selector, "select", heavy_sleeper)
        keeper._ring()
        await asyncio.sleep(0.1)
        second = asyncio.ensure_future(send(gateway, outgoing("m2")))
        await asyncio.sleep(0.1)
        closing = asyncio.ensure_future(gateway.aclose())
        await asyncio.sleep(0.1)
        both_rang.set()
        assert (await second)[0].outcome == "later"
        peer.order("raw", octets=raw_pdu(0x80000004, b"late\0", sequence))
        assert (await first)[0].outcome == "accepted"
        await asyncio.wait_for(closing, SECONDS)

    run(scene())


def test_closing_does_not_wait_for_ever(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port, close_seconds=0.1) as gateway:
            peer.order("behave", silent=True)
            sending = asyncio.ensure_future(send(gateway, outgoing()))
            await asyncio.to_thread(peer.submitted, 1)
        assert (await sending)[0].outcome == "in-doubt"

    run(scene())


def test_a_closed_gateway_takes_nothing_and_may_be_closed_again(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as used, gateway_to(peer.port) as unused:
            await send(used, outgoing())
            for gateway in (used, unused, used, unused):
                await gateway.aclose()
                (answer,) = await send(gateway, outgoing())
                assert (answer.outcome, str(answer.reason)) == ("later", "the gateway is closed")
                assert not await gateway.news()

    run(scene())


def test_news_that_came_before_the_leave_are_there_after_it(peer: Peer) -> None:
    async def scene() -> None:
        async with gateway_to(peer.port) as gateway:
            (answer,) = await send(gateway, outgoing())
            peer.order("receipt", id=answer.provider_id, stat="DELIVRD", state=2)
            await said(peer, "answered")
        assert list(await receipts(gateway, 1)) == [answer.provider_id]

    run(scene())

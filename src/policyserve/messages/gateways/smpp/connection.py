"""A connection to a peer: whole PDUs out and in, over TCP or TLS.

Of smpplib only the PDUs are used. Its client writes every PDU, phone and text included, into the debug log; loses its
place when half a PDU comes in time and half too late; checks no host's name under TLS; and stumbles over optional
parameters that a command should not have, and over a number that ends without the zero octet. So those are read here.
"""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from smpplib import command_codes, smpp
from smpplib.exceptions import UnknownCommandError

from policyserve.errors import ClauseError, of_system
from policyserve.locale import N_, Sentence
from policyserve.messages.gateways.smpp.options import SmppOptions
from policyserve.messages.gateways.smpp.statuses import words_of

HEADER: Final = struct.Struct(">LLLL")
"""Length, command, status, sequence number (SMPP 3.4, 3.2)."""
OPTION: Final = struct.Struct(">HH")
"""Tag and length of an optional parameter."""
RESPONSE: Final = 0x80000000
"""The bit of a command that is an answer."""
LONGEST: Final = 70_000
"""Octets of a PDU: `message_payload` may have 65,535."""
MOUTHFUL: Final = 65_536
"""Octets read at once: more than a TLS record has, so that nothing is left over where a selector does not see it."""
LAST_SEQUENCE: Final = 0x7FFFFFFF


class CutError(ClauseError):
    """The connection is of no use any more; says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pdu:
    """What a peer sent."""

    command: str
    """Empty where it is unknown or cannot be read."""
    status: int
    sequence: int
    response: bool
    fields: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[int, bytes] = field(default_factory=dict)


class Connection:
    """An open socket and the two directions over it."""

    def __init__(self, link: socket.socket) -> None:
        """Take over a connected socket; its time-out bounds how long a peer may refuse to read."""
        self._link = link
        self._buffer = bytearray()
        self._sequence = 0

    def fileno(self) -> int:
        """Return what a selector waits for."""
        return self._link.fileno()

    def request(self, command: str, **fields: Any) -> int:
        """Send a request and return the number that its answer will bear. Raises CutError."""
        self._sequence = self._sequence % LAST_SEQUENCE + 1
        self._send(command, self._sequence, fields)
        return self._sequence

    def answer(self, command: str, sequence: int, status: int = 0) -> None:
        """Answer the peer's request of that number. Raises CutError."""
        self._send(command, sequence, {"status": status})

    def read(self) -> None:
        """Take in what has come; waits if nothing has. Raises CutError."""
        try:
            octets = self._link.recv(MOUTHFUL)
        except OSError as error:
            raise CutError(N_("the connection was lost: {why}"), why=_why(error)) from error
        if not octets:
            raise CutError(N_("the peer closed the connection"))
        self._buffer += octets

    def pdus(self) -> Iterator[Pdu]:
        """Yield the PDUs that are whole. Raises CutError."""
        while (frame := self._frame()) is not None:
            yield _parsed(frame)

    def close(self) -> None:
        """Close the socket."""
        self._link.close()

    def _send(self, command: str, sequence: int, fields: Mapping[str, Any]) -> None:
        pdu = smpp.make_pdu(command, sequence=0, **fields)
        pdu.sequence = sequence
        octets = pdu.generate()
        try:
            self._link.sendall(octets)
        except OSError as error:
            raise CutError(N_("the connection was lost: {why}"), why=_why(error)) from error

    def _frame(self) -> bytes | None:
        if len(self._buffer) < HEADER.size:
            return None
        length = HEADER.unpack_from(self._buffer)[0]
        if not HEADER.size <= length <= LONGEST:
            raise CutError(N_("the peer sent what is not SMPP"))
        if len(self._buffer) < length:
            return None
        frame = bytes(self._buffer[:length])
        del self._buffer[:length]
        return frame


def connect(options: SmppOptions) -> Connection:
    """Connect and bind as a transceiver. Raises CutError where the peer cannot be reached or will not have us."""
    try:
        link = socket.create_connection((options.host, options.port), timeout=options.connect_seconds)
    except OSError as error:
        raise CutError(N_("no connection: {fault}"), fault=_why(error)) from error
    try:
        link = _secured(link, options)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(link)
        _bind(connection, options)
        link.settimeout(options.answer_seconds)
    except BaseException:
        link.close()
        raise
    return connection


def _secured(link: socket.socket, options: SmppOptions) -> socket.socket:
    if not options.tls:
        return link
    try:
        context = ssl.create_default_context(cafile=str(options.tls_ca) if options.tls_ca else None)
        return context.wrap_socket(link, server_hostname=options.host)
    except OSError as error:
        raise CutError(N_("no TLS connection: {why}"), why=_why(error)) from error


def _bind(connection: Connection, options: SmppOptions) -> None:
    sequence = connection.request(
        "bind_transceiver",
        system_id=options.system_id,
        password=options.password,
        system_type=options.system_type,
        addr_ton=options.source_ton,
        addr_npi=options.source_npi,
    )
    while True:
        connection.read()
        for pdu in connection.pdus():
            if pdu.response and pdu.sequence == sequence:
                if pdu.status:
                    raise CutError(N_("the peer refused the bind: {why}"), why=words_of(pdu.status))
                return


def _why(error: OSError) -> Sentence:
    return of_system(error)


def _parsed(frame: bytes) -> Pdu:
    _, code, status, sequence = HEADER.unpack_from(frame)
    response = bool(code & RESPONSE)
    try:
        command = command_codes.get_command_name(code)
        pdu = smpp.make_pdu(command, sequence=0)
        tail: list[bytes] = []
        pdu.parse_optional_params = tail.append  # its own reading fails on what it does not expect
        pdu.parse(frame)
        options = dict(_options(b"".join(tail)))
    except (UnknownCommandError, struct.error, IndexError, ValueError, TypeError):
        return Pdu(command="", status=status, sequence=sequence, response=response)
    return Pdu(command=command, status=status, sequence=sequence, response=response, fields=vars(pdu), options=options)


def _options(octets: bytes) -> Iterator[tuple[int, bytes]]:
    while len(octets) >= OPTION.size:
        tag, length = OPTION.unpack_from(octets)
        yield tag, octets[OPTION.size : OPTION.size + length]
        octets = octets[OPTION.size + length :]

"""Mail servers to send to: a real one that can be told to refuse, and one that follows a script."""

import asyncio
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

GO_ON = b"354 go on\r\n"


class Desk:
    """What the server does with what it gets; answers can be set by recipient."""

    def __init__(self) -> None:
        self.taken: list[tuple[str | None, list[str], bytes]] = []
        self.connections: list[object] = []
        self.encrypted: list[bool] = []
        self.at_recipient: dict[str, str] = {}
        self.at_message: dict[str, str] = {}
        self.resets = 0
        self._hang_up: Callable[[], object] | None = None

    def hang_up(self) -> None:
        """Close the latest connection, as servers do after some time or some messages."""
        assert self._hang_up is not None
        self._hang_up()

    async def handle_EHLO(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        self.connections.append(session.peer)
        self._hang_up = partial(_close, server.transport, asyncio.get_running_loop())
        return responses

    async def handle_RSET(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.resets += 1
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        answer = self.at_recipient.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self.at_message.get(envelope.rcpt_tos[0], "250 taken")
        if answer == "hang up":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.taken.append((envelope.mail_from, list(envelope.rcpt_tos), content))
            assert server.transport is not None
            self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        return answer


def _close(transport: asyncio.BaseTransport | None, loop: asyncio.AbstractEventLoop) -> None:
    assert transport is not None
    closed = threading.Event()
    loop.call_soon_threadsafe(transport.close)
    loop.call_soon_threadsafe(closed.set)
    closed.wait(5)


@contextmanager
def serving(
    desk: Desk,
    *,
    certificate: ssl.SSLContext | None = None,
    from_the_start: bool = False,
    password: bytes | None = None,
) -> Iterator[int]:
    """Serve on a free port of this machine; yields the port."""

    def check(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: object
    ) -> AuthResult:
        right = isinstance(auth_data, LoginPassword) and auth_data.password == password
        return AuthResult(success=right, handled=right)

    controller = Controller(
        desk,
        hostname="127.0.0.1",
        port=free_port(),
        ssl_context=certificate if from_the_start else None,
        tls_context=None if from_the_start else certificate,
        require_starttls=certificate is not None and not from_the_start,
        auth_required=password is not None,
        authenticator=check,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop(no_assert=True)


@contextmanager
def following(script: Sequence[bytes | float], *, drip: float = 0.0) -> Iterator[int]:
    """Serve one connection: answer each line received with the next of the script, then hang up.

    The first answer is the greeting. ``drip`` is the seconds between two bytes of an answer. A
    number in the script is a silence of so many seconds.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(5)

    def serve() -> None:
        connection, _ = listener.accept()
        connection.settimeout(5)
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            said: bytes | float = b""
            for step in script:
                if said == GO_ON:
                    _read_message(lines)
                elif said:
                    lines.readline()
                _answer(connection, step, drip)
                said = step
            if said == GO_ON:
                _read_message(lines)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join()
        listener.close()


def _answer(connection: socket.socket, step: bytes | float, drip: float) -> None:
    pause = threading.Event()
    if isinstance(step, float):
        pause.wait(step)
    elif not drip:
        connection.sendall(step)
    else:
        for position in range(len(step)):
            connection.sendall(step[position : position + 1])
            pause.wait(drip)


def _read_message(lines: BinaryIO) -> None:
    while lines.readline() not in {b".\r\n", b""}:
        pass


def free_port() -> int:
    """Return a port on which nobody listens at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def self_signed(folder: Path) -> ssl.SSLContext:
    """Return a server's context with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.org")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context

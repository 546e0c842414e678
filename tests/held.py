"""Connections that somebody holds on purpose: bodies that never end, headers that never come."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Connect = Callable[[], socket.socket]


def body(host: str, *, length: int = 100_000, path: str = "/sign-in") -> bytes:
    """Return the beginning of a form that promises so many bytes and brings three."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\na=b"
    ).encode()


def chunks(host: str, *, path: str = "/sign-in") -> bytes:
    """Return the beginning of a form of unknown length."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n3\r\na=b\r\n"
    ).encode()


@dataclass
class Held:
    """Connections that are held, and what came back on each."""

    sockets: list[socket.socket]
    began: float = field(default_factory=time.monotonic)

    def dribble(self, piece: bytes = b"x") -> None:
        """Send a little more on each; one that was closed on the other side is left alone."""
        for held in self.sockets:
            try:
                held.sendall(piece)
            except OSError:
                continue

    def statuses(self, within: float) -> list[int]:
        """Return the status that came on each within so many seconds of the beginning; 0 where
        the connection was closed without one, and -1 where nothing came.
        """
        return [_status(held, self.began + within) for held in self.sockets]


def _status(held: socket.socket, until: float) -> int:
    said = b""
    while b"\r\n" not in said:
        held.settimeout(max(0.05, until - time.monotonic()))
        try:
            piece = held.recv(4096)
        except TimeoutError:
            return -1
        except (ConnectionError, ssl.SSLError):
            return 0
        if not piece:
            return 0
        said += piece
    return int(said.split(b" ", 2)[1])


@contextmanager
def hold(connect: Connect, request: bytes, count: int) -> Iterator[Held]:
    """Begin the same request on so many connections, and let go of them at the end of the block."""
    sockets = []
    try:
        for _ in range(count):
            sockets.append(connect())
            sockets[-1].sendall(request)
        yield Held(sockets)
    finally:
        for held in sockets:
            held.close()

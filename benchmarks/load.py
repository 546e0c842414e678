"""A small load: so many connections that each ask again as soon as they have been answered.

It looks at every status, so an error is never taken for a fast answer. How fast it is itself does
not matter, since what is measured is the processor time of the server.
"""

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

CONNECTIONS = 16
#: An answer that takes longer has gone wrong.
LONGEST = 30.0
NO_BODY = (204, 304)


@dataclass
class Load:
    """What came back: how many answers of which status, and how many bytes in all."""

    statuses: Counter[int] = field(default_factory=Counter)
    received: int = 0

    @property
    def answers(self) -> int:
        """How many answers there were."""
        return sum(self.statuses.values())


class _Line:
    """One connection and the answer it is reading."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.buffer = b""
        self.socket = self._connect()

    def ask(self, request: bytes) -> None:
        """Send a request."""
        self.buffer = b""
        self.socket.sendall(request)

    def answer(self) -> tuple[int, int] | None:
        """Read what has come; return status and size once an answer is whole."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError("the server hung up in the middle of an answer")
        self.buffer += piece
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        status = int(head[9:12])
        if status not in NO_BODY and len(body) < _length(head):
            return None
        return status, len(self.buffer)

    @property
    def hangs_up(self) -> bool:
        """Whether the server ends the connection after the answer that has been read."""
        head = self.buffer.partition(b"\r\n\r\n")[0].lower()
        return head.startswith(b"http/1.0") or b"\r\nconnection: close" in head

    def begin_again(self) -> None:
        """Connect anew."""
        self.socket.close()
        self.socket = self._connect()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=LONGEST)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without a length cannot be read to its end")


def put_on(port: int, requests: Sequence[bytes], seconds: float) -> Load:
    """Ask a server for so many seconds, going round the requests in their order."""
    load, to_ask = Load(), cycle(requests)
    with selectors.DefaultSelector() as waiting:
        lines = [_Line(port) for _ in range(CONNECTIONS)]
        for line in lines:
            waiting.register(line.socket, selectors.EVENT_READ, line)
            line.ask(next(to_ask))
        _go_round(waiting, load, to_ask, time.monotonic() + seconds)
        for line in lines:
            line.socket.close()
    return load


def _go_round(
    waiting: selectors.BaseSelector, load: Load, to_ask: Iterator[bytes], until: float
) -> None:
    while waiting.get_map():
        ready = waiting.select(LONGEST)
        if not ready:
            raise TimeoutError("the server has stopped answering")
        for key, _ in ready:
            line: _Line = key.data
            answer = line.answer()
            if answer is None:
                continue
            load.statuses[answer[0]] += 1
            load.received += answer[1]
            if time.monotonic() >= until:
                waiting.unregister(line.socket)
                continue
            if line.hangs_up:
                waiting.unregister(line.socket)
                line.begin_again()
                waiting.register(line.socket, selectors.EVENT_READ, line)
            line.ask(next(to_ask))

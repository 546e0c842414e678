"""A small load: so many connections that each ask again as soon as they have been answered.

``wrk`` puts it on where it is installed. Without it a loop of our own does, which keeps a server
less busy, and so flatters whatever answers quickly: ``loader`` says which it was. Every kind of
answer is looked at, so an error is never taken for a fast one.
"""

import json
import math
import selectors
import shutil
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

WRK = shutil.which("wrk")
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


def loader() -> str:
    """Say what puts the load on, for whoever reads the results."""
    if WRK is None:
        return "a loop in Python, as wrk is not installed: expect ratios 10 to 20 % too high"
    return "wrk, one thread, 16 connections"


def put_on(port: int, requests: Sequence[bytes], seconds: float) -> Load:
    """Ask a server for so many seconds, going round the requests in their order.

    Raises ``ConnectionError`` if any answer never came.
    """
    return _with_wrk(port, requests, seconds) if WRK else _with_python(port, requests, seconds)


def _with_wrk(port: int, requests: Sequence[bytes], seconds: float) -> Load:
    """Ask with wrk for at least one second. It tells refusals from answers and no more, so one
    answer is looked at by ourselves, and all of them are of its status or refused.
    """
    like = _with_python(port, requests[:1], 0)
    with TemporaryDirectory() as folder:
        script = Path(folder) / "ask.lua"
        script.write_text(_LUA % ",\n".join(json.dumps(one.decode()) for one in requests))
        length = f"{max(1, math.ceil(seconds))}s"
        command = [str(WRK), "-t1", f"-c{CONNECTIONS}", f"-d{length}", "-s", str(script)]
        said = subprocess.run(  # noqa: S603 - our own arguments
            [*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=True
        ).stdout
    answers, received, refused, lost = map(int, said.rpartition("FOUND ")[2].split())
    if lost:
        raise ConnectionError(f"{lost} answers never came")
    status = next(iter(like.statuses))
    found = Counter({status: answers - refused + like.answers, 500: refused})
    return Load(+found, received + like.received)


#: For wrk: the requests in turn, and what came of them in one line.
_LUA = """
local asked, at = {%s}, 0
request = function() at = at %% #asked + 1; return asked[at] end
done = function(summary)
  local e = summary.errors
  local lost = e.connect + e.read + e.write + e.timeout
  print(string.format("FOUND %%d %%d %%d %%d", summary.requests, summary.bytes, e.status, lost))
end
"""


def _with_python(port: int, requests: Sequence[bytes], seconds: float) -> Load:
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

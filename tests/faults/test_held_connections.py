"""Fifty connections held on purpose, directly and through each proxy of ``docs/operations.md``."""

import os
import signal
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask

from core.rsgi import GRACE, LONGEST
from tests.held import Held, body, chunks, hold
from tests.scheduling.web.proxies import HOST, Proxy, caddy, nginx
from tests.serving import Site, calendar_in, serving

pytestmark = pytest.mark.any_database

HELD = 50
#: When Caddy stops reading a body and hands on what it was told, in seconds.
CADDY_TELLS = 25.0
#: So many seconds beyond a deadline a busy machine may take to say so.
LATE = 6.0


@dataclass(frozen=True)
class Way:
    """A way to a site, and the path of a private calendar there."""

    site: Site
    feed: str
    proxy: Proxy | None

    @property
    def slow_to_tell(self) -> bool:
        """Whether the answer to a form comes only at the end of its longest deadline: Caddy's does,
        which reads a short form to its end before it hands an answer on.
        """
        return self.proxy is not None and (self.proxy.folder / "Caddyfile").exists()

    def told_after(self, deadline: float) -> float:
        """Return after how many seconds everybody whose deadline this was has been told."""
        return (CADDY_TELLS if self.slow_to_tell else deadline) + LATE

    def connect(self) -> socket.socket:
        """Open a connection, over TLS where a proxy wants it."""
        if self.proxy is None:
            return socket.create_connection(("127.0.0.1", self.site.port), timeout=30)
        context = ssl.create_default_context(cafile=str(self.proxy.folder / "certificate.pem"))
        plain = socket.create_connection(("127.0.0.1", self.proxy.https), timeout=30)
        return context.wrap_socket(plain, server_hostname=HOST)

    def ask(self, path: str, method: str = "GET") -> tuple[int, float]:
        """Ask for a path; return the status, and after how many seconds it came."""
        began = time.monotonic()
        with closing(HTTPConnection(HOST)) as connection:
            connection.sock = self.connect()
            connection.request(method, path)
            return connection.getresponse().status, time.monotonic() - began

    def all_answer(self) -> list[float]:
        """Ask for what has to answer, and return how long each took."""
        asked = [(self.feed, "GET"), ("/health", "GET"), ("/", "GET"), ("/leave", "POST")]
        answers = [self.ask(path, method) for path, method in asked]
        assert [status for status, _ in answers] == [200, 200, 200, 303]
        return [seconds for _, seconds in answers]


@pytest.fixture(params=["directly", "nginx", "caddy"])
def way(
    request: pytest.FixtureRequest, make_app: Callable[..., Flask], tmp_path: Path
) -> Iterator[Way]:
    """A site as it is served by default, reached in each way."""
    proxies = 0 if request.param == "directly" else 1
    app = make_app(base_url=f"https://{HOST}", proxies=proxies)
    with app.app_context():
        feed = calendar_in(app)
    (tmp_path / "proxy").mkdir()
    with ExitStack() as stack:
        site = stack.enter_context(serving(app, tmp_path / "served", proxies=proxies))
        starts = {"nginx": nginx, "caddy": caddy}.get(request.param)
        proxy = starts and stack.enter_context(starts(tmp_path / "proxy", site.port))
        yield Way(site, feed, proxy)


def dribbling(held: Held, way: Way, piece: bytes, every: float, until: float) -> list[float]:
    """Send a piece on each connection again and again, and ask for what has to answer meanwhile."""
    took = []
    while time.monotonic() < held.began + until:
        held.dribble(piece)
        took += way.all_answer()
        time.sleep(every)
    return took


@pytest.mark.parametrize("kind", [body, chunks])
def test_bodies_of_which_nothing_comes(way: Way, kind: Callable[[str], bytes]) -> None:
    way.all_answer()
    with hold(way.connect, kind(HOST), HELD) as held:
        took = way.all_answer()
        found = held.statuses(way.told_after(GRACE))
        took += way.all_answer()

    assert found == [408] * HELD
    assert max(took) < 2


def test_bodies_of_which_too_little_comes(way: Way) -> None:
    way.all_answer()
    with hold(way.connect, body(HOST), HELD) as held:
        took = dribbling(held, way, b"x" * 100, 0.5, until=2 * GRACE)
        found = held.statuses(way.told_after(2 * GRACE))

    assert found == [408] * HELD
    assert max(took) < 2


def test_bodies_that_take_too_long(way: Way) -> None:
    way.all_answer()
    with hold(way.connect, body(HOST), HELD) as held:
        took = dribbling(held, way, b"x" * 1_200, 0.5, until=LONGEST)
        found = held.statuses(way.told_after(LONGEST))

    assert found == [408] * HELD
    assert max(took) < 2


@pytest.mark.parametrize("request_", [b"", b"GET / HTTP/1.1\r\nHost: al"])
def test_headers_that_never_come(way: Way, request_: bytes) -> None:
    with hold(way.connect, request_, HELD) as held:
        took = way.all_answer()
        found = held.statuses(30)
        took += way.all_answer()

    assert not {-1, 200} & set(found)
    assert max(took) < 2


def test_answers_that_nobody_reads(way: Way) -> None:
    asked = f"GET /static/app.css HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode() * 50
    with hold(way.connect, asked, HELD):
        took = [seconds for _ in range(3) for seconds in way.all_answer()]

    assert max(took) < 4


def test_a_server_that_is_told_to_stop_stops_whoever_it_talks_to(way: Way) -> None:
    with hold(way.connect, body(HOST), HELD):
        way.all_answer()
        began = time.monotonic()
        os.kill(way.site.process.pid, signal.SIGTERM)
        way.site.process.wait(timeout=40)

    assert time.monotonic() - began < 30

"""The server in front of the app: bodies that are slow, broken, too large, or held on purpose."""

import asyncio
import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from app import create_app
from core.rsgi import GRACE, LARGEST, MOST_HELD, SHORT, Bodies, Refused
from core.server import CONNECTIONS
from tests.conftest import settings
from tests.held import body, chunks, hold
from tests.serving import Site, calendar_in, serving

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, key_ring_file: Path, empty_database: Path
) -> Iterator[tuple[Site, str]]:
    """A site served by one worker, and the path of a private calendar in it."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(empty_database, folder / "alcove.db")
    app = create_app(settings(folder, key_ring_file, f"sqlite:///{folder}/alcove.db"))
    with app.app_context():
        url = calendar_in(app)
    with serving(app, folder, workers=1) as site:
        yield site, url


@pytest.fixture
def site(served: tuple[Site, str]) -> Site:
    """The site alone."""
    return served[0]


def told(connection: socket.socket) -> bytes:
    """Return everything that comes until the server hangs up."""
    connection.settimeout(20)
    return b"".join(iter(lambda: connection.recv(65536), b""))


def raw(site: Site, request: bytes) -> bytes:
    """Send bytes as they are and return what comes of it."""
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall(request)
        return told(connection)


def test_bodies_that_are_held_keep_nobody_waiting_and_are_told_so(
    served: tuple[Site, str],
) -> None:
    site, feed = served

    def connect() -> socket.socket:
        return socket.create_connection(("127.0.0.1", site.port))

    with hold(connect, body(site.host), 12) as forms, hold(connect, chunks(site.host), 12) as more:
        answers = [site.ask(path) for path in (feed, feed, "/health", "/")]
        left = site.ask("/leave", "POST")
        words = told(forms.sockets[0])
        found = forms.statuses(GRACE + 5) + more.statuses(GRACE + 5)

    assert found == [0] + [408] * 23
    assert words.startswith(b"HTTP/1.1 408 ")
    assert b"That took too long to reach us" in words
    assert [answer.status for answer in answers] == [200, 200, 200, 200]
    assert left.status == 303
    assert max(answer.seconds for answer in [*answers, left]) < GRACE - 1


def test_a_body_that_is_broken_off_reaches_no_page(site: Site) -> None:
    for beginning in (body(site.host, path="/leave"), chunks(site.host, path="/leave")):
        with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
            connection.sendall(beginning)
            connection.shutdown(socket.SHUT_WR)
            said = connection.recv(65536)

        assert said.startswith(b"HTTP/1.1 400 ")


def test_a_body_that_is_too_large_is_refused_before_it_has_come(site: Site) -> None:
    began = time.monotonic()

    declared = raw(site, body(site.host, length=LARGEST + 1))

    assert declared.startswith(b"HTTP/1.1 413 ")
    assert time.monotonic() - began < GRACE


def test_a_body_of_unknown_length_is_refused_once_it_is_too_large(site: Site) -> None:
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
        connection.sendall(chunks(site.host))
        try:
            for _ in range(LARGEST // 0x10000 + 64):
                connection.sendall(piece)
        except OSError:
            pass
        try:
            said = connection.recv(65536)
        except ConnectionError:
            said = b""

    assert said == b"" or said.startswith(b"HTTP/1.1 413 ")


async def arriving(size: int) -> AsyncIterator[bytes]:
    """A body as the server hands it over: its pieces, and an empty one at its end."""
    yield bytes(size)
    yield b""


async def refused(bodies: Bodies, size: int) -> int:
    """Return with what status one more body is refused, or 0 for one that is taken."""
    try:
        async with bodies.whole(arriving(size), None):
            return 0
    except Refused as refusal:
        return refusal.status


def test_bodies_that_wait_for_their_answer_leave_room_for_short_ones_only() -> None:
    async def beside_and_after() -> list[int]:
        bodies = Bodies()
        async with AsyncExitStack() as waiting:
            for _ in range(MOST_HELD // LARGEST // 2):
                await waiting.enter_async_context(bodies.whole(arriving(LARGEST), str(LARGEST)))
            beside = [await refused(bodies, size) for size in (SHORT, SHORT + 1, LARGEST)]
        return [*beside, await refused(bodies, LARGEST), await refused(bodies, LARGEST)]

    # A thread of its own: the browser of other tests keeps a loop running in this one.
    with ThreadPoolExecutor(1) as aside:
        found = aside.submit(lambda: asyncio.run(beside_and_after())).result()

    assert found == [0, 503, 503, 0, 0]


def test_there_is_room_for_a_short_body_on_every_connection() -> None:
    assert CONNECTIONS * SHORT <= MOST_HELD // 2


def test_who_asks_whether_to_go_on_is_told_to(site: Site) -> None:
    request = (
        f"POST /leave HTTP/1.1\r\nHost: {site.host}\r\nContent-Length: 3\r\n"
        "Expect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
        connection.sendall(request.encode())
        assert connection.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"a=b")
        assert connection.recv(65536).startswith(b"HTTP/1.1 303 ")


def test_several_requests_in_a_row_are_answered_in_their_order(site: Site) -> None:
    request = f"GET /health HTTP/1.1\r\nHost: {site.host}\r\n\r\n"
    last = f"GET /nowhere HTTP/1.1\r\nHost: {site.host}\r\nConnection: close\r\n\r\n"

    said = raw(site, (request * 5 + last).encode())

    assert said.count(b"HTTP/1.1 200 ") == 5
    assert said.rpartition(b"HTTP/1.1 ")[2].startswith(b"404 ")


@pytest.mark.parametrize("path", ["/%ff%fe", "/caf%C3%A9", "/%2e%2e/etc", "/a?b=%00&c=%ff"])
def test_odd_addresses_are_absent_and_no_fault(site: Site, path: str) -> None:
    assert site.ask(path).status == 404


def test_no_answer_names_the_server(site: Site) -> None:
    told = [site.ask(path).headers["server"] for path in ("/", "/health", "/nowhere")]

    assert told == ["web"] * 3


def test_a_header_with_an_underscore_is_nobody_elses(site: Site) -> None:
    dashes = site.ask("/leave", "POST", headers={"Sec-Fetch-Site": "cross-site"})
    underscores = site.ask("/leave", "POST", headers={"Sec_Fetch_Site": "cross-site"})

    assert (dashes.status, underscores.status) == (400, 303)

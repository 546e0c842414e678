"""The proxies of ``docs/operations.md``, run for real in front of a private calendar."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from core.db import db
from scheduling.keeping.diaries import feed_token
from tests.build import a_cohort, a_feed, a_member, a_series, a_session
from tests.scheduling.polling import ready_for_fast
from tests.scheduling.web.proxies import HOST, Proxy, caddy, nginx

REFUSED = b"This request could not be taken"
Starts = Callable[[Path, int], AbstractContextManager[Proxy]]


@dataclass(frozen=True)
class Answer:
    """What came back through a proxy; names of headers in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """A site behind a proxy, with one private calendar."""

    proxy: Proxy
    server: BaseWSGIServer
    url: str

    @property
    def token(self) -> str:
        """What must not be written anywhere."""
        return self.url.split("/")[2]

    def ask(self, method: str = "GET", url: str = "", **headers: str) -> Answer:
        """Ask over https, as a program would that found the proxy by its name."""
        context = ssl.create_default_context(cafile=str(self.proxy.folder / "certificate.pem"))
        connection = HTTPConnection(HOST)
        plain = socket.create_connection(("127.0.0.1", self.proxy.https), timeout=10)
        connection.sock = context.wrap_socket(plain, server_hostname=HOST)
        return _answered(connection, method, url or self.url, headers)

    def send(self, body: bytes) -> Answer:
        """Send a form without a key over https, which a page refuses once it has read it."""
        context = ssl.create_default_context(cafile=str(self.proxy.folder / "certificate.pem"))
        connection = HTTPConnection(HOST)
        plain = socket.create_connection(("127.0.0.1", self.proxy.https), timeout=10)
        connection.sock = context.wrap_socket(plain, server_hostname=HOST)
        return _answered(connection, "POST", "/sign-in", {}, body)

    def ask_plainly(self) -> Answer:
        """Ask over http."""
        connection = HTTPConnection(HOST)
        connection.sock = socket.create_connection(("127.0.0.1", self.proxy.http), timeout=10)
        return _answered(connection, "GET", self.url, {})


def _answered(
    connection: HTTPConnection,
    method: str,
    url: str,
    headers: dict[str, str],
    body: bytes | None = None,
) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, url, body, headers=named)
    response = connection.getresponse()
    read = response.read()
    connection.close()
    found = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, found, read)


@pytest.fixture
def behind(make_app: Callable[..., Flask]) -> Iterator[tuple[BaseWSGIServer, str]]:
    """A site that knows of one proxy, served, and the path of a private calendar in it."""
    app = make_app(base_url=f"https://{HOST}", proxies=1)
    with app.app_context():
        member = a_member(a_cohort())
        a_session(a_series(member.cohort))
        feed = a_feed(member.person)[0]
        ready_for_fast(feed)
        url = f"/cal/{feed_token(feed)}/calendar.ics"
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server, url
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
def site(
    request: pytest.FixtureRequest, behind: tuple[BaseWSGIServer, str], tmp_path: Path
) -> Iterator[Site]:
    """The same behind each proxy."""
    server, url = behind
    starts: Starts = request.param
    folder = tmp_path / "proxy"
    folder.mkdir()
    with starts(folder, server.port) as proxy:
        yield Site(proxy, server, url)


def test_h10_h5_a_proxy_gives_the_calendar_uncompressed_and_uncached(site: Site) -> None:
    answer = site.ask(Accept_Encoding="gzip, br", Accept="*/*")

    assert answer.status == 200
    assert answer.body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert answer.body.count(b"BEGIN:VEVENT") == 1
    assert "content-encoding" not in answer.headers
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert not answer.headers["etag"].startswith("W/")


def test_h6_h7_h8_a_proxy_passes_conditions_and_methods_on(site: Site) -> None:
    known = site.ask().headers

    assert site.ask(If_None_Match=known["etag"]).status == 304
    assert site.ask(If_Modified_Since=known["last-modified"]).status == 304
    assert site.ask(If_None_Match='"other"').status == 200
    assert site.ask("HEAD").headers["etag"] == known["etag"]
    assert site.ask("PUT", If_Match="nothing").status == 405
    assert site.ask("PROPFIND").status == 405


def test_h15_http_leads_to_the_same_address_on_https(site: Site) -> None:
    answer = site.ask_plainly()

    assert answer.status in {301, 308}
    assert answer.headers["location"] == f"https://{HOST}{site.url}"


def test_f19_a_proxy_says_come_back_later_while_the_site_is_away(site: Site) -> None:
    site.server.shutdown()
    site.server.server_close()

    answer = site.ask()

    assert (answer.status, answer.body.strip()) == (503, b"Try again later")
    assert answer.headers["retry-after"] == "600"


def test_a_proxy_tells_neither_its_version_nor_what_stands_behind_it(site: Site) -> None:
    answers = [site.ask(), site.ask(url="/nowhere"), site.ask(url="/" + "x" * 10_000)]
    site.server.shutdown()
    site.server.server_close()
    answers.append(site.ask())

    assert [answer.status for answer in answers][:2] == [200, 404]
    assert answers[2].status in {404, 414}
    assert answers[3].status == 503
    for answer in answers:
        named = answer.headers.get("server", "") + answer.headers.get("via", "")
        assert named in {"", "nginx"}
        assert b"nginx" not in answer.body
        assert b"caddy" not in answer.body.lower()
    assert answers[2].status == 404 or answers[2].body.strip() == REFUSED


def test_a_proxy_refuses_what_is_too_large_in_plain_words(site: Site) -> None:
    answer = site.send(b"x" * (2 * 1024 * 1024 + 1))

    assert answer.status == 413
    assert b"nginx" not in answer.body
    assert b"caddy" not in answer.body.lower()


def test_a_proxy_takes_what_the_site_would_take(site: Site) -> None:
    # More than 1 MB, at which nginx stops by itself.
    assert site.send(b"x" * (1536 * 1024)).status == 422


def test_a_proxy_tells_nothing_to_who_asks_for_another_name(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.proxy.http), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: other.example\r\n\r\n")
        try:
            plainly = connection.recv(4096)
        except ConnectionError:
            plainly = b""
    context = ssl.create_default_context()
    with (
        pytest.raises(ssl.SSLError),
        socket.create_connection(("127.0.0.1", site.proxy.https), timeout=10) as connection,
    ):
        context.wrap_socket(connection, server_hostname="other.example")

    assert plainly == b""


def test_h2_a_proxy_writes_no_token_anywhere(site: Site) -> None:
    site.ask()
    site.ask("PUT", If_Match="nothing")
    site.ask_plainly()
    site.ask(url=f"/i/{site.token}")
    site.server.shutdown()
    site.server.server_close()
    site.ask()

    assert site.proxy.written() != ""
    assert site.token not in site.proxy.written()

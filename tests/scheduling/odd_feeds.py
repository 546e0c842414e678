"""Feeds that are right, feeds that are wrong in one way, and a server that gives either."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from werkzeug.http import http_date

from scheduling.calendars import ical
from tests.scheduling.calendar_bytes import CANCELLED, FULL

SECRET = "c934-XBipNhoVSLZJHW81YktjksgRqdPx6AhguAuUO0"
PATH = f"/cal/{SECRET}/calendar.ics"
#: When the good feed is read: before its entries, and after they changed.
READ_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
CHANGED_AT = datetime(2026, 2, 10, 12, 0, tzinfo=UTC)
GOOD = ical.feed([FULL, CANCELLED], name="Calendar")
TAG = '"94cfece5b61b684e2f26c84ee18b51b7"'
HEADERS = {
    "Content-Type": "text/calendar; charset=utf-8",
    "Content-Disposition": 'inline; filename="calendar.ics"',
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "ETag": TAG,
    "Last-Modified": http_date(CHANGED_AT),
}


class Asked(BaseHTTPRequestHandler):
    """One request, and ways to answer it rightly. The server's ``behave`` is asked first."""

    protocol_version = "HTTP/1.1"
    behave: Callable[["Asked"], bool]

    def do_GET(self) -> None:
        """Misbehave if that is asked for, and otherwise answer as a good feed."""
        self.server.asked.append((self.command, self.path))  # type: ignore[attr-defined]  # of ours
        if not type(self).behave(self):
            self.well()

    do_HEAD = do_PROPFIND = do_GET  # noqa: N815 - as above

    def well(self) -> None:
        """Answer as a good feed does."""
        if self.command == "PROPFIND":
            self.say(405, {"Allow": "GET, HEAD"})
        elif self.path == "/robots.txt":
            self.say(200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow:\n")
        elif self.path != PATH:
            self.say(404, {"Content-Type": "text/plain"}, b"Not found\n")
        elif self._is_known():
            self.say(304, HEADERS)
        else:
            self.calendar()

    def calendar(self, body: bytes = GOOD, **changes: str) -> None:
        """Answer with a calendar; ``changes`` are other headers, empty ones are left out."""
        named = {name.replace("_", "-"): text for name, text in changes.items()}
        self.say(200, {name: text for name, text in {**HEADERS, **named}.items() if text}, body)

    def say(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        """Send an answer; HEAD and 304 have no body."""
        self.send_response_only(status)
        bare = status == 304
        for name, text in headers.items():
            self.send_header(name, text)
        if not bare and "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and not bare:
            self.wfile.write(body)

    def _is_known(self) -> bool:
        tags = self.headers["If-None-Match"]
        if tags is not None:
            return TAG in tags
        return bool(self.headers["If-Modified-Since"] == HEADERS["Last-Modified"])

    def log_message(self, *_: object) -> None:
        """Keep the output of tests to tests."""


@contextmanager
def serving(behave: Callable[[Asked], object] = lambda _asked: None) -> Iterator["Site"]:
    """Serve a feed on this machine; ``behave`` answers what it wants to and then returns True."""
    handler = type("Handler", (Asked,), {"behave": lambda asked: bool(behave(asked))})
    with Site(("127.0.0.1", 0), handler) as site:
        thread = threading.Thread(target=site.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            thread.join()


class Site(ThreadingHTTPServer):
    """The server, which keeps what it was asked."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[Asked]) -> None:
        super().__init__(address, handler)
        self.asked: list[tuple[str, str]] = []

    @property
    def origin(self) -> str:
        """Where it is, such as ``http://127.0.0.1:1234``."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        """The private link."""
        return self.origin + PATH


def changed(before: str, after: str, body: bytes = GOOD) -> bytes:
    """Return a feed in which one thing stands for another, at every place where it stood."""
    assert before.encode() in body
    return body.replace(before.encode(), after.encode())

"""A site served by real processes, as ``flask serve`` does it, on the database of a test."""

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import inspect, text

from core import config, installation
from core.db import db
from tests.build import a_cohort, a_feed, a_member, a_series, a_session

ROOT = Path(__file__).parent.parent
#: Seconds within which a server has to answer for the first time; a busy machine may need them.
PATIENCE = 60
_SERVE = """
import sys
from core import server
server.serve(host="127.0.0.1", port=int(sys.argv[1]), workers=int(sys.argv[2]), demo=False)
"""


def calendar_in(app: Flask) -> str:
    """Make a private calendar in an app whose context is open, and return its path."""
    member = a_member(a_cohort())
    a_session(a_series(member.cohort))
    _, token = a_feed(member.person)
    db.session.remove()
    db.engine.dispose()
    return f"/cal/{token}/calendar.ics"


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds; names of headers in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


@dataclass(frozen=True)
class Site:
    """A site that is served: its port, its host name, and the file with what its processes said."""

    port: int
    host: str
    log: Path
    process: "subprocess.Popen[bytes]"

    def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        patience: float = 30,
    ) -> Answer:
        """Ask over a connection of its own; raises TimeoutError after ``patience`` seconds."""
        began = time.monotonic()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            connection.request(method, path, body, {"Host": self.host, **(headers or {})})
            return _answered(connection.getresponse(), began)
        finally:
            connection.close()

    def form(self) -> "Form":
        """Open the page for signing in, and return what a browser needs to send forms from it."""
        page = self.ask("/sign-in")
        found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page.body)
        assert found is not None, page
        return Form(self, found[1].decode(), page.headers["set-cookie"].partition(";")[0])

    def said(self) -> str:
        """Return what the processes have written into their log so far."""
        return self.log.read_text(errors="replace")


@dataclass(frozen=True)
class Form:
    """A form that was opened, and can be sent again and again."""

    site: Site
    token: str
    cookie: str

    def send(self, path: str, *, patience: float = 30, **fields: str) -> Answer:
        """Send it to a path, which need not be its own."""
        body = urlencode({"csrf_token": self.token, **fields}).encode()
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        return self.site.ask(path, "POST", body=body, headers=headers, patience=patience)


def _answered(response: HTTPResponse, began: float) -> Answer:
    body = response.read()
    found = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, found, body, time.monotonic() - began)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def let_belong(app: Flask) -> None:
    """Let tables that a test made say which release and installation they belong to, as those that
    ``flask init`` makes do; processes refuse any other.
    """
    head = installation.revisions()[0]
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        if not inspect(connection).has_table("alembic_version"):
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
        installation.mark(connection, app)


def environment_of(app: Flask, folder: Path) -> dict[str, str]:
    """Return the environment by which a process finds the installation of an app; what it writes
    beside the database it writes into this folder.
    """
    made: config.Config = app.extensions[config.EXTENSION]
    folder.mkdir(parents=True, exist_ok=True)
    with app.app_context():
        let_belong(app)
        # The database may go away before this process does.
        db.engine.dispose()
    return {
        **os.environ,
        "ALCOVE_INSTANCE": str(folder),
        "BASE_URL": made.base_url,
        # The one of the tests would be refused: it contains words from an example.
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": made.database_url,
        "KEY_RING": str(made.key_ring),
        "MAIL_FROM": made.mail_from,
    }


@contextmanager
def serving(
    app: Flask,
    folder: Path,
    *,
    workers: int = 2,
    proxies: int = 0,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Site]:
    """Serve the installation of an app, which needs a key ring and a database with tables, until
    the end of the block. ``settings`` are further ones, as in the environment.
    """
    made: config.Config = app.extensions[config.EXTENSION]
    environment = {
        **environment_of(app, folder),
        "PROXIES": str(proxies),
        **(settings or {}),
    }
    port, log = free_port(), folder / "served.log"
    command = [sys.executable, "-c", _SERVE, str(port), str(workers)]
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 - our own arguments
            command, cwd=ROOT, env=environment, stdout=said, stderr=said
        )
    site = Site(port, made.host, log, process)
    try:
        _wait_for(site)
        yield site
    finally:
        process.terminate()
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def _wait_for(site: Site) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and site.process.poll() is None:
        try:
            if site.ask("/health", patience=5).status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(site.said())

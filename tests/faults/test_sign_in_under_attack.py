"""A stranger asks and guesses without pause, from ten networks, while people sign in: a site served
by real processes, with a real mail server.
"""

import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

from core.db import db
from groups.models import SignInCode
from tests.build import a_person
from tests.core.mail_servers import Desk
from tests.core.mail_servers import serving as receiving
from tests.serving import Site, serving

PEOPLE = [f"member{number}@people.example" for number in range(5)]
NETWORKS = 10
#: Seconds within which somebody is in, in a browser that knows them and in a new one.
KNOWN, NEW = 15, 15 * 60


class Browser:
    """A browser in some network: it keeps cookies and fills in forms."""

    def __init__(self, site: Site, network: str) -> None:
        self._site, self._network = site, network
        self._cookies: dict[str, str] = {}

    def open(self, path: str, **fields: str) -> tuple[int, str]:
        """Open a page, or send a form if there are fields; return status and content."""
        headers = {"Host": self._site.host, "X-Forwarded-For": self._network}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection("127.0.0.1", self._site.port, timeout=60)
        try:
            body = urlencode(fields) if fields else None
            connection.request("POST" if fields else "GET", path, body, headers)
            response = connection.getresponse()
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    self._keep(value)
            return response.status, response.read().decode()
        finally:
            connection.close()

    def _keep(self, set_cookie: str) -> None:
        name, _, value = set_cookie.partition(";")[0].partition("=")
        self._cookies[name] = value

    def ask(self, address: str) -> int:
        """Ask for a code."""
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.open("/sign-in")[1])
        self._token = found[1] if found else "none"
        return self.open("/sign-in", csrf_token=self._token, address=address)[0]

    def type(self, code: str) -> bool:
        """Type a code, and return whether somebody is signed in now."""
        return self.open("/sign-in/code", csrf_token=self._token, code=code)[0] == 303

    def sign_out(self) -> None:
        """Sign out; the browser stays known."""
        page = self.open("/account")[1]
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found is not None
        assert self.open("/sign-out", csrf_token=found[1])[0] == 303


def codes_to(desk: Desk, address: str) -> list[str]:
    """Return the codes in somebody's mailbox, the newest first."""
    found = [
        re.search(rb"Subject: Your code is (\d+) (\d+)\r?\n", body)
        for _, recipients, body in reversed(desk.taken)
        if recipients == [address]
    ]
    return [(code[1] + code[2]).decode() for code in found if code is not None]


def arrive(browser: Browser, desk: Desk, address: str, within: float) -> float:
    """Ask, and type what is in the mailbox until somebody is in, asking again every half a minute;
    return after how many seconds.
    """
    began, tried = time.monotonic(), set[str]()
    asked = -60.0
    while time.monotonic() - began < within:
        if time.monotonic() - began - asked > 31:
            asked = time.monotonic() - began
            browser.ask(address)
        for code in [code for code in codes_to(desk, address)[:2] if code not in tried]:
            tried.add(code)
            if browser.type(code):
                return time.monotonic() - began
        time.sleep(0.2)
    raise AssertionError(f"{address} was kept out for {within} seconds")


@contextmanager
def attacked(site: Site) -> Iterator[Counter[str]]:
    """Ask and guess for all these people, in every network at once, until the end of the block."""
    done, stop, numbers = Counter[str](), threading.Event(), count()

    def go_on(network: str) -> None:
        while not stop.is_set():
            browser, address = Browser(site, network), PEOPLE[next(numbers) % len(PEOPLE)]
            done[f"asked {browser.ask(address)}"] += 1
            for guess in range(3):
                done["let in" if browser.type(f"{guess:06d}") and _is_in(browser) else "tried"] += 1

    threads = [
        threading.Thread(target=go_on, args=(f"198.51.100.{network}",))
        for network in range(NETWORKS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield done
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _is_in(browser: Browser) -> bool:
    return browser.open("/account")[0] == 200


def known_browsers(site: Site, desk: Desk) -> list[Browser]:
    """Return a browser for each of these people, in which they have signed in before."""
    browsers = [Browser(site, f"192.0.2.{number}") for number in range(len(PEOPLE))]
    for browser, address in zip(browsers, PEOPLE, strict=True):
        arrive(browser, desk, address, within=60)
        browser.sign_out()
    return browsers


def test_known_and_new_browsers_are_in_five_times_of_five(app: Flask, tmp_path: Path) -> None:
    for number, address in enumerate(PEOPLE):
        a_person(f"Member {number}", address)
    db.session.remove()
    desk, known, new = Desk(), list[float](), list[float]()
    with receiving(desk) as port:
        settings = {"SMTP_URL": f"smtp://127.0.0.1:{port}"}
        with serving(app, tmp_path / "served", proxies=1, settings=settings) as site:
            browsers = known_browsers(site, desk)
            with attacked(site) as done:
                time.sleep(10)
                for number, (browser, address) in enumerate(zip(browsers, PEOPLE, strict=True)):
                    known.append(arrive(browser, desk, address, within=KNOWN))
                    fresh = Browser(site, f"203.0.113.{number}")
                    new.append(arrive(fresh, desk, address, within=NEW))

    letters = [len(codes_to(desk, address)) for address in PEOPLE]
    print(f"\nknown {known}, new {new}, letters {letters}, the stranger {dict(done)}")  # noqa: T201 - what was measured
    assert (len(known), len(new)) == (5, 5)
    assert max(known) <= KNOWN
    assert max(new) <= NEW
    # Of each, one letter made the known browser known, before the stranger came.
    assert max(letters) <= 6
    assert done["let in"] == 0
    assert done["tried"] > 100
    _assert_that_guessing_is_hopeless()


def _assert_that_guessing_is_hopeless() -> None:
    chances: dict[str, float] = defaultdict(float)
    for row in db.session.query(SignInCode):
        chances[row.email_index] += row.tries / 10**row.digits
    assert max(chances.values()) < 1 / 10_000

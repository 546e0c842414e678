"""``flask feeds check``: what it prints, how it ends, and that it keeps the secret."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from werkzeug.serving import make_server

from core.db import db
from scheduling.feed_check import requests
from tests.build import FIRST, a_cohort, a_feed, a_member, a_series, a_session
from tests.conftest import NOW
from tests.core.mail_servers import free_port
from tests.scheduling.odd_feeds import GOOD, PATH, READ_AT, SECRET, Asked, serving


@pytest.fixture(autouse=True)
def _at_one_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing here waits for the clock, and the feeds are read when their entries lie ahead."""
    monkeypatch.setattr(requests, "PAUSE", 0)
    with time_machine.travel(READ_AT):
        yield


def run(app: Flask, *arguments: str, typed: str | None = None) -> Result:
    """Run the command, as from a terminal."""
    return app.test_cli_runner().invoke(args=["feeds", "check", *arguments], input=typed)


def in_lf(asked: Asked) -> bool:
    """Give lines that end in LF, and nothing else that is wrong."""
    if asked.path != PATH or asked.command != "GET" or asked.headers["If-None-Match"]:
        return False
    if asked.headers["If-Modified-Since"] and "2026" in asked.headers["If-Modified-Since"]:
        return False
    asked.calendar(GOOD.replace(b"\r\n", b"\n"), Cache_Control="public")
    return True


def test_a_good_feed_ends_with_0(app: Flask) -> None:
    with serving() as site:
        result = run(app, site.url)

    first, *_, last = result.output.splitlines()
    assert result.exit_code == 0
    assert first == f"{site.origin}/cal/…/calendar.ics"
    assert last == "Nothing wrong that can be seen from outside."


def test_each_finding_is_a_line_with_its_number_and_what_programs_do(app: Flask) -> None:
    with serving(in_lf) as site:
        result = run(app, site.url)

    lines = result.output.splitlines()
    assert result.exit_code == 1
    assert "F2  Lines end in LF only. Outlook and Google may ignore the whole calendar." in lines
    assert lines[-1] == f"{sum(line[:1] in 'FH' for line in lines)} things are wrong."
    assert SECRET not in result.output


def test_findings_as_json_say_the_same(app: Flask) -> None:
    with serving(in_lf) as site:
        result = run(app, "--json", site.url)

    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert report["address"] == f"{site.origin}/cal/…/calendar.ics"
    assert report["findings"][0] == {
        "rule": "F2",
        "found": "Lines end in LF only.",
        "effect": "Outlook and Google may ignore the whole calendar.",
    }
    assert SECRET not in result.output


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_nothing_to_examine_ends_with_2(app: Flask, status: int, as_json: bool) -> None:
    def behave(asked: Asked) -> bool:
        asked.say(status, {})
        return True

    with serving(behave) as site:
        result = run(app, *(["--json"] if as_json else []), site.url)

    words = json.loads(result.stdout)["not_fetched"] if as_json else result.stderr
    assert result.exit_code == 2
    assert words.startswith(f"{site.origin} answers {status}: ")
    assert SECRET not in result.output


@pytest.mark.parametrize(
    "url", ["alcove.example", f"ftp://alcove.example{PATH}", f"http://a b/{SECRET}"]
)
def test_what_is_no_address_ends_with_2(app: Flask, url: str) -> None:
    result = run(app, url)

    assert result.exit_code == 2
    assert SECRET not in result.output


def test_an_address_can_be_typed_unseen(app: Flask) -> None:
    with serving() as site:
        result = run(app, typed=f"{site.url}\n")

    assert result.exit_code == 0
    assert SECRET not in result.output


@pytest.mark.parametrize("arguments", [["feeds", "--help"], ["feeds", "check", "--help"]])
def test_help_says_what_it_is_for(app: Flask, arguments: list[str]) -> None:
    result = app.test_cli_runner().invoke(args=arguments)

    assert result.exit_code == 0
    assert "as calendar programs would" in result.output


@pytest.mark.parametrize("sessions", [0, 2])
def test_a_feed_of_ours_passes_over_real_http(
    make_app: Callable[..., Flask], sessions: int
) -> None:
    port = free_port()
    app = make_app(base_url=f"http://127.0.0.1:{port}")
    with app.app_context():
        member = a_member(a_cohort())
        series = a_series(member.cohort)
        for number in range(sessions):
            a_session(series, FIRST + number * timedelta(weeks=4), number=number + 1)
        _, token = a_feed(member.person)
        db.session.remove()
    server = make_server("127.0.0.1", port, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with time_machine.travel(NOW):
            result = run(app, f"http://127.0.0.1:{port}/cal/{token}/calendar.ics")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    assert result.output.splitlines()[-1] == "Nothing wrong that can be seen from outside."
    assert result.exit_code == 0

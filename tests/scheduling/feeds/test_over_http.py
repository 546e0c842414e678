"""Private calendars over HTTP, on the plain and on the fast path. Rules H1 to H14 name their tests;
H15 is the proxy's and has its test in ``test_proxies.py``.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from urllib.robotparser import RobotFileParser

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from werkzeug.http import http_date

from core.db import db
from core.transaction import transaction
from groups.models import Membership, MembershipState
from scheduling.feeds.contents import EMPTY_FOR
from scheduling.keeping.diaries import feed_token, revoke_feed
from scheduling.models import Detail, Diary, Feed, PeerSession
from tests.build import FIRST, a_cohort, a_feed, a_member, a_person, a_series, a_session
from tests.conftest import NOW
from tests.page import PageClient
from tests.queries import queries
from tests.scheduling.calendar_bytes import misshapen
from tests.scheduling.changed import note_dates_changed
from tests.scheduling.polling import leave_to_plain, ready_for_fast

pytestmark = pytest.mark.usefixtures("clock")

MINUTE = timedelta(minutes=1)
UNKNOWN = "/cal/nobody-knows-this/calendar.ics"


@pytest.fixture
def member(member: Membership, session: PeerSession) -> Membership:
    """Somebody with one session ahead."""
    return member


@pytest.fixture(params=["plain", "fast"])
def client(app: Flask, request: pytest.FixtureRequest) -> FlaskClient:
    """A program that reads calendars, on either path."""
    if request.param == "plain":
        leave_to_plain(app)
    app.test_client_class = PageClient
    return app.test_client()


@pytest.fixture
def url(feed: Feed) -> str:
    """Where a calendar program finds it; it has been read today."""
    ready_for_fast(feed)
    return f"/cal/{feed_token(feed)}/calendar.ics"


@pytest.fixture
def unread(member: Membership) -> Feed:
    """A private link that no program has read yet."""
    return a_feed(member.person, "Laptop")[0]


def test_h3_a_feed_is_a_calendar_with_a_neutral_name(client: FlaskClient, url: str) -> None:
    response = client.get(url)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'inline; filename="calendar.ics"'
    assert misshapen(response.data) == []
    assert response.data.count(b"BEGIN:VEVENT") == 1
    assert b"X-WR-CALNAME:Calendar\r\n" in response.data


def test_h5_h12_a_feed_is_private_and_never_indexed(client: FlaskClient, url: str) -> None:
    headers = client.get(url).headers

    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_h1_no_cookie_is_read_or_set(app: Flask, member: Membership, url: str, method: str) -> None:
    app.test_client_class = PageClient
    browser = app.test_client()
    assert isinstance(browser, PageClient)
    browser.sign_in(member.person)

    response = browser.open(url, method=method)

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert "Vary" not in response.headers


def test_h6_a_known_tag_is_answered_without_a_body(client: FlaskClient, url: str) -> None:
    tag = client.get(url).headers["ETag"]

    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = client.get(url, headers={"If-None-Match": known})
        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == tag
        assert response.headers["Cache-Control"] == "private, no-cache"


def test_h6_the_tag_wins_over_the_date(client: FlaskClient, url: str) -> None:
    dated = client.get(url).headers["Last-Modified"]

    other = {"If-None-Match": '"other"', "If-Modified-Since": dated}

    assert client.get(url, headers=other).status_code == 200


@pytest.mark.parametrize(
    ("off", "status"), [(timedelta(0), 304), (timedelta(days=9), 304), (timedelta(seconds=-1), 200)]
)
def test_h7_a_date_is_answered_by_when_the_calendar_changed(
    client: FlaskClient, url: str, off: timedelta, status: int
) -> None:
    changed = client.get(url).last_modified
    assert changed is not None

    response = client.get(url, headers={"If-Modified-Since": http_date(changed + off)})

    assert response.status_code == status


def test_h7_a_date_nobody_can_read_is_answered_in_full(client: FlaskClient, url: str) -> None:
    response = client.get(url, headers={"If-Modified-Since": "last Tuesday"})

    assert response.status_code == 200


def test_h8_head_is_get_without_a_body(client: FlaskClient, url: str) -> None:
    full, head = client.get(url), client.head(url)

    assert head.data == b""
    assert dict(head.headers) == dict(full.headers)


@pytest.mark.parametrize(
    "method", ["PUT", "POST", "DELETE", "PATCH", "PROPFIND", "OPTIONS", "MKCALENDAR", "TRACE"]
)
def test_h8_any_other_method_is_told_what_is_allowed(
    app: Flask, client: FlaskClient, url: str, method: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    for address in (url, UNKNOWN):
        for headers in ({}, {"If-Match": "nothing"}, {"Sec-Fetch-Site": "cross-site"}):
            response = client.open(address, method=method, headers=headers)
            assert response.status_code == 405
            assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD"}
            assert "Location" not in response.headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_h8_if_match_is_never_412(client: FlaskClient, url: str, method: str) -> None:
    response = client.open(url, method=method, headers={"If-Match": '"nothing"'})

    assert response.status_code == 200


def test_h9_what_a_reader_would_rather_have_changes_nothing(client: FlaskClient, url: str) -> None:
    plain = client.get(url)

    wished = client.get(
        url,
        headers={
            "Accept": "application/calendar+json",
            "Accept-Encoding": "gzip",
            "Range": "bytes=0-9",
        },
    )

    assert (wished.status_code, wished.data) == (200, plain.data)
    assert "Content-Encoding" not in wished.headers


def test_h11_an_unknown_link_is_a_short_404_that_is_always_the_same(
    client: FlaskClient, feed: Feed, url: str
) -> None:
    with transaction():
        revoke_feed(feed, now=NOW - EMPTY_FOR)

    ended, unknown = client.get(url), client.get(UNKNOWN)

    assert (unknown.status_code, unknown.data) == (404, b"Not found\n")
    assert (ended.status_code, ended.data) == (unknown.status_code, unknown.data)
    assert dict(ended.headers) == dict(unknown.headers)
    assert client.head(UNKNOWN).status_code == 404


def test_h11_an_ended_link_is_an_empty_calendar_at_once(
    client: FlaskClient, feed: Feed, url: str
) -> None:
    tag = client.get(url).headers["ETag"]
    with transaction():
        revoke_feed(feed, now=NOW)

    response = client.get(url, headers={"If-None-Match": tag})

    assert response.status_code == 200
    assert b"BEGIN:VEVENT" not in response.data
    assert b"BEGIN:VTIMEZONE" in response.data


@pytest.fixture
def without_places(app: Flask, url: str) -> Iterator[None]:
    """Let the table of places be elsewhere for a while; the link is in place already."""
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE membership RENAME TO gone"))
    yield
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO membership"))


@pytest.mark.usefixtures("without_places")
def test_f19_a_database_that_is_away_is_a_503_and_never_a_shorter_calendar(
    client: FlaskClient, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = client.get(url)

    assert (response.status_code, response.data) == (503, b"Try again later\n")
    assert response.headers["Retry-After"] == "600"
    assert url.split("/")[2] not in caplog.text


def test_the_day_of_reading_is_noted_once_a_day(client: FlaskClient, unread: Feed) -> None:
    writes: list[str] = []
    feed, url = unread, f"/cal/{feed_token(unread)}/calendar.ics"
    client.head(url)
    before = feed.last_read_on
    client.get(url)

    event.listen(db.engine, "before_cursor_execute", lambda *call: writes.append(call[2]))
    client.get(url)

    assert (before, feed.last_read_on) == (None, NOW.date())
    assert [statement for statement in writes if statement.startswith("UPDATE")] == []


def test_a_day_that_cannot_be_noted_does_not_cost_the_answer(
    client: FlaskClient, unread: Feed
) -> None:
    feed, url = unread, f"/cal/{feed_token(unread)}/calendar.ics"
    trigger = "CREATE TRIGGER stuck BEFORE UPDATE ON feed BEGIN SELECT RAISE(ABORT, 'stuck'); END"
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the trigger is written for SQLite")
    with db.engine.begin() as connection:
        connection.execute(text(trigger))

    response = client.get(url)

    assert (response.status_code, feed.last_read_on) == (200, None)
    assert response.data.count(b"BEGIN:VEVENT") == 1


def test_a_change_reaches_a_reader_who_asks_by_date_within_the_same_second(
    client: FlaskClient, member: Membership, url: str
) -> None:
    session = db.session.query(PeerSession).one()
    with transaction():
        note_dates_changed(session, NOW)
    known = client.get(url).headers["Last-Modified"]
    with transaction():
        session.starts_at += timedelta(hours=1)
        session.ends_at += timedelta(hours=1)
        note_dates_changed(session, NOW)

    assert client.get(url, headers={"If-Modified-Since": known}).status_code == 200


@pytest.mark.parametrize("detail", Detail)
def test_a_feed_costs_the_same_number_of_queries_with_1_and_36_sessions(
    app: Flask, client: FlaskClient, member: Membership, url: str, detail: Detail
) -> None:
    leave_to_plain(app)
    with transaction():
        db.session.query(Diary).filter_by(person_id=member.person_id).one().detail = detail
    client.get(url)
    with_one = queries(client, url)
    series = a_series(a_cohort(a_person("Tom")), count=36)
    a_member(series.cohort, member.person)
    for number in range(35):
        a_session(series, FIRST + timedelta(days=7 * number + 1), number=number + 1)

    client.get(url)

    assert queries(client, url) == with_one
    assert client.get(url).data.count(b"BEGIN:VEVENT") == 36


def test_h2_only_a_hash_of_the_token_is_stored(app: Flask, feed: Feed, url: str) -> None:
    token = url.split("/")[2]

    stored = [str(value) for row in db.session.execute(text("SELECT * FROM feed")) for value in row]

    assert len(token) == 43
    assert token not in " ".join(stored)
    assert hashlib.sha256(token.encode()).hexdigest() in stored


def test_h4_last_modified_rises_when_an_entry_comes_changes_and_goes(
    client: FlaskClient, member: Membership, feed: Feed, url: str
) -> None:
    session = db.session.query(PeerSession).one()
    seen = [client.get(url).last_modified]
    with time_machine.travel(NOW + MINUTE, tick=False), transaction():
        note_dates_changed(session, NOW + MINUTE)
    seen.append(client.get(url).last_modified)
    with transaction():
        member.state, member.changed_at = MembershipState.PAUSED, NOW + 2 * MINUTE
    seen.append(client.get(url).last_modified)
    with transaction():
        member.state, member.changed_at = MembershipState.ACTIVE, NOW + 3 * MINUTE
    seen.append(client.get(url).last_modified)

    assert all(before and after and before < after for before, after in pairwise(seen))


def test_h7_an_entry_that_left_is_not_hidden_by_a_date(
    client: FlaskClient, member: Membership, url: str
) -> None:
    known = {"If-Modified-Since": client.get(url).headers["Last-Modified"]}
    with transaction():
        member.state, member.left_at = MembershipState.LEFT, NOW

    response = client.get(url, headers=known)

    assert (response.status_code, b"BEGIN:VEVENT" in response.data) == (200, False)


def test_h10_no_compression_is_offered(client: FlaskClient, url: str) -> None:
    response = client.get(url, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})

    assert "Content-Encoding" not in response.headers
    assert response.headers["Content-Length"] == str(len(response.data))


def test_h11_somebody_without_groups_has_an_empty_calendar(
    client: FlaskClient, member: Membership
) -> None:
    _, token = a_feed(a_person("Nobody"))

    response = client.get(f"/cal/{token}/calendar.ics")

    assert response.status_code == 200
    assert b"BEGIN:VTIMEZONE" in response.data


def test_h13_robots_may_read_calendars(client: FlaskClient, url: str) -> None:
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").text.splitlines())

    for program in ("*", "Googlebot", "Google-Calendar-Importer"):
        assert rules.can_fetch(program, f"http://alcove.example{url}")


def test_h14_asking_often_is_never_too_often(client: FlaskClient, url: str) -> None:
    tag = client.get(url).headers["ETag"]

    statuses = {client.get(url, headers={"If-None-Match": tag}).status_code for _ in range(300)}

    assert statuses == {304}


def test_f19_a_site_that_is_not_set_up_is_a_503_to_come_back_to(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(secret_key="")

    response = app.test_client().get(UNKNOWN, base_url="http://alcove.example")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "600"

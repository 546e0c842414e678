"""The fast path of private calendars answers as the plain one does, byte for byte."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from werkzeug.http import http_date

from core.db import db
from core.text import clean_paragraph
from core.transaction import transaction
from groups.models import Membership, MembershipState
from scheduling.feeds.contents import note_read
from scheduling.keeping.changes import note_details_changed
from scheduling.keeping.diaries import choose, feed_token, revoke_feed
from scheduling.models import Detail, Diary, Feed, KeptBy, PeerSession, Series, SessionState
from tests.build import CREATED, a_cohort, a_feed, a_member, a_person, a_prompt, a_series, a_session
from tests.conftest import NOW
from tests.scheduling.calendar_bytes import HOSTILE, lines_of
from tests.scheduling.changed import note_dates_changed
from tests.scheduling.polling import asked, both, fast_alone, fast_of, ready_for_fast

pytestmark = pytest.mark.usefixtures("clock")

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def member(member: Membership) -> Membership:
    """Somebody with a place in a group that has sessions behind and before it."""
    series = a_series(member.cohort)
    for number, days in enumerate((-70, -61, -30, -8, -3, 0, 20, 300, 510)):
        state = SessionState.CANCELLED if number % 3 else SessionState.PLANNED
        session = a_session(series, (NOW + days * DAY).date(), number=number, state=state)
        a_prompt(session, "Who carried you?")
        with transaction():
            session.prompts_shown_at = NOW - DAY
    return member


@pytest.fixture
def url(feed: Feed) -> str:
    """Where a calendar program finds it."""
    return f"/cal/{feed_token(feed)}/calendar.ics"


@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize("words", [None, "Hold", "Ärzte; 1,2\\n " * 5, "Cancelled: it"])
@pytest.mark.parametrize("busy", [True, False])
def test_the_fast_path_gives_the_same_bytes_and_headers(
    app: Flask, feed: Feed, url: str, detail: Detail, words: str | None, busy: bool
) -> None:
    with transaction():
        feed.diary.detail, feed.diary.words, feed.diary.busy = detail, words, busy
        feed.diary.changed_at = CREATED + MINUTE
    ready_for_fast(feed)

    for method in ("GET", "HEAD"):
        plain, fast = both(app, url, method=method)
        assert fast == plain
        assert plain[0] == "200 OK"


def test_h4_h6_h7_the_fast_path_answers_conditions_as_the_plain_one_does(
    app: Flask, feed: Feed, url: str
) -> None:
    ready_for_fast(feed)
    headers = asked(app.wsgi_app, app, url)[1]
    tag, changed = headers["ETag"], headers["Last-Modified"]
    tags = [tag, f"W/{tag}", f'"other", {tag}', "*", '"other"', "", tag.strip('"'), "¡", ",,,", '"']
    dates = [changed, http_date(CREATED), "Sat, 21 Nov 2099 09:00:00 GMT", "last Tuesday", "", "0"]
    conditions = [{"If-None-Match": one} for one in tags]
    conditions += [{"If-Modified-Since": one} for one in dates]
    conditions += [{"If-None-Match": one, "If-Modified-Since": changed} for one in tags]
    conditions += [{"If-Match": '"other"'}, {"If-Range": tag, "Range": "bytes=0-9"}]
    conditions += [{"If-Unmodified-Since": http_date(CREATED - DAY)}, {"Accept": "text/html"}]

    seen = set()
    for condition in conditions:
        for method in ("GET", "HEAD"):
            plain, fast = both(app, url, method=method, headers=condition)
            assert fast == plain, condition
            seen.add(plain[0])

    assert seen == {"200 OK", "304 NOT MODIFIED"}


def test_two_sessions_at_one_time_come_in_the_same_order(
    app: Flask, member: Membership, feed: Feed, url: str
) -> None:
    for name in ("Tom", "Uma", "Vic"):
        elsewhere = a_cohort(a_person(name))
        a_member(elsewhere, member.person)
        a_session(a_series(elsewhere), (NOW + 20 * DAY).date())
    ready_for_fast(feed)

    plain, fast = both(app, url)

    assert fast == plain


@pytest.mark.parametrize("state", MembershipState)
def test_the_fast_path_knows_who_has_gone(
    app: Flask, member: Membership, feed: Feed, url: str, state: MembershipState
) -> None:
    with transaction():
        member.state, member.changed_at, member.left_at = state, NOW - MINUTE, NOW - MINUTE
    ready_for_fast(feed)

    plain, fast = both(app, url)

    assert fast == plain
    assert (b"BEGIN:VEVENT" in plain[2]) == (state == MembershipState.ACTIVE)


SESSIONS = st.lists(
    st.fixed_dictionaries(
        {
            "starts": st.integers(-70 * 24 * 60, 510 * 24 * 60),
            "minutes": st.integers(1, 400),
            "cancelled": st.booleans(),
            "dates": st.integers(0, 10**6),
            "details": st.integers(0, 10**6),
        }
    ),
    max_size=6,
)


def hold(series: Series, sessions: list[dict[str, int]]) -> None:
    """Let a run have these sessions and no others."""
    with transaction():
        db.session.execute(delete(PeerSession))
    for number, one in enumerate(sessions):
        starts_at = NOW + one["starts"] * MINUTE
        a_session(
            series,
            (NOW + number * DAY).date(),
            number=number,
            starts_at=starts_at,
            ends_at=starts_at + one["minutes"] * MINUTE,
            state=SessionState.CANCELLED if one["cancelled"] else SessionState.PLANNED,
            dates_changed_at=CREATED + one["dates"] * timedelta(seconds=1),
            details_changed_at=CREATED + one["details"] * timedelta(seconds=1),
        )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sessions=SESSIONS, words=HOSTILE, detail=st.sampled_from(Detail), later=st.booleans())
def test_whatever_a_calendar_holds_both_paths_write_the_same(
    app: Flask,
    feed: Feed,
    url: str,
    sessions: list[dict[str, int]],
    words: str,
    detail: Detail,
    later: bool,
) -> None:
    series = db.session.query(Series).one()
    hold(series, sessions)
    with transaction():
        series.place = feed.diary.words = clean_paragraph(words)
        feed.diary.detail = detail
        feed.diary.changed_at = CREATED + later * timedelta(days=5)
    ready_for_fast(feed)

    plain, fast = both(app, url)

    assert fast == plain


def test_other_bytes_have_another_tag(app: Flask, member: Membership, feed: Feed, url: str) -> None:
    session = db.session.query(PeerSession).filter_by(number=6).one()
    seen: dict[str, bytes] = {}

    def note() -> None:
        ready_for_fast(feed)
        plain, fast = both(app, url)
        assert fast == plain
        assert seen.setdefault(fast[1]["ETag"], fast[2]) == fast[2]

    for detail in Detail:
        decide(feed.diary, detail)
        note()
        for change in (note_dates_changed, note_details_changed):
            with transaction():
                change(session, NOW)
            note()
    with transaction():
        member.state, member.changed_at = MembershipState.PAUSED, NOW
    note()
    assert len(seen) == len(set(seen.values())) == 6


def decide(diary: Diary, detail: Detail) -> None:
    """Choose how much a diary shows."""
    with transaction():
        choose(
            diary,
            kept_by=KeptBy.FEED,
            detail=detail,
            words="",
            busy=True,
            reminders=True,
            now=NOW,
        )


def test_two_people_of_one_group_have_tags_and_identifiers_of_their_own(
    app: Flask, member: Membership, feed: Feed, url: str
) -> None:
    other = a_feed(a_member(member.cohort, a_person("Dev")).person)[0]
    for one in (feed, other):
        ready_for_fast(one)

    with fast_alone(app):
        first = asked(app.wsgi_app, app, url)
        second = asked(app.wsgi_app, app, f"/cal/{feed_token(other)}/calendar.ics")

    assert first[1]["ETag"] != second[1]["ETag"]
    assert set(lines_of(first[2], "UID")).isdisjoint(lines_of(second[2], "UID"))


def left_to_the_plain_path(app: Flask, url: str, **request: Any) -> bool:
    """Tell whether the fast path passes a request on."""
    with fast_alone(app):
        try:
            asked(app.wsgi_app, app, url, **request)
        except AssertionError:
            return True
    return False


def test_the_first_reading_of_a_day_is_left_to_the_plain_path(
    app: Flask, feed: Feed, url: str
) -> None:
    first = left_to_the_plain_path(app, url)
    asked(app.wsgi_app, app, url)
    second = left_to_the_plain_path(app, url)
    with time_machine.travel(NOW + DAY, tick=False):
        next_day = left_to_the_plain_path(app, url)

    assert (first, second, next_day) == (True, False, True)


def test_a_body_that_is_not_kept_yet_is_left_to_the_plain_path(
    app: Flask, feed: Feed, url: str
) -> None:
    with transaction():
        feed.diary.detail = Detail.FULL
        note_read(feed, now=NOW)
    first = left_to_the_plain_path(app, url)
    asked(app.wsgi_app, app, url)
    second = left_to_the_plain_path(app, url)
    with transaction():
        for session in db.session.query(PeerSession):
            note_details_changed(session, NOW)
    changed = left_to_the_plain_path(app, url)

    assert (first, second, changed) == (True, False, True)


@pytest.mark.parametrize(
    "request_of",
    [
        {"method": "PUT"},
        {"method": "OPTIONS"},
        {"base_url": "http://elsewhere.example"},
        {"base_url": "http://elsewhere.example", "headers": {"X-Forwarded-Host": "alcove.example"}},
    ],
)
def test_what_is_unusual_is_left_to_the_plain_path(
    app: Flask, feed: Feed, url: str, request_of: dict[str, Any]
) -> None:
    ready_for_fast(feed)

    assert left_to_the_plain_path(app, url, **request_of)


def test_links_that_were_ended_or_never_were_are_left_to_the_plain_path(
    app: Flask, feed: Feed, url: str
) -> None:
    ready_for_fast(feed)
    with transaction():
        revoke_feed(feed, now=NOW)

    assert left_to_the_plain_path(app, url)
    assert left_to_the_plain_path(app, "/cal/nobody-knows-this/calendar.ics")
    assert left_to_the_plain_path(app, "/cal/Ünbekannt/calendar.ics")


def test_behind_a_proxy_the_host_it_names_counts(make_app: Callable[..., Flask]) -> None:
    app = make_app(proxies=1)
    with app.app_context():
        feed = a_feed(a_member(a_cohort()).person)[0]
        ready_for_fast(feed)
        url = f"/cal/{feed_token(feed)}/calendar.ics"
        ours = {"base_url": "http://127.0.0.1", "headers": {"X-Forwarded-Host": "alcove.example"}}
        plain, fast = both(app, url, **ours)
        theirs = {"headers": {"X-Forwarded-Host": "elsewhere.example"}}

        assert fast == plain
        assert plain[0] == "200 OK"
        assert left_to_the_plain_path(app, url, **theirs)
        db.session.remove()
        db.engine.dispose()


def test_f19_a_session_no_calendar_could_show_is_an_error_on_both_paths(
    app: Flask, feed: Feed, url: str
) -> None:
    ready_for_fast(feed)
    with transaction():
        for session in db.session.query(PeerSession):
            session.ends_at = session.starts_at

    assert asked(app.wsgi_app, app, url)[0] == "503 SERVICE UNAVAILABLE"


def test_f19_a_database_that_comes_back_is_asked_again(app: Flask, feed: Feed, url: str) -> None:
    ready_for_fast(feed)
    before = asked(app.wsgi_app, app, url)
    db.session.rollback()
    db.engine.dispose()

    with fast_alone(app):
        assert asked(app.wsgi_app, app, url) == before


def test_the_connection_of_the_fast_path_cannot_write(app: Flask) -> None:
    connection = fast_of(app).rows.connection()

    with pytest.raises(Exception, match="read-only|readonly"):
        connection.raw.execute("UPDATE feed SET last_read_on = NULL")


def test_only_one_statement_is_run_for_one_answer(app: Flask, feed: Feed, url: str) -> None:
    ready_for_fast(feed)
    tag = asked(app.wsgi_app, app, url)[1]["ETag"]
    connection = fast_of(app).rows.connection()
    if not hasattr(connection.raw, "set_trace_callback"):
        pytest.skip("only the driver of SQLite tells what it runs")
    statements: list[str] = []
    connection.raw.set_trace_callback(statements.append)

    with fast_alone(app):
        asked(app.wsgi_app, app, url)
        asked(app.wsgi_app, app, url, headers={"If-None-Match": tag})

    assert [statement.split()[0] for statement in statements] == ["SELECT", "SELECT"]


def test_many_at_once_share_a_connection_that_outlives_their_threads(
    app: Flask, feed: Feed, url: str
) -> None:
    ready_for_fast(feed)
    expected = asked(app.wsgi_app, app, url)
    rows = fast_of(app).rows
    connection = rows.connection()

    with fast_alone(app):
        for _ in range(3):
            with ThreadPoolExecutor(8) as pool:
                answers = list(pool.map(lambda _: asked(app.wsgi_app, app, url), range(64)))
            assert answers == [expected] * 64

    assert rows.connection() is connection

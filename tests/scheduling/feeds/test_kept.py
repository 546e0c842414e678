"""What is kept of a feed is right, sealed, and gone with its reason."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from core.db import db
from core.encryption import EXTENSION, KeyRing
from core.transaction import transaction
from groups import memberships
from groups.models import Membership, MembershipState
from scheduling.erasure import erase
from scheduling.feeds import contents
from scheduling.feeds.kept import is_kept, keep
from scheduling.keeping.diaries import feed_token, renew_stamps, revoke_feed
from scheduling.models import Detail, Feed, KeptFeed, PeerSession
from tests.build import rotated
from tests.conftest import NOW
from tests.scheduling.changed import note_dates_changed
from tests.scheduling.polling import ready_for_fast

pytestmark = pytest.mark.usefixtures("clock")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def kept(session: PeerSession, feed: Feed) -> Feed:
    """A link behind which a body is kept."""
    ready_for_fast(feed)
    return feed


def of(feed: Feed) -> KeptFeed | None:
    """Return what is kept behind a link."""
    db.session.rollback()
    return db.session.get(KeptFeed, feed.diary_id)


def sequence(body: bytes) -> int:
    """Return the number of the one entry."""
    return int(str(Calendar.from_ical(body).walk("VEVENT")[0]["SEQUENCE"]))


def test_what_is_kept_is_what_was_read_and_sealed(kept: Feed) -> None:
    row = of(kept)

    assert row is not None
    assert row.body == contents.read(kept, now=NOW).body
    assert b"BEGIN" not in row.body_sealed
    assert is_kept(kept.diary, row.made_of)


def test_it_is_not_good_on_another_day_or_after_another_change(kept: Feed) -> None:
    row = of(kept)
    assert row is not None
    tomorrow = contents.read(kept, now=NOW + DAY).made_of
    with transaction():
        db.session.query(PeerSession).one().theme = "care"

    assert row.made_of not in {tomorrow, contents.read(kept, now=NOW).made_of}


@pytest.mark.parametrize("how", ["leaves", "is removed", "pauses", "deletes the account", "link"])
def test_it_goes_at_once_with_its_reason(kept: Feed, member: Membership, how: str) -> None:
    diary_id = kept.diary_id
    with transaction():
        match how:
            case "leaves":
                memberships.leave(member, now=NOW)
            case "is removed":
                member.state = MembershipState.REMOVED
            case "pauses":
                member.state = MembershipState.PAUSED
            case "deletes the account":
                erase(member.person, now=NOW)
            case "link":
                revoke_feed(kept, now=NOW)

    db.session.rollback()
    assert db.session.get(KeptFeed, diary_id) is None


def test_what_was_read_before_access_ended_is_not_kept_after_it(
    session: PeerSession, feed: Feed, member: Membership
) -> None:
    reading = contents.read(feed, now=NOW)
    assert b"BEGIN:VEVENT" in reading.body
    with transaction():
        member.state = MembershipState.REMOVED

    with transaction():
        keep(feed.diary, reading, now=NOW)

    assert of(feed) is None


def test_what_another_key_sealed_is_not_handed_out(
    app: Flask, kept: Feed, client: FlaskClient
) -> None:
    url = f"/cal/{feed_token(kept)}/calendar.ics"
    before = client.get(url)
    ring: KeyRing = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = rotated(ring)
    app.wsgi_app._ring = rotated(ring)  # type: ignore[attr-defined]  # the fast path has it as well
    try:
        after = client.get(url)
        row = of(kept)
        assert row is not None
        assert (after.status_code, after.data) == (200, before.data)
        assert row.body_sealed[2:4] == b"k2"
    finally:
        app.extensions[EXTENSION] = ring


def test_a_restore_reaches_who_saw_more_than_it_knows(kept: Feed, client: FlaskClient) -> None:
    url = f"/cal/{feed_token(kept)}/calendar.ics"
    session, row = db.session.query(PeerSession).one(), of(kept)
    assert row is not None
    backup = session.starts_at, session.dates_changed_at
    first = client.get(url)
    with transaction():
        session.starts_at += HOUR / 2
        note_dates_changed(session, NOW)
    seen = client.get(url)
    with transaction():
        session.starts_at, session.dates_changed_at = backup

    restored = client.get(url, headers={"If-None-Match": seen.headers["ETag"]})
    with transaction():
        assert renew_stamps(now=NOW) > 0
    renewed = client.get(url, headers={"If-None-Match": first.headers["ETag"]})

    assert (restored.status_code, restored.data) == (200, first.data)
    assert renewed.status_code == 200
    assert sequence(renewed.data) >= sequence(seen.data)


@pytest.mark.parametrize("detail", Detail)
def test_who_has_no_access_any_more_is_never_told_unchanged(
    kept: Feed, member: Membership, client: FlaskClient, detail: Detail
) -> None:
    with transaction():
        kept.diary.detail = detail
    url = f"/cal/{feed_token(kept)}/calendar.ics"
    known = client.get(url).headers
    with transaction():
        member.state, member.left_at = MembershipState.REMOVED, NOW

    for headers in (
        {"If-None-Match": known["ETag"]},
        {"If-Modified-Since": known["Last-Modified"]},
        {},
    ):
        answer = client.get(url, headers=headers)
        assert (answer.status_code, b"BEGIN:VEVENT" in answer.data) == (200, False)
    assert db.session.scalars(select(KeptFeed.etag)).one() != known["ETag"].strip('"')

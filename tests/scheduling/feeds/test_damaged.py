"""Stored text that does not open: its entry stays, the rest is whole, and the operator hears."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from core.db import db
from core.encryption import Unreadable, damaged_lately, key_ring
from core.outbox import OutgoingMail
from core.text import Damaged
from core.transaction import transaction
from core.worker import DAMAGED, heartbeat
from groups.models import Membership
from scheduling.alerts import alert_due
from scheduling.keeping.diaries import choose, feed_token
from scheduling.models import Detail, Diary, Feed, KeptBy, PeerSession
from tests.build import FIRST, a_member, a_person, a_prompt, a_session, series_of
from tests.conftest import NOW
from tests.scheduling.changed import move

pytestmark = pytest.mark.usefixtures("clock")
LOST = b"1\x02k1" + b"x" * 40
DAY = timedelta(days=1)

DAMAGE: dict[str, Callable[[PeerSession, Diary], None]] = {
    "name": lambda session, _: setattr(session.cohort, "name_sealed", LOST),
    "place": lambda session, _: setattr(session, "place_sealed", LOST),
    "place of all": lambda session, _: setattr(session.series, "place_sealed", LOST),
    "prompt": lambda session, _: setattr(session.prompts[0], "words_sealed", LOST),
    "empty": lambda session, _: setattr(session.cohort, "name_sealed", b""),
    "no text": lambda session, _: setattr(
        session.cohort,
        "name_sealed",
        key_ring().seal(b"\xff", f"cohort.name_sealed:{session.cohort.public_id}"),
    ),
}


@pytest.fixture
def full(session: PeerSession, feed: Feed) -> Feed:
    """A link of someone who is shown everything, with two sessions and a prompt that shows."""
    a_session(series_of(session), FIRST + 28 * DAY, number=2)
    a_prompt(session, "Who carried you?")
    with transaction():
        session.prompts_shown_at, feed.diary.detail = NOW, Detail.FULL
    return feed


def events(client: FlaskClient, feed: Feed) -> dict[str, dict[str, str]]:
    """Return what a reader gets: the properties of each event, by its identifier."""
    answer = client.get(f"/cal/{feed_token(feed)}/calendar.ics")
    assert answer.status_code == 200
    found = Calendar.from_ical(answer.data).walk("VEVENT")
    return {
        str(one["UID"]): {name: value.to_ical().decode() for name, value in one.items()}
        for one in found
    }


@pytest.mark.parametrize("what", DAMAGE)
def test_f19_an_entry_stays_without_the_words_that_cannot_be_read(
    client: FlaskClient, session: PeerSession, full: Feed, what: str
) -> None:
    whole = events(client, full)
    with transaction():
        DAMAGE[what](session, full.diary)

    found = events(client, full)

    assert set(found) == set(whole)
    for uid, event in found.items():
        for name in ("DTSTART", "DTEND", "STATUS", "SEQUENCE"):
            assert event[name] == whole[uid][name]
    assert "Can’t be read" not in str(found)
    changed = [uid for uid in whole if found[uid] != whole[uid]]
    assert len(changed) == (1 if what in ("place", "prompt") else 2)


def test_f19_words_of_ones_own_that_cannot_be_read_are_neutral_ones(
    client: FlaskClient, session: PeerSession, feed: Feed
) -> None:
    with transaction():
        feed.diary.words_sealed = LOST

    assert [one["SUMMARY"] for one in events(client, feed).values()] == ["Private appointment"]


def test_f19_without_the_key_of_its_identifiers_a_feed_is_away(
    client: FlaskClient, session: PeerSession, feed: Feed
) -> None:
    with transaction():
        feed.diary.entry_key_sealed = LOST

    assert client.get(f"/cal/{feed_token(feed)}/calendar.ics").status_code == 503


def test_the_operator_is_told_once_a_day_without_content(
    client: FlaskClient, session: PeerSession, full: Feed
) -> None:
    damaged_lately()
    with transaction():
        session.cohort.name_sealed = session.place_sealed = LOST
    for _ in range(3):
        events(client, full)

    told = [alert_due(NOW + minutes * timedelta(minutes=1), ()) for minutes in (0, 5, 10)]

    [letter] = db.session.query(OutgoingMail).all()
    words = letter.body.decode()
    assert told == [1, 0, 0]
    assert "cohort.name, peer_session.place" in words
    assert session.cohort.public_id not in words
    noted = heartbeat(DAMAGED)
    assert noted is not None
    alert_due(NOW + 2 * DAY, ())
    assert heartbeat(DAMAGED) is None


def test_it_is_written_back_by_nobody(session: PeerSession, member: Membership, feed: Feed) -> None:
    with transaction():
        session.cohort.name_sealed = session.place_sealed = feed.diary.words_sealed = LOST

    with transaction():
        session.cohort.name = session.cohort.name
        session.place = ""
        choose(
            feed.diary,
            kept_by=KeptBy.FEED,
            detail=Detail.DISCREET,
            words="",
            busy=True,
            reminders=True,
            now=NOW,
        )
    assert {session.cohort.name_sealed, session.place_sealed, feed.diary.words_sealed} == {LOST}

    with transaction():
        session.place = "Room 9"
    assert session.place == "Room 9"


def test_letters_still_leave_to_everyone_whose_address_can_be_read(
    app: Flask, session: PeerSession, member: Membership
) -> None:
    lost = a_member(session.cohort, a_person("Dev"))
    with transaction():
        lost.person.email_sealed = LOST

    series, by = series_of(session), session.cohort.memberships[0].person
    with transaction():
        move(
            session,
            on=FIRST + DAY,
            starts=series.starts,
            ends=series.ends,
            now=NOW,
            by=by,
        )

    written = {mail.recipient for mail in db.session.query(OutgoingMail)}
    assert member.person.email in written
    assert not any("invalid" in address for address in written)


@pytest.mark.parametrize("envelope", [b"", b"1", b"1\x02k1", b"2" + LOST[1:], LOST[:8]])
def test_whatever_the_bytes_are_it_is_unreadable_and_no_other_error(
    app: Flask, session: PeerSession, envelope: bytes
) -> None:
    with pytest.raises(Unreadable):
        key_ring().unseal(envelope, "anywhere")
    with transaction():
        session.place_sealed = envelope

    assert isinstance(session.place, Damaged)

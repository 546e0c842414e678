"""Private calendars as their readers get them: every promise about content, on real rows."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import vobject
from flask import Flask
from flask.testing import FlaskClient

from core.db import db
from core.transaction import transaction
from groups.models import Membership
from scheduling.attendance import answers
from scheduling.feeds import contents
from scheduling.keeping import diaries
from scheduling.models import Answer, Detail, Feed, KeptBy, PeerSession, PlaceKind, SessionState
from tests import build
from tests.conftest import NOW
from tests.scheduling import changed
from tests.scheduling.calendar_bytes import lines_of, misshapen, names_of, unfolded

DAY = timedelta(days=1)
NAMES = ("Canarygroup", "Canaryleader", "Canarymember", "Canaryplace", "canaryroom")
Verb = Callable[[PeerSession, datetime], None]


@pytest.fixture
def member(app: Flask) -> Membership:
    """Somebody among others, where every name is a canary."""
    cohort = build.a_cohort(build.a_facilitator("Canaryleader"), name="Canarygroup; ünïcode, all")
    build.a_member(cohort, build.a_person("Canarymember"))
    return build.a_member(cohort)


@pytest.fixture
def session(member: Membership, now: datetime) -> PeerSession:
    """A session whose prompts can be seen."""
    room = "https://canaryroom.example/1"
    made = build.a_session(build.a_series(member.cohort, place="Canaryplace", room=room))
    build.a_prompt(made, "Who carried you?\nAnd whom did you carry, then; and how?")
    with transaction():
        made.prompts_shown_at = now
    return made


def choose(
    feed: Feed, now: datetime, *, detail: Detail, words: str = "", busy: bool = True
) -> None:
    """Choose what the diary shows."""
    with transaction():
        diaries.choose(
            feed.diary,
            kept_by=KeptBy.FEED,
            detail=detail,
            words=words,
            busy=busy,
            reminders=True,
            now=now,
        )


def body(feed: Feed, now: datetime) -> bytes:
    """What a calendar program is given."""
    return contents.read(feed, now=now).body


@pytest.mark.parametrize("detail", list(Detail))
def test_f1_f2_f3_f4_every_feed_has_the_same_sound_frame(
    session: PeerSession, feed: Feed, now: datetime, detail: Detail
) -> None:
    choose(feed, now, detail=detail)

    told = body(feed, now)

    assert unfolded(told)[:9] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Calendar//Calendar 1//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Calendar",
        "X-WR-CALNAME:Calendar",
        "X-WR-TIMEZONE:Europe/London",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
    ]
    assert "METHOD" not in names_of(told)
    assert misshapen(told) == []


def test_f5_somebody_without_any_date_gets_a_calendar_with_one_zone(
    app: Flask, now: datetime
) -> None:
    told = body(build.a_feed(build.a_person())[0], now)

    assert told.count(b"BEGIN:VTIMEZONE") == 1
    assert b"BEGIN:VEVENT" not in told


@pytest.mark.parametrize(
    ("detail", "changed"),
    [(Detail.DISCREET, build.CREATED), (Detail.FULL, NOW)],
)
def test_f6_f7_f8_f9_every_event_has_what_programs_compare(
    session: PeerSession, feed: Feed, now: datetime, detail: Detail, changed: datetime
) -> None:
    choose(feed, now, detail=detail)

    told = body(feed, now + DAY)

    assert lines_of(told, "DTSTART") == ["DTSTART:20261210T180000Z"]
    assert lines_of(told, "DTEND") == ["DTEND:20261210T193000Z"]
    assert lines_of(told, "CLASS") == ["CLASS:PRIVATE"]
    [stamp], [modified] = lines_of(told, "DTSTAMP"), lines_of(told, "LAST-MODIFIED")
    assert stamp.partition(":")[2] == modified.partition(":")[2]
    said = datetime.strptime(f"{modified.partition(':')[2]}+0000", "%Y%m%dT%H%M%SZ%z")
    assert timedelta(0) < changed - said < timedelta(hours=1)
    assert names_of(told) >= {"SUMMARY", "STATUS", "TRANSP", "SEQUENCE"}
    assert len(set(lines_of(told, "UID"))) == 1


def test_f9_two_calendars_share_no_stamp(
    session: PeerSession, feed: Feed, now: datetime, client: FlaskClient
) -> None:
    others = [
        build.a_feed(build.a_member(session.cohort, build.a_person(name)).person)[0]
        for name in ("Dev", "Tom", "Uma", "Vic")
    ]
    move(session, now)

    told = [body(one, now) for one in (feed, *others)]

    for name in ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE"):
        assert len({line for one in told for line in lines_of(one, name)}) == 5
    asked = [client.get(f"/cal/{diaries.feed_token(one)}/calendar.ics") for one in (feed, *others)]
    assert len({answer.headers["Last-Modified"] for answer in asked}) == 5
    assert all(answer.last_modified and answer.last_modified <= now for answer in asked)


def move(session: PeerSession, now: datetime) -> None:
    hours = {"starts": build.series_of(session).starts, "ends": build.series_of(session).ends}
    leader = session.cohort.memberships[0].person
    changed.move(session, on=date(2026, 12, 11), **hours, now=now, by=leader)


def cancel(session: PeerSession, now: datetime) -> None:
    changed.cancel(session, now=now, by=session.cohort.memberships[0].person)


def elsewhere(session: PeerSession, now: datetime) -> None:
    place, kind = "Canaryplace 9", PlaceKind.IN_PERSON
    leader = session.cohort.memberships[0].person
    changed.change_place(session, place_kind=kind, place=place, room=None, now=now, by=leader)


@pytest.mark.parametrize("verb", [move, cancel, elsewhere])
def test_f10_what_a_facilitator_changes_raises_sequence_and_last_modified(
    session: PeerSession, feed: Feed, now: datetime, verb: Verb
) -> None:
    choose(feed, now, detail=Detail.FULL)
    [before] = contents.entries(feed.diary, now=now)

    with transaction():
        verb(session, now)

    [after] = contents.entries(feed.diary, now=now)
    assert (after.uid, after.sequence > before.sequence) == (before.uid, True)
    assert after.changed_at >= before.changed_at + timedelta(seconds=1)


def test_f10_what_shows_nowhere_changes_no_byte(
    session: PeerSession, member: Membership, feed: Feed, now: datetime
) -> None:
    choose(feed, now, detail=Detail.DISCREET)
    before = contents.read(feed, now=now)

    with transaction():
        elsewhere(session, now)
        answers.give(session, member, Answer.COMING, now=now)

    assert contents.read(feed, now=now + DAY) == before


def test_f11_words_come_back_as_they_were_written(
    session: PeerSession, feed: Feed, now: datetime
) -> None:
    choose(feed, now, detail=Detail.FULL)

    event = vobject.readOne(body(feed, now).decode()).vevent

    assert event.summary.value == "Canarygroup; ünïcode, all"
    assert event.description.value.startswith(
        "Who carried you?\nAnd whom did you carry, then; and how?\nhttp://alcove.example/"
    )


def test_f12_no_feed_names_a_person_or_says_who_comes(
    session: PeerSession, member: Membership, feed: Feed, now: datetime
) -> None:
    choose(feed, now, detail=Detail.FULL)
    with transaction():
        answers.give(session, member, Answer.COMING, now=now)
        session.came = 7

    told = body(feed, now)

    names = {"ATTENDEE", "ORGANIZER", "ATTACH", "REQUEST-STATUS", "BEGIN:VALARM", "CONTACT"}
    assert names.isdisjoint(names_of(told) | set(unfolded(told)))
    assert [name for name in NAMES if name in told.decode()] == ["Canarygroup", "Canaryplace"]
    assert b"people.example" not in told


@pytest.mark.parametrize(
    ("busy", "shown"), [(True, ("OPAQUE", "BUSY")), (False, ("TRANSPARENT", "FREE"))]
)
def test_f13_the_time_is_taken_unless_its_owner_shows_it_as_free(
    session: PeerSession, feed: Feed, now: datetime, busy: bool, shown: tuple[str, str]
) -> None:
    choose(feed, now, detail=Detail.DISCREET, busy=busy)

    told = body(feed, now)

    assert lines_of(told, "TRANSP") == [f"TRANSP:{shown[0]}"]
    assert lines_of(told, "X-MICROSOFT-CDO-BUSYSTATUS") == [
        f"X-MICROSOFT-CDO-BUSYSTATUS:{shown[1]}"
    ]


@pytest.mark.parametrize(
    ("detail", "title"),
    [
        (Detail.DISCREET, "SUMMARY:Cancelled: Hold"),
        (Detail.FULL, "SUMMARY:Cancelled: Canarygroup\\; ünïcode\\, all"),
    ],
)
def test_f14_what_is_cancelled_stays_and_says_so_in_words(
    session: PeerSession, feed: Feed, now: datetime, detail: Detail, title: str
) -> None:
    choose(feed, now, detail=detail, words="Hold")
    with transaction():
        cancel(session, now)

    told = body(feed, now)

    assert lines_of(told, "SUMMARY") == [title]
    assert lines_of(told, "STATUS") == ["STATUS:CANCELLED"]
    assert lines_of(told, "TRANSP") == ["TRANSP:TRANSPARENT"]
    assert lines_of(told, "DTSTART") == ["DTSTART:20261210T180000Z"]


def test_f16_no_feed_has_more_than_five_hundred_events(
    session: PeerSession, feed: Feed, now: datetime
) -> None:
    with transaction():
        db.session.add_all(another(session, days) for days in range(-30, 471))

    assert body(feed, now).count(b"BEGIN:VEVENT") == 500


def another(session: PeerSession, days: int) -> PeerSession:
    """One more session of the same run, so many days later."""
    return PeerSession(
        series_id=session.series_id,
        cohort_id=session.cohort_id,
        planned_on=session.planned_on + (days + 1000) * DAY,
        number=2,
        starts_at=session.starts_at + days * DAY,
        ends_at=session.ends_at + days * DAY,
        dates_changed_at=session.dates_changed_at,
        details_changed_at=session.details_changed_at,
    )


def test_f16_what_leaves_the_window_rewrites_nothing_that_stays(
    session: PeerSession, feed: Feed, now: datetime
) -> None:
    build.a_session(build.series_of(session), date(2027, 1, 14), number=2)

    held, _, kept = body(feed, now).partition(b"END:VEVENT\r\n")
    later = body(feed, session.ends_at + 61 * DAY)

    assert held.startswith(b"BEGIN:VCALENDAR")
    assert later.count(b"BEGIN:VEVENT") == 1
    assert later.endswith(kept)


@pytest.mark.parametrize("state", list(SessionState))
def test_f17_the_way_in_is_a_link_to_us_and_never_that_of_the_room(
    session: PeerSession, feed: Feed, now: datetime, state: SessionState
) -> None:
    choose(feed, now, detail=Detail.FULL)
    with transaction():
        session.state = state

    event = vobject.readOne(body(feed, now).decode()).vevent

    page = f"/g/{session.cohort.public_id}/s/{session.public_id}"
    assert event.description.value.endswith(page)
    assert "canaryroom" not in event.serialize()


def test_f18_a_discreet_calendar_holds_the_owners_words_and_nothing_of_ours(
    session: PeerSession, feed: Feed, now: datetime
) -> None:
    choose(feed, now, detail=Detail.DISCREET, words="Hold")

    told = body(feed, now)

    assert lines_of(told, "SUMMARY") == ["SUMMARY:Hold"]
    assert {"DESCRIPTION", "LOCATION", "URL"}.isdisjoint(names_of(told))
    assert [name for name in NAMES if name.casefold() in told.decode().casefold()] == []


def test_f18_without_words_of_their_own_it_is_a_private_appointment(
    session: PeerSession, feed: Feed, now: datetime
) -> None:
    assert lines_of(body(feed, now), "SUMMARY") == ["SUMMARY:Private appointment"]

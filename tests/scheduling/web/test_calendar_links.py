"""Subscribing: the link that fits the machine, without a script, and what is said beside it."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import segno
import time_machine
from flask import Flask
from sqlalchemy import select

from core.db import db
from core.transaction import transaction
from groups.models import Membership, Person
from scheduling.models import Detail, Diary, Feed, KeptBy, PeerSession
from tests.build import a_feed, a_person, a_prompt
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.scheduling.devices import ANDROID, IPHONE, LINUX, WINDOWS
from tests.scheduling.post import kept_by, letters

pytestmark = pytest.mark.usefixtures("clock", "reader")

SOLID = re.compile(r'<a href="([^"]+)" data-for="([^"]+)" class="btn wide">([^<]+)</a>')


@pytest.fixture
def reader(member: Membership, session: PeerSession) -> Person:
    """Somebody with a session on Thursday 10 December at 6pm, and with a private link."""
    a_feed(member.person)
    return member.person


def page(visitor: PageClient, user_agent: str) -> str:
    """Return the calendar page as a browser gets it."""
    response = visitor.get("/calendar", headers={"User-Agent": user_agent})
    return response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("user_agent", "scheme", "label"),
    [
        (IPHONE, "webcal://alcove.example/cal/", "Add to Apple Calendar"),
        (ANDROID, "https://calendar.google.com/calendar/r?cid=webcal", "Add to Google Calendar"),
        (WINDOWS, "https://outlook.live.com/calendar/0/addfromweb", "Add to Outlook"),
    ],
)
def test_the_solid_button_fits_the_machine_without_a_script(
    visitor: PageClient, user_agent: str, scheme: str, label: str
) -> None:
    ((url, _, shown),) = SOLID.findall(page(visitor, user_agent))

    assert (url.startswith(scheme), shown) == (True, label)


def test_a_machine_nobody_recognises_gets_the_link_to_copy(visitor: PageClient) -> None:
    html = page(visitor, LINUX)

    assert SOLID.findall(html) == []
    assert html.count('id="feed-link"') == 1
    assert html.index('id="feed-link"') < html.index("How soon do changes show?")


def test_the_group_page_has_the_same_box(visitor: PageClient, session: PeerSession) -> None:
    response = visitor.get(f"/g/{session.cohort.public_id}", headers={"User-Agent": IPHONE})

    assert len(SOLID.findall(response.get_data(as_text=True))) == 1


def test_an_android_phone_is_told_the_way_round_googles_app(visitor: PageClient) -> None:
    html = page(visitor, ANDROID)

    assert "Google’s app on a phone takes no private links" in html
    assert "https://calendar.google.com/calendar/r/settings/addbyurl" in html


def test_how_soon_changes_show_is_said_for_each_program(visitor: PageClient) -> None:
    text = words(visitor.get("/calendar"))

    assert "Apple: about once an hour." in text
    assert "Outlook: every few hours, at most after a day." in text
    assert "Google: a few times a day, sometimes only after a day." in text
    assert "Any change of a date also comes to you by e-mail." in text


def test_m11_members_are_asked_to_know_the_sender(visitor: PageClient) -> None:
    text = words(visitor.get("/calendar"))

    assert "add hello@alcove.example to your contacts" in text


def test_the_dates_can_be_downloaded_once(visitor: PageClient, session: PeerSession) -> None:
    response = visitor.get("/calendar/dates.ics")

    body = response.get_data(as_text=True)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="dates.ics"'
    assert "no-store" in response.headers["Cache-Control"]
    assert (body.count("BEGIN:VEVENT"), body.count("DTSTART:20261210T180000Z")) == (1, 1)
    assert "REFRESH-INTERVAL" not in body
    assert "X-WR-CALNAME" not in body


def test_a_downloaded_date_has_an_identifier_of_its_own(
    visitor: PageClient, reader: Person
) -> None:
    uid = re.compile(r"UID:(\S+)")
    _, token = a_feed(reader, "Laptop")
    feed = visitor.get(f"/cal/{token}/calendar.ics").get_data(as_text=True)

    first, again = (visitor.get("/calendar/dates.ics").get_data(as_text=True) for _ in range(2))

    assert uid.findall(first) == [f"copy-{found}" for found in uid.findall(feed)]
    assert first == again


def test_a_download_needs_signing_in(app: Flask, reader: Person) -> None:
    stranger = app.test_client()

    assert stranger.get("/calendar/dates.ics", base_url="http://alcove.example").status_code == 303


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "Last read on Saturday 21 November."),
        (20, "Last read on Sunday 1 November."),
        (
            21,
            "Last read on Saturday 31 October. Not read for three weeks: it may have been removed.",
        ),
        (
            90,
            "Last read on Sunday 23 August. Not read for twelve weeks: it may have been removed.",
        ),
    ],
)
def test_a_link_that_has_not_been_read_for_weeks_is_pointed_out(
    visitor: PageClient, reader: Person, days: int, said: str
) -> None:
    feed, _ = a_feed(reader, "Old phone")
    with transaction():
        feed.last_read_on = NOW.date() - timedelta(days=days)

    text = words(visitor.get("/calendar"))

    assert f"Made on Sunday 1 November. {said} " in text
    assert ("may have been removed" in text) == (days >= 21)


def test_the_picture_of_a_full_entry_shows_all_it_gives_away(
    visitor: PageClient, reader: Person, session: PeerSession
) -> None:
    a_prompt(session, "What helped?")
    with transaction():
        session.prompts_shown_at = NOW
        diary = db.session.scalars(select(Diary).where(Diary.person_id == reader.id)).one()
        diary.detail = Detail.FULL

    html = visitor.get("/calendar").get_data(as_text=True)

    assert (
        html.count(
            'aria-label="A diary entry at 6pm called Thursday evenings, Online, What helped?, '
            'A link that needs signing in"'
        )
        == 2
    )


def test_the_picture_shows_the_hour_where_its_owner_lives(
    visitor: PageClient, reader: Person
) -> None:
    with transaction():
        reader.time_zone = "America/New_York"

    html = visitor.get("/calendar").get_data(as_text=True)

    assert 'aria-label="A diary entry at 1pm called Private appointment"' in html


def test_somebody_without_dates_sees_an_example(
    app: Flask, signed_in: Callable[[Person], PageClient]
) -> None:
    person = a_person("Dev")
    with transaction():
        diary = db.session.scalars(select(Diary).where(Diary.person_id == person.id)).one()
        diary.detail = Detail.FULL

    html = signed_in(person).get("/calendar").get_data(as_text=True)

    assert "called The group’s name, The place, The prompts, A link that needs signing in" in html


@pytest.mark.parametrize("keeps", [KeptBy.FEED, KeptBy.NEITHER, KeptBy.INVITATIONS])
def test_a_change_within_seven_days_comes_by_e_mail_to_who_subscribes_as_well(
    session: PeerSession,
    reader: Person,
    signed_in: Callable[[Person], PageClient],
    keeps: KeptBy,
) -> None:
    kept_by(reader, keeps)
    soon = session.starts_at - timedelta(days=5)
    url = f"/groups/{session.cohort.public_id}/sessions/{session.public_id}/move"
    with time_machine.travel(soon, tick=False):
        facilitator = signed_in(session.cohort.memberships[0].person)
        new = {"on": "11 December 2026", "starts": "6pm", "ends": "7:30pm", "confirmed": "quietly"}

        facilitator.post(url, data=new)

    [letter] = letters("moved", to=reader)
    assert letter.row.due_at - soon == timedelta(minutes=10)
    assert "Friday 11 December\r\n6pm to 7:30pm, UK time" in letter.text


CODE = re.compile(r'<img class="qr" src="([^"]+)" loading="lazy" alt="([^"]+)">')


def test_the_code_for_a_phone_is_fetched_from_an_address_of_its_own(
    visitor: PageClient, reader: Person
) -> None:
    html = page(visitor, IPHONE)
    link = re.search(r'id="feed-link" value="https?:([^"]+)"', html)
    ((where, said),) = CODE.findall(html)
    assert link is not None

    drawn = visitor.get(where)

    expected = BytesIO()
    segno.make(f"webcal:{link[1]}", error="m", micro=False).save(
        expected, kind="svg", omitsize=True, border=2, light="#fff", svgclass=None, lineclass=None
    )
    assert drawn.data == expected.getvalue()
    assert (drawn.content_type, said) == (
        "image/svg+xml",
        "A code that opens your private link on a phone",
    )


def test_the_address_of_the_code_says_nothing_of_the_link_and_no_copy_is_kept(
    visitor: PageClient, reader: Person
) -> None:
    html = page(visitor, IPHONE)
    secret = re.search(r'id="feed-link" value="[^"]+/cal/([^/"]+)/', html)
    ((where, _),) = CODE.findall(html)
    assert secret is not None

    drawn = visitor.get(where)

    assert secret[1] not in where
    assert secret[1].encode() not in drawn.data
    headers = ("Cache-Control", "Referrer-Policy", "Cross-Origin-Resource-Policy")
    assert [drawn.headers[name] for name in headers] == [
        "private, no-store",
        "no-referrer",
        "same-origin",
    ]


def test_a_code_is_only_for_whoever_has_the_link_and_ends_with_it(
    visitor: PageClient, reader: Person, signed_in: Callable[[Person], PageClient]
) -> None:
    ((where, _),) = CODE.findall(page(visitor, IPHONE))
    feed = db.session.scalars(select(Feed)).one()
    absent = where.replace(feed.public_id, "no-such-link")
    other = signed_in(a_person("other@people.example"))

    theirs, nothing = other.get(where), other.get(absent)
    assert (theirs.status_code, theirs.data) == (404, nothing.data)

    visitor.post(f"/calendar/links/{feed.public_id}/end")
    assert visitor.get(where).status_code == 404

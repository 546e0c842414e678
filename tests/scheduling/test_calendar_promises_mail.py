"""The letters that carry dates, as they stand in the outbox, each written by its own act."""

import email
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from core import config
from core.db import db
from core.outbox import OutgoingMail
from core.transaction import transaction
from groups.models import Membership
from scheduling.keeping import diaries
from scheduling.letters.refresh import refresh_due
from scheduling.letters.reminders import remind_due
from scheduling.models import Detail, KeptBy, PeerSession, PlaceKind
from scheduling.places import departures
from tests import build
from tests.page import PageClient
from tests.scheduling import changed, invitations
from tests.scheduling.post import all_left, full

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
DAY = timedelta(days=1)


@pytest.fixture
def told(make_app: Callable[..., Flask], now: datetime) -> list[EmailMessage]:
    """Every message that two members get in the life of a group, one discreet and one not."""
    app = make_app(base_url="https://alcove.example")
    context = app.app_context()
    context.push()
    cohort = build.a_cohort(build.a_facilitator("Amara Canary"), name="Canarygroup")
    readers = [build.a_member(cohort, build.a_person(name)) for name in ("Amina", "Dev")]
    full(readers[1].person)
    first = build.a_session(build.a_series(cohort, place="Canaryplace"))
    second = build.a_session(build.series_of(first), date(2027, 1, 14), number=2)
    for act in (welcome, remind, move, elsewhere, cancel, put_back, choose, leave):
        with_letters_left(act, first, second, readers, now)
    messages = [_opened(row) for row in db.session.query(OutgoingMail).order_by(OutgoingMail.id)]
    addresses = {reader.person.email for reader in readers}
    context.pop()
    return [one for one in messages if str(one["To"]) in addresses]


def with_letters_left(
    act: Callable[..., None],
    first: PeerSession,
    second: PeerSession,
    readers: list[Membership],
    now: datetime,
) -> None:
    """Let something happen, and everything that tells of it leave."""
    act(first=first, second=second, readers=readers, now=now)
    all_left(now)


def _opened(row: OutgoingMail) -> EmailMessage:
    message = email.message_from_bytes(row.body, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def welcome(readers: list[Membership], now: datetime, **_: object) -> None:
    with transaction():
        for reader in readers:
            invitations.welcome(reader, now=now)


def remind(first: PeerSession, **_: object) -> None:
    remind_due(first.starts_at - DAY)


def move(first: PeerSession, now: datetime, **_: object) -> None:
    hours = {"starts": build.series_of(first).starts, "ends": build.series_of(first).ends}
    leader = first.cohort.memberships[0].person
    with transaction():
        changed.move(first, on=date(2026, 12, 11), **hours, now=now, by=leader)


def elsewhere(first: PeerSession, now: datetime, **_: object) -> None:
    kind, leader = PlaceKind.IN_PERSON, first.cohort.memberships[0].person
    where = {"place_kind": kind, "place": "Canaryplace 9", "room": None}
    with transaction():
        changed.change_place(first, **where, now=now, by=leader)  # type: ignore[arg-type]  # one dictionary of two types


def cancel(first: PeerSession, now: datetime, **_: object) -> None:
    with transaction():
        changed.cancel(first, now=now, by=first.cohort.memberships[0].person)


def put_back(first: PeerSession, now: datetime, **_: object) -> None:
    with transaction():
        changed.reinstate(first, now=now, by=first.cohort.memberships[0].person)


def choose(readers: list[Membership], now: datetime, **_: object) -> None:
    with transaction():
        for reader in readers:
            diary = diaries.diary_of(reader.person, now=now)
            choices = {"kept_by": KeptBy.INVITATIONS, "detail": Detail(diary.detail)}
            diaries.choose(diary, **choices, words="", busy=False, reminders=True, now=now)  # type: ignore[arg-type]  # one dictionary of two types
    refresh_due(now + DAY)


def leave(readers: list[Membership], now: datetime, **_: object) -> None:
    with transaction():
        for reader in readers:
            departures.depart(reader, now=now)


def carrying(messages: list[EmailMessage]) -> list[EmailMessage]:
    """Those with a calendar part."""
    return [one for one in messages if one.get_content_type() == "multipart/mixed"]


def words_of(message: EmailMessage, kind: str) -> str:
    """What a message says, as plain text or as HTML."""
    part = message.get_body(("plain",) if kind == "plain" else ("html",))
    assert part is not None
    return str(part.get_content())


def to(person: str, messages: list[EmailMessage]) -> list[EmailMessage]:
    """What one person got."""
    return [one for one in messages if str(one["To"]).startswith(person)]


def test_the_life_of_a_group_has_every_kind_of_letter(told: list[EmailMessage]) -> None:
    assert len(carrying(told)) >= 2 * 6
    assert len(told) > len(carrying(told))


def test_m1_every_message_is_to_one_person_and_has_no_copies(told: list[EmailMessage]) -> None:
    assert {str(one["To"]) for one in told} == {"amina@people.example", "dev@people.example"}
    assert [one for one in told if one["Cc"] or one["Bcc"] or one["Resent-To"]] == []


def test_m2_every_message_is_from_the_organiser_and_answers_go_nowhere_else(
    told: list[EmailMessage],
) -> None:
    assert {str(one["From"]) for one in told} == {"Alcove <hello@alcove.example>"}
    assert [one for one in told if one["Reply-To"] or one["Sender"]] == []


def test_m3_m4_calendar_letters_have_one_form_and_one_method(told: list[EmailMessage]) -> None:
    for one in carrying(told):
        kinds = [part.get_content_type() for part in one.walk()]
        named = [part for part in one.walk() if part.get_param("method")]
        calendar, attachment = [part.get_payload(decode=True) for part in one.walk()][-2:]

        assert kinds == [
            *("multipart/mixed", "multipart/alternative", "text/plain", "text/html"),
            *("text/calendar", "application/ics"),
        ]
        assert [part.get_content_type() for part in named] == ["text/calendar"]
        assert named[0]["Content-Disposition"] is None
        assert calendar == attachment
        assert isinstance(calendar, bytes)
        assert f"METHOD:{named[0].get_param('method')}\r\n".encode() in calendar


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_m6_both_forms_say_date_local_time_and_zone(told: list[EmailMessage], kind: str) -> None:
    unsaid = [
        one["Subject"]
        for one in carrying(told)
        if not re.search(r"(Thursday|Friday) 1[014] \w+", words_of(one, kind))
        or "6pm to 7:30pm, UK time" not in words_of(one, kind)
    ]

    assert unsaid == []


def test_m6_nothing_is_loaded_or_run_and_every_link_is_ours_by_https(
    told: list[EmailMessage],
) -> None:
    for one in told:
        html, text = words_of(one, "html"), words_of(one, "plain")
        links = re.findall(r'href="([^"]+)"', html) + re.findall(r"\w+://\S+", text)

        assert not re.search(r"<(img|script|link|iframe|form|object)|url\(|@import", html, re.I)
        assert links
        assert {urlsplit(link)[:2] for link in links} == {("https", "alcove.example")}


def test_m7_opening_every_link_of_every_letter_changes_nothing(
    told: list[EmailMessage], make_app: Callable[..., Flask]
) -> None:
    app = make_app(base_url="https://alcove.example")
    app.test_client_class = PageClient
    links = {link for one in told for link in re.findall(r"https://\S+", words_of(one, "plain"))}
    with app.app_context():
        before = everything()
        for link in links:
            app.test_client().get(link.removeprefix("https://alcove.example"))
        after = everything()

    assert len(links) > 5
    assert after == before


def everything() -> list[tuple[str, list[tuple[object, ...]]]]:
    """Every row of every table."""
    db.session.rollback()
    return [
        (table.name, sorted((tuple(row) for row in db.session.execute(table.select())), key=repr))
        for table in db.metadata.sorted_tables
    ]


def test_m8_every_message_says_that_a_program_wrote_it(told: list[EmailMessage]) -> None:
    for one in told:
        assert one["Auto-Submitted"] == "auto-generated"
        assert one["X-Auto-Response-Suppress"] == "OOF, AutoReply"
        assert str(one["Message-ID"]).endswith("@alcove.example>")
        assert one["Date"]
        assert one["Precedence"] is None
        assert one["List-Id"] is None


def test_m8_every_message_has_a_one_click_button_of_its_readers_own(
    told: list[EmailMessage],
) -> None:
    hers, his = [
        {str(one["List-Unsubscribe"]) for one in told if str(one["To"]).startswith(name)}
        for name in ("amina", "dev")
    ]

    assert hers.isdisjoint(his)
    assert all(address.startswith("<https://alcove.example/stop/") for address in hers | his)
    assert {one["List-Unsubscribe-Post"] for one in told} == {"List-Unsubscribe=One-Click"}


def test_m9_operators_are_told_what_the_domain_has_to_publish() -> None:
    words = OPERATIONS.read_text()

    assert [name for name in ("SPF", "DKIM", "DMARC", "quarantine") if name not in words] == []


def test_m10_subjects_say_when_and_never_what(told: list[EmailMessage]) -> None:
    subjects = {str(one["Subject"]) for one in told}

    assert [subject for subject in subjects if "canary" in subject.casefold()] == []
    assert {"Invitation: Thursday 10 December", "Cancelled: Friday 11 December"} <= subjects
    assert max(len(line) for one in told for line in one.as_bytes().split(b"\r\n")) <= 998


def test_m10_a_discreet_reader_is_told_no_name_of_anything(told: list[EmailMessage]) -> None:
    discreet, openly = [
        "".join(part.get_content() for one in to(name, told) for part in texts(one)).casefold()
        for name in ("amina", "dev")
    ]

    assert "canary" not in discreet
    assert "canarygroup" in openly
    assert "amara" not in openly


def texts(message: EmailMessage) -> list[EmailMessage]:
    """The parts of a message that hold words."""
    return [part for part in message.walk() if part.get_content_maintype() == "text"]


def test_m11_the_first_letter_asks_to_add_the_address_to_the_contacts(
    told: list[EmailMessage],
) -> None:
    [first] = [one for one in to("amina", told) if one["Subject"] == "Your dates"]

    assert "add hello@alcove.example to your contacts" in words_of(first, "plain")
    assert "add hello@alcove.example to your contacts" in words_of(first, "html")


def test_m12_an_address_nobody_said_yes_from_gets_no_calendar(app: Flask, now: datetime) -> None:
    cohort = build.a_cohort()
    build.a_session(build.a_series(cohort))
    build.a_member(cohort, build.a_person("Silent", reached_at=None, proved_at=None))
    build.a_member(cohort, build.a_person("Dev", proved_at=None))
    offer, _ = build.an_offer(cohort, "newcomer@people.example")
    with transaction():
        changed.send_offer(offer, now=now)
    invitations.issue_due(now)

    sent = [_opened(row) for row in db.session.query(OutgoingMail)]

    readers = [cohort.memberships[0].person.email, "dev@people.example"]
    assert [str(one["To"]) for one in carrying(sent)] == readers
    assert [one.get_content_type() for one in to("newcomer", sent)] == ["multipart/alternative"]
    assert to("silent", sent) == []
    assert config.current().mail_from == "hello@alcove.example"

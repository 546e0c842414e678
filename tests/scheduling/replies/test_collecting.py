"""The job that reads the service mailbox, against a real Dovecot, and who hears about it."""

import logging
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from core.db import db
from core.doctor import Finding, examine
from core.errors import Unreachable
from core.mailbox import Inbox, Pile
from core.transaction import transaction
from core.worker import Job, heartbeats, run_job
from scheduling.alerts import alert_due
from scheduling.jobs import JOBS, forget_due
from scheduling.models import CalendarMail, PeerSession, WaitingMail
from scheduling.replies import collecting
from scheduling.replies.collecting import collect_due, waiting_for_a_person
from scheduling.replies.replying import Outcome, take
from tests import build
from tests.conftest import NOW
from tests.dovecot import Server, dovecot_or_skip
from tests.page import PageClient
from tests.scheduling.answered import CANARY, SAM, answer, invited, known, outcomes, shape
from tests.scheduling.post import invite, letters

LATER = NOW + timedelta(hours=2)
SHAPES = ("google", "exchange", "apple", "bounce", "absence", "winmail", "subject-only")


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Server]:
    """One server for all tests here; each signs in as somebody else."""
    with dovecot_or_skip() as made:
        yield made


@pytest.fixture
def server(dovecot: Server, request: pytest.FixtureRequest) -> Server:
    return dovecot.mailbox_of(request.node.name)


@pytest.fixture
def reading(make_app: Callable[..., Flask], server: Server) -> Iterator[Flask]:
    """An installation that reads the mailbox, its context open."""
    made = make_app(imap=server.settings())
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(reading: Flask) -> PeerSession:
    """The session to which Sam has been invited under the UID of the messages."""
    member = build.a_member(build.a_cohort(), build.a_person("Sam", SAM))
    made = build.a_session(build.a_series(member.cohort))
    invite(made, member, NOW)
    invited(made, member)
    return made


def lying(server: Server) -> tuple[int, ...]:
    """How many messages lie in the inbox and on the three piles."""
    found = server.folders()
    names = ("INBOX", "Alcove/Done", "Alcove/Ignored", "Alcove/For a person")
    return tuple(found[name] for name in names)


def test_every_message_is_acted_on_and_sorted(session: PeerSession, server: Server) -> None:
    unknown = answer(uid="nobody@alcove.example")
    server.deliver(*(shape(name) for name in SHAPES), unknown)

    assert collect_due(LATER) == 8

    assert lying(server) == (0, 4, 2, 2)
    assert known() == [("coming", False, [])]
    assert waiting_for_a_person() == 2


def test_nothing_is_read_where_no_mailbox_is_set(app: Flask) -> None:
    assert collect_due(LATER) == 0
    assert (outcomes(), waiting_for_a_person()) == ([], 0)


def test_a_message_that_could_not_be_moved_is_not_acted_on_twice(
    session: PeerSession, server: Server
) -> None:
    server.deliver(shape("outlook-other-time"), shape("winmail"))
    collect_due(LATER)
    with server.client() as imap:
        for folder in ("Alcove/Done", "Alcove/For a person"):
            imap.select(f'"{folder}"')
            imap.uid("MOVE", "1:*", "INBOX")

    assert collect_due(LATER + timedelta(minutes=2)) == 2

    assert outcomes() == ["recorded", "unclear"]
    assert len(letters("other_time")) == 1
    assert lying(server) == (0, 1, 0, 1)


def test_what_is_too_large_is_not_even_fetched(
    session: PeerSession, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.deliver(b"Subject: large\r\n\r\n" + b"a" * 20_000_000)
    monkeypatch.setattr(collecting, "take", None)

    assert collect_due(LATER) == 1

    assert lying(server) == (0, 0, 0, 1)


def test_a_database_that_is_away_leaves_the_message_where_it_is(
    session: PeerSession, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.deliver(answer(), shape("absence"))

    def fail_once(message: bytes, *, now: datetime) -> Outcome:
        if b"ACCEPTED" in message:
            raise OperationalError("", {}, Exception("away"))
        return take(message, now=now)

    monkeypatch.setattr(collecting, "take", fail_once)
    with pytest.raises(OperationalError):
        collect_due(LATER)
    assert lying(server) == (1, 0, 1, 0)

    monkeypatch.setattr(collecting, "take", take)
    assert collect_due(LATER) == 1
    assert (lying(server), known()) == ((0, 1, 1, 0), [("coming", False, [])])


def test_a_connection_that_breaks_off_between_two_messages_loses_nothing(
    session: PeerSession, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.deliver(answer(), shape("outlook-other-time"))

    def break_off(inbox: Inbox, uid: int, _pile: Pile) -> None:
        inbox._imap.socket().shutdown(socket.SHUT_RDWR)
        true_move(inbox, uid, _pile)

    true_move = Inbox.move
    monkeypatch.setattr(Inbox, "move", break_off)
    with pytest.raises(Unreachable):
        collect_due(LATER)
    assert (lying(server), outcomes()) == ((2, 0, 0, 0), ["recorded"])

    monkeypatch.setattr(Inbox, "move", true_move)
    assert collect_due(LATER) == 2
    assert (lying(server), outcomes()) == ((0, 2, 0, 0), ["recorded", "recorded"])


def test_a_visit_ends_in_time_and_the_next_goes_on(
    session: PeerSession, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.deliver(shape("absence"), shape("bounce"))
    monkeypatch.setattr(collecting, "MOST", 1)

    assert [collect_due(LATER) for _ in range(3)] == [1, 1, 0]


def test_a_mailbox_that_is_away_is_said_in_words_on_the_heartbeat(
    make_app: Callable[..., Flask], server: Server
) -> None:
    job = Job("replies", "messages", timedelta(minutes=2), collect_due)
    with make_app(imap=server.settings(password="wrong")).app_context():
        with pytest.raises(Unreachable):
            collect_due(LATER)

        run_job(job, LATER)

        words = "The mailbox did not accept our user name and password."
        assert heartbeats()["replies"].trouble == words
        db.session.remove()
        db.engine.dispose()


def test_what_was_dealt_with_is_deleted_after_thirty_days(
    session: PeerSession, server: Server
) -> None:
    collect_due(LATER)
    before = LATER - timedelta(days=32)
    for pile in ("Done", "Ignored", "For a person"):
        server.deliver(shape("google"), folder=f"Alcove/{pile}", on=before)

    collect_due(LATER)

    assert lying(server) == (0, 0, 0, 1)


def test_no_comment_reaches_database_log_or_mail(
    session: PeerSession, server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    named = answer(headers=[f"Subject: {CANARY}", f"X-Note: {CANARY}"], stamp="20261121T103000Z")
    broken = named.replace(b"METHOD:REPLY", b"METHOD:").replace(b"UID:", b"COMMENT:")
    names = ("google", "exchange", "outlook-other-time", "absence", "bounce")
    server.deliver(*(shape(name) for name in names), named, broken)

    assert collect_due(LATER) == 7

    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(CANARY.encode() in content for content in written)
    kept = [row for table in db.metadata.sorted_tables for row in db.session.execute(select(table))]
    assert CANARY not in str([tuple(row) for row in kept])
    assert CANARY not in caplog.text
    assert SAM not in caplog.text
    assert not any(CANARY in one.subject + one.text + one.html for one in letters(waiting=False))


def counted(messages: int) -> None:
    with transaction():
        db.session.add(WaitingMail(id=1, messages=messages, counted_at=LATER))


def test_the_operators_page_says_how_many_wait(
    reading: Flask, signed_in_to: Callable[[Flask], PageClient]
) -> None:
    counted(2)

    page = signed_in_to(reading).get("/operating").get_data(as_text=True)

    assert "Two messages wait for a person." in page
    assert "Something needs a look." in page


@pytest.fixture
def signed_in_to() -> Callable[[Flask], PageClient]:
    """Return a function that gives an operator's browser."""

    def browser(app: Flask) -> PageClient:
        app.test_client_class = PageClient
        made = app.test_client()
        assert isinstance(made, PageClient)
        made.sign_in(build.a_person("Sol", operates=True))
        return made

    return browser


def test_the_alert_says_how_many_wait(reading: Flask) -> None:
    counted(1)

    assert alert_due(LATER, JOBS) == 1

    [letter] = letters("alert")
    assert "- In the mailbox, and waiting for you: one message\r\n" in letter.text


def test_nobody_is_told_of_a_mailbox_that_is_no_longer_read(app: Flask) -> None:
    counted(3)

    assert waiting_for_a_person() == 0
    assert alert_due(LATER, JOBS) == 0


def found_by_doctor() -> list[Finding]:
    return [finding for finding in examine(LATER) if finding.name == "Mailbox"]


def test_the_doctor_signs_in_and_counts_what_waits(reading: Flask, server: Server) -> None:
    [well] = found_by_doctor()
    server.deliver(shape("winmail"), folder="Alcove/For a person")
    [_, waiting] = found_by_doctor()

    assert (well.ok, well.words) == (True, f"127.0.0.1:{server.port} lets us read and sort")
    assert (waiting.ok, waiting.words) == (None, "1 message waits for a person")


def test_the_doctor_says_what_is_wrong_without_the_password(
    make_app: Callable[..., Flask], server: Server
) -> None:
    with make_app(imap=server.settings(password="hidden-word")).app_context():
        [found] = found_by_doctor()

        assert (found.ok, found.mend) == (False, "Correct IMAP_URL.")
        assert "hidden-word" not in found.words
        db.session.remove()
        db.engine.dispose()


def test_the_doctor_says_nothing_of_a_mailbox_that_is_not_set(app: Flask) -> None:
    assert found_by_doctor() == []


def test_that_a_message_came_is_forgotten_after_thirty_days(session: PeerSession) -> None:
    with transaction():
        take(answer(), now=LATER)

    forget_due(LATER + timedelta(days=29))
    assert db.session.query(CalendarMail).count() == 1
    forget_due(LATER + timedelta(days=31))
    assert db.session.query(CalendarMail).count() == 0

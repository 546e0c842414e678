"""Letters that come back: what a report says, which letter it marks, and what it never does."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.utils import format_datetime

import pytest
from flask import Flask

from core.db import db
from core.outbox import MailState, OutgoingMail, blank
from core.refusals import Reason
from core.transaction import transaction
from groups.models import Membership
from scheduling.letters.deliveries import deliveries, in_trouble, troubles
from scheduling.models import Invitation, PeerSession
from scheduling.replies.bounce import read_bounce
from scheduling.replies.collecting import collect_due
from scheduling.replies.replying import Outcome, take
from tests import build
from tests.core.letters import a_letter, a_mail
from tests.dovecot import Server, dovecot_or_skip
from tests.scheduling import invitations
from tests.scheduling.answered import SAM, UID, filled, shape
from tests.scheduling.post import all_left, invite, letters, only

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
GONE = ("Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 no such user")
OURS = "<0123456789abcdef0123456789abcdef@alcove.example>"


def report(
    *said: str,
    about: str = OURS,
    to: str = SAM,
    whole: bool = True,
    headers: tuple[str, ...] = (),
) -> bytes:
    """Return the report of a mail system; ``said`` are the lines about one recipient."""
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    lines = [
        "From: MAILER-DAEMON@people.example",
        "To: hello@alcove.example",
        *headers,
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        *("", "--b", "Content-Type: text/plain", "", "It could not be delivered.", ""),
        *("--b", "Content-Type: message/delivery-status", ""),
        *("Reporting-MTA: dns; people.example", ""),
        *(f"Final-Recipient: rfc822; {to}", *said, ""),
        *("--b", f"Content-Type: {kind}", "", "From: hello@alcove.example"),
        *(f"Message-ID: {about}", "Subject: New dates", "", "Words.", "--b--", ""),
    ]
    return "\r\n".join(lines).encode()


@pytest.fixture
def session(session: PeerSession, member: Membership, now: datetime) -> PeerSession:
    """A session to which Sam has been invited; the letter left an hour ago."""
    invite(session, member, now - HOUR)
    all_left(now - HOUR)
    return session


@pytest.fixture
def sent(session: PeerSession) -> OutgoingMail:
    """The letter that has left."""
    return db.session.query(OutgoingMail).one()


def taken(message: bytes, now: datetime) -> Outcome:
    """Let a message come in."""
    with transaction():
        return take(message, now=now)


def state() -> str:
    """What has become of the letter."""
    db.session.rollback()
    return db.session.query(OutgoingMail).one().state


@pytest.mark.parametrize("whole", [True, False])
def test_a_letter_that_came_back_is_shown_to_whoever_runs_the_group(
    sent: OutgoingMail, member: Membership, now: datetime, whole: bool
) -> None:
    outcome = taken(report(*GONE, about=sent.message_id, whole=whole), now)

    assert (outcome, state()) == (Outcome.BOUNCED, MailState.BOUNCED)
    assert in_trouble(member.cohort, now=now) == 1
    [row] = deliveries(member.cohort, page=1, zone=build.LONDON, now=now).rows
    assert (row.words, row.can_send_again) == ("Came back", True)
    assert troubles(member.cohort, [member.public_id]) == {
        member.public_id: "The address does not exist. Ask for another one."
    }


@pytest.mark.parametrize(
    "said",
    [
        ("Action: delayed", "Status: 4.4.1"),
        ("Action: delayed", "Status: 5.1.1"),
        ("Action: relayed", "Status: 5.0.0"),
        ("Action: expanded", "Status: 2.0.0"),
        ("Action: delivered", "Status: 2.0.0"),
        ("Status: 4.4.1",),
        (),
    ],
)
def test_what_is_not_final_marks_nothing(
    sent: OutgoingMail, now: datetime, said: tuple[str, ...]
) -> None:
    assert taken(report(*said, about=sent.message_id), now) == Outcome.IGNORED
    assert state() == MailState.SENT


def test_a_report_about_another_letter_marks_nothing(sent: OutgoingMail, now: datetime) -> None:
    others = [
        report(*GONE, about=OURS),
        report(*GONE, about=sent.message_id.upper()),
        report(*GONE, about="'; DROP TABLE outgoing_mail; --"),
        shape("bounce"),
    ]

    assert [taken(other, now) for other in others] == [Outcome.IGNORED] * 4
    assert state() == MailState.SENT


def test_a_letter_that_was_passed_on_has_come_back_and_its_address_is_not_blamed(
    sent: OutgoingMail, member: Membership, now: datetime
) -> None:
    taken(report(*GONE, about=sent.message_id, to="olu@people.example"), now)

    assert state() == MailState.BOUNCED
    [words] = troubles(member.cohort, [member.public_id]).values()
    assert words.startswith("It was forwarded to another address")
    assert "olu" not in words


@pytest.mark.parametrize("moment", [-timedelta(seconds=1), timedelta(seconds=1)])
def test_an_address_and_a_guessed_time_find_no_letter(
    sent: OutgoingMail, now: datetime, moment: timedelta
) -> None:
    written = sent.created_at.replace(microsecond=0) + moment
    guessed = shape("bounce-relay-date").replace(b"@DATE@", format_datetime(written).encode())

    assert taken(guessed, now) == Outcome.IGNORED
    assert state() == MailState.SENT


@pytest.mark.parametrize("name", ["relay-renamed", "relay-date", "gmail-references", "qmail"])
def test_no_kind_of_report_marks_a_code(app: Flask, now: datetime, name: str) -> None:
    a_mail(now, letter=a_letter(SAM))
    all_left(now)
    mail = db.session.query(OutgoingMail).one()

    assert taken(filled(shape(f"bounce-{name}"), mail), now) == Outcome.IGNORED
    assert state() == MailState.SENT


@pytest.mark.parametrize(
    ("shown", "states"),
    [
        (b"SEQUENCE:0", [MailState.BOUNCED, MailState.SENT]),
        (b"SEQUENCE:1", [MailState.SENT, MailState.BOUNCED]),
        (b"X-NOTHING:0", [MailState.SENT, MailState.BOUNCED]),
    ],
)
def test_of_two_versions_the_one_that_came_back_is_marked_or_else_the_newest(
    session: PeerSession, sent: OutgoingMail, now: datetime, shown: bytes, states: list[MailState]
) -> None:
    with transaction():
        invitations.tell_moved(
            session, was=(session.starts_at - DAY, session.ends_at - DAY), now=now
        )
    all_left(now)
    uid, thread = db.session.query(Invitation).one().uid.encode(), sent.thread
    message = shape("bounce-relay-calendar").replace(UID.encode(), uid)

    assert taken(message.replace(b"SEQUENCE:0", shown), now + HOUR) == Outcome.BOUNCED

    rows = db.session.query(OutgoingMail).filter_by(thread=thread).order_by(OutgoingMail.id)
    assert [MailState(row.state) for row in rows] == states


def test_an_address_we_wrote_is_known_where_it_was_passed_on(
    sent: OutgoingMail, now: datetime
) -> None:
    written = (f"Original-Recipient: rfc822;{SAM.upper()}", *GONE)
    message = report(*written, about=sent.message_id, to="sam@elsewhere.example")

    assert taken(message, now) == Outcome.BOUNCED


def test_the_address_is_still_known_once_the_letter_is_blank(
    sent: OutgoingMail, now: datetime
) -> None:
    with transaction():
        blank([sent.id])

    assert taken(report(*GONE, about=sent.message_id), now + 2 * DAY) == Outcome.BOUNCED


def test_a_report_that_comes_weeks_later_marks_nothing(sent: OutgoingMail, now: datetime) -> None:
    assert taken(report(*GONE, about=sent.message_id), now + 9 * DAY) == Outcome.IGNORED


def test_a_report_that_our_server_could_not_confirm_marks_nothing(
    make_app: Callable[..., Flask], now: datetime
) -> None:
    failed = ("Authentication-Results: mx.alcove.example; dmarc=fail",)
    with make_app(mail_checked_by="mx.alcove.example").app_context():
        member = build.a_member(build.a_cohort(), build.a_person("Sam", SAM))
        invite(build.a_session(build.a_series(member.cohort)), member, now)
        all_left(now)
        identifier = db.session.query(OutgoingMail).one().message_id

        found = taken(report(*GONE, about=identifier, headers=failed), now)

        assert (found, state()) == (Outcome.IGNORED, MailState.SENT)
        db.session.remove()
        db.engine.dispose()


def test_what_became_of_a_code_is_never_noted(app: Flask, now: datetime) -> None:
    identifier = a_mail(now, letter=a_letter(SAM)).message_id
    all_left(now)

    assert taken(report(*GONE, about=identifier), now) == Outcome.IGNORED
    assert state() == MailState.SENT


def test_a_forged_report_keeps_nothing_from_its_victim(
    session: PeerSession, sent: OutgoingMail, member: Membership, now: datetime
) -> None:
    taken(report(*GONE, about=sent.message_id), now)

    with transaction():
        invitations.tell_cancelled(session, now=now)

    cancelled = only("cancelled", member=member)
    assert (cancelled.method, cancelled.to) == ("CANCEL", SAM)


REASONS = {
    ("Action: failed", "Status: 5.2.2"): Reason.MAILBOX_FULL,
    ("Action: failed", "Status: 5.7.1"): Reason.BLOCKED,
    ("Action: failed", "Status: 5.0.0"): Reason.OTHER,
    ("Action: failed",): Reason.OTHER,
    ("Action: failed (gave up)", "Status: 4.4.7"): Reason.NOT_REACHED,
    ("Action: expired", "Status: 4.4.7"): Reason.NOT_REACHED,
    ("Action: failed", "Status: 4.0.0", "Diagnostic-Code: smtp; 451 later"): Reason.NOT_REACHED,
    ("Action: failed", "Status: 4.0.0", "Diagnostic-Code: smtp; 550 no"): Reason.MAILBOX_UNKNOWN,
    ("Action: failed", "Status: 4.2.2"): Reason.MAILBOX_FULL,
    ("Action: failed", "Status: 4.7.1"): Reason.BLOCKED,
    (*GONE[:1], "Status: 5.0.0", "Diagnostic-Code: smtp; 550 5.2.2 full"): Reason.MAILBOX_FULL,
    (*GONE[:1], "Status: 5.0.0", "Diagnostic-Code: smtp; 554 no"): Reason.BLOCKED,
    (*GONE[:1], "Status: 5.0.0", "Diagnostic-Code: x-unix; user unknown"): Reason.OTHER,
}


@pytest.mark.parametrize("said", REASONS)
def test_why_it_came_back_is_sorted_as_a_refusal_is(said: tuple[str, ...]) -> None:
    found = read_bounce(message_from_bytes(report(*said)))

    assert found is not None
    assert (sorted(found.returned.message_ids), sorted(found.addresses)) == ([OURS], [SAM])
    assert found.reason == REASONS[said]


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Server]:
    """A mail server that is really there."""
    with dovecot_or_skip() as made:
        yield made


def test_a_report_in_the_service_mailbox_is_dealt_with(
    make_app: Callable[..., Flask], dovecot: Server, now: datetime
) -> None:
    server = dovecot.mailbox_of("came-back")
    with make_app(imap=server.settings()).app_context():
        member = build.a_member(build.a_cohort(), build.a_person("Sam", SAM))
        invite(build.a_session(build.a_series(member.cohort)), member, now)
        all_left(now)
        identifier = db.session.query(OutgoingMail).one().message_id
        server.deliver(report(*GONE, about=identifier))

        assert collect_due(now) == 1

        assert (state(), server.folders()["Alcove/Done"]) == (MailState.BOUNCED, 1)
        assert letters() == []
        db.session.remove()
        db.engine.dispose()

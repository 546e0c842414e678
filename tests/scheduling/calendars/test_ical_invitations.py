"""What one person is asked: the rules of RFC 5546 that mail and calendar programs insist on.

Tests named i1 to i13 follow the numbered rules for invitations. The rules about when one is sent,
and about when a sequence number rises, belong to the callers.
"""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given

from core.mail import Mailbox
from scheduling.calendars.ical import Answer, Entry, Method, event_bytes, invitation
from tests.scheduling.calendar_bytes import (
    CANCELLED,
    FULL,
    HOSTILE,
    SENT_AT,
    THOROUGH,
    event_in,
    lines_of,
    misshapen,
    names_of,
    unfolded,
)

SERVICE = Mailbox("Alcove", "groups@alcove.example")
AMINA = Mailbox("Amina Khan", "amina@example.org")


def asked(entry: Entry = FULL, answer: Answer | None = None, to: Mailbox = AMINA) -> bytes:
    return invitation(
        entry,
        method=Method.REQUEST,
        organiser=SERVICE,
        attendee=to,
        answer=answer,
        stamp=SENT_AT,
    )


def taken_back(entry: Entry = FULL) -> bytes:
    return invitation(
        entry,
        method=Method.CANCEL,
        organiser=SERVICE,
        attendee=AMINA,
        answer=None,
        stamp=SENT_AT,
    )


def test_i1_invitation_has_its_method_and_one_event() -> None:
    lines = unfolded(asked())

    assert lines[:6] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Calendar//Calendar 1//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
    ]
    assert lines.count("BEGIN:VEVENT") == 1
    assert lines_of(taken_back(), "METHOD") == ["METHOD:CANCEL"]


def test_i2_i4_the_one_attendee_is_the_recipient_and_is_asked_to_answer() -> None:
    assert lines_of(asked(), "ATTENDEE") == [
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;"
        'CN="Amina Khan":mailto:amina@example.org'
    ]


@pytest.mark.parametrize(
    ("answer", "participation"),
    [
        (None, "NEEDS-ACTION"),
        (Answer.COMING, "ACCEPTED"),
        (Answer.UNSURE, "TENTATIVE"),
        (Answer.NOT_THIS_TIME, "DECLINED"),
    ],
)
def test_i4_participation_follows_the_answer(answer: Answer | None, participation: str) -> None:
    assert event_in(asked(answer=answer))["ATTENDEE"].params["PARTSTAT"] == participation


def test_i3_organiser_is_the_service() -> None:
    assert lines_of(asked(), "ORGANIZER") == ["ORGANIZER;CN=Alcove:mailto:groups@alcove.example"]


@THOROUGH
@given(HOSTILE)
def test_i2_no_name_makes_a_second_attendee_or_parameter(name: str) -> None:
    body = asked(to=Mailbox(name, "amina@example.org"))

    attendee = event_in(body)["ATTENDEE"]
    assert attendee == "mailto:amina@example.org"
    assert set(attendee.params) == {"CUTYPE", "ROLE", "PARTSTAT", "RSVP", "CN"}
    assert body.count(b"ATTENDEE") == 1
    assert b"^" not in body, "the notation of RFC 6868 shows as it stands in many programs"


def test_person_without_a_name_is_called_by_the_address() -> None:
    attendee = event_in(asked(to=Mailbox("", "amina@example.org")))["ATTENDEE"]

    assert attendee.params["CN"] == "amina@example.org"


def test_address_with_a_line_break_is_refused() -> None:
    with pytest.raises(ValueError, match="one word"):
        asked(to=Mailbox("Amina", "amina@example.org\r\nATTENDEE:mailto:al@example.org"))


def test_i5_stamp_is_the_moment_of_sending_and_the_change_stays() -> None:
    body = asked()

    assert lines_of(body, "DTSTAMP") == ["DTSTAMP:20260210T123000Z"]
    assert lines_of(body, "LAST-MODIFIED") == ["LAST-MODIFIED:20260210T120000Z"]
    assert lines_of(body, "SEQUENCE") == ["SEQUENCE:1"]
    assert lines_of(body, "CLASS") == ["CLASS:PRIVATE"]


def test_i5_naive_moment_of_sending_is_refused() -> None:
    naive = datetime(2026, 2, 10, 12, 30)  # noqa: DTZ001 - the mistake under test

    with pytest.raises(ValueError, match="time zone"):
        invitation(
            FULL,
            method=Method.REQUEST,
            organiser=SERVICE,
            attendee=AMINA,
            answer=None,
            stamp=naive,
        )


def test_i9_cancel_keeps_identifier_people_and_times_and_says_so() -> None:
    request, cancel = asked(), taken_back(replace(FULL, sequence=2))

    for name in ("UID", "ORGANIZER", "ATTENDEE", "DTSTART", "DTEND"):
        assert lines_of(cancel, name) == lines_of(request, name)
    assert lines_of(cancel, "STATUS") == ["STATUS:CANCELLED"]
    assert lines_of(cancel, "SEQUENCE") == ["SEQUENCE:2"]
    assert lines_of(cancel, "SUMMARY") == ["SUMMARY:Cancelled: Thursday evenings"]


def test_i9_request_about_a_cancelled_meeting_is_refused() -> None:
    with pytest.raises(ValueError, match="CANCEL"):
        asked(CANCELLED)


def test_i12_invitation_holds_nothing_that_belongs_in_a_feed_only() -> None:
    allowed = names_of(event_bytes(FULL)) | {
        "VERSION", "PRODID", "CALSCALE", "METHOD", "ORGANIZER", "ATTENDEE",
    }  # fmt: skip

    assert names_of(asked()) == allowed
    assert names_of(taken_back()) == allowed


@THOROUGH
@given(HOSTILE, HOSTILE)
def test_i13_invitation_lines_are_folded_like_the_feed(title: str, name: str) -> None:
    body = asked(replace(FULL, summary=title), to=Mailbox(name, "amina@example.org"))

    assert misshapen(body) == []

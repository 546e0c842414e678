"""Calendars word for word: feeds and invitations in both levels of detail, as they go over the
wire. Their golden files are the first thing to read when a calendar program behaves oddly.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.mail import Letter, Mailbox, compose
from scheduling.calendars.ical import Answer, Entry, Method, feed, invitation
from tests.golden_files import looked_at, names_in
from tests.scheduling.calendar_bytes import CANCELLED, DISCREET, FULL, NEXT, SENT_AT

SERVICE = Mailbox("Alcove", "groups@alcove.example")
AMINA = Mailbox("Amina Khan", "amina@example.org")
WEEK = timedelta(days=7)

MOVED = replace(
    DISCREET,
    starts_at=DISCREET.starts_at + WEEK,
    ends_at=DISCREET.ends_at + WEEK,
    changed_at=DISCREET.changed_at + WEEK,
    sequence=2,
)
LONG = replace(
    FULL,
    summary="Réunion du jeudi – ένα όνομα – 会議の長い名前がここにあります; alles, was \\ geht",
    description="Who carried you?\n" * 12 + "Ωmega \U0001f33f, “and so on”\u2028\x07\u202e.",
    location="Raum «Möwe», 3. Stock; Straße des 17. Juni 135, 10623 Berlin " * 3,
)
LATE = replace(
    NEXT,
    starts_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    ends_at=datetime(2026, 10, 25, 2, 0, tzinfo=UTC),
)


def wrapped(*entries: Entry) -> bytes:
    """A whole feed."""
    return feed(entries, name="Calendar")


def told(entry: Entry, method: Method = Method.REQUEST, answer: Answer | None = None) -> bytes:
    """A whole invitation."""
    return invitation(
        entry,
        method=method,
        organiser=SERVICE,
        attendee=AMINA,
        answer=answer,
        stamp=SENT_AT,
    )


def sent(method: Method) -> bytes:
    """A whole message with a calendar part."""
    calendar = told(replace(DISCREET, sequence=2), method)
    words = "Thursday 9 April\n6pm to 7:30pm, UK time\n\nhttps://alcove.example/g/1/s/2\n"
    letter = Letter(
        to=Mailbox("", "amina@example.org"),
        subject="Invitation: Thursday 9 April – “6pm”",
        text=words,
        html=f"<p>{words}</p>",
        calendar=calendar,
        calendar_method=method.value,
        unsubscribe_url="https://alcove.example/stop/t",
    )
    return compose(letter, sender=SERVICE, message_id="<1@alcove.example>", sent_at=SENT_AT)


CALENDARS = {
    "feed-discreet.ics": wrapped(NEXT, DISCREET),
    "feed-full.ics": wrapped(FULL),
    "feed-empty.ics": wrapped(),
    "feed-cancelled.ics": wrapped(DISCREET, CANCELLED),
    "feed-cancelled-full.ics": wrapped(replace(FULL, cancelled=True, sequence=2)),
    "feed-moved.ics": wrapped(NEXT, MOVED),
    "feed-shown-as-free.ics": wrapped(replace(FULL, busy=False)),
    "feed-long-words.ics": wrapped(LONG),
    "feed-clocks-go-back.ics": wrapped(LATE),
    "invitation-request.ics": told(FULL),
    "invitation-discreet.ics": told(replace(DISCREET, sequence=0)),
    "invitation-updated.ics": told(replace(FULL, sequence=3), answer=Answer.COMING),
    "invitation-moved.ics": told(MOVED),
    "invitation-long-words.ics": told(LONG),
    "invitation-cancel.ics": told(replace(FULL, sequence=2), Method.CANCEL),
    "invitation-cancel-discreet.ics": told(replace(DISCREET, sequence=2), Method.CANCEL),
}
MESSAGES = {"message-request.eml": Method.REQUEST, "message-cancel.eml": Method.CANCEL}


@pytest.mark.parametrize("name", sorted(CALENDARS))
def test_golden_calendar_is_what_was_looked_at(name: str) -> None:
    assert CALENDARS[name] == looked_at(name, CALENDARS[name])


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_golden_message_is_what_was_looked_at(name: str) -> None:
    said = sent(MESSAGES[name])

    assert said == looked_at(name, said)


def test_every_golden_calendar_and_message_is_checked() -> None:
    assert {f"{name}.ics" for name in names_in(".", ".ics")} == set(CALENDARS)
    assert {f"{name}.eml" for name in names_in(".", ".eml")} == set(MESSAGES)

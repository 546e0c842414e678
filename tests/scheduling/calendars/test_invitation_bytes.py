"""The fast way to write an invitation gives the bytes of the plain one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.mail import Mailbox
from scheduling.calendars import ical, invitation_bytes
from scheduling.calendars.ical import Answer, Entry, Method

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ORGANISER = Mailbox("Alcove, “evenings”", "hello@alcove.example")
WORDS = st.text(st.characters(codec="utf-8"), max_size=120)
MOMENTS = st.integers(10**9, 4 * 10**9).map(lambda second: datetime.fromtimestamp(second, UTC))
ADDRESSES = st.one_of(
    st.from_regex(r"\A[a-z0-9._+'-]{1,60}@[a-z0-9.-]{1,60}\Z"),
    st.just("a" * 120 + "@people.example"),
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    starts_at = draw(MOMENTS)
    return Entry(
        uid=draw(st.from_regex(r"\A[A-Za-z0-9_-]{1,100}@[a-z.]{1,50}\Z")),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=draw(st.integers(1, 600))),
        summary=draw(WORDS),
        changed_at=draw(MOMENTS),
        sequence=draw(st.integers(0, 10**9)),
        cancelled=draw(st.booleans()),
        description=draw(WORDS),
        location=draw(WORDS),
        busy=draw(st.booleans()),
    )


def an_entry(**values: object) -> Entry:
    plain = {
        "uid": "abc-123@alcove.example",
        "starts_at": NOW,
        "ends_at": NOW + timedelta(hours=1),
        "summary": "Private appointment",
        "changed_at": NOW,
        "sequence": 3,
    }
    return Entry(**{**plain, **values})  # type: ignore[arg-type]  # the tests name real fields


@settings(deadline=None)
@given(entries(), ADDRESSES, st.none() | st.sampled_from(Answer), MOMENTS)
@example(an_entry(description="\nATTENDEE;X:y\r\nUID:example"), "a@b.example", None, NOW)
def test_fast_invitation_is_the_plain_one(
    entry: Entry, address: str, answer: Answer | None, stamp: datetime
) -> None:
    asked = {
        "method": Method.CANCEL if entry.cancelled else Method.REQUEST,
        "organiser": ORGANISER,
        "attendee": Mailbox("", address),
        "answer": answer,
        "stamp": stamp,
    }

    fast = invitation_bytes.invitation(entry, **asked)  # type: ignore[arg-type]  # the keys are right

    assert fast == ical.invitation(entry, **asked)  # type: ignore[arg-type]  # the keys are right


def test_fast_invitation_says_a_time_in_another_zone_in_utc() -> None:
    evening = datetime(2027, 6, 10, 18, tzinfo=ZoneInfo("Europe/London"))
    entry = an_entry(starts_at=evening, ends_at=evening + timedelta(hours=1))

    made = invitation_bytes.invitation(
        entry,
        method=Method.REQUEST,
        organiser=ORGANISER,
        attendee=Mailbox("", "amina@people.example"),
        answer=None,
        stamp=NOW,
    )

    assert b"\r\nDTSTART:20270610T170000Z\r\nDTEND:20270610T180000Z\r\n" in made


@pytest.mark.parametrize(
    ("entry", "stamp"),
    [(an_entry(cancelled=True), NOW), (an_entry(), datetime(2026, 11, 21, 9))],  # noqa: DTZ001 - a moment without a zone is the point
)
def test_fast_invitation_refuses_what_the_plain_one_refuses(entry: Entry, stamp: datetime) -> None:
    with pytest.raises(ValueError, match=r"taken back with CANCEL|needs a time zone"):
        invitation_bytes.invitation(
            entry,
            method=Method.REQUEST,
            organiser=ORGANISER,
            attendee=Mailbox("", "amina@people.example"),
            answer=None,
            stamp=stamp,
        )

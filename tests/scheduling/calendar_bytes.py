"""Meetings as calendar entries, and the plainest ways to look into calendar bytes."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from scheduling.calendars.ical import Entry

SENT_AT = datetime(2026, 2, 10, 12, 30, tzinfo=UTC)

DISCREET = Entry(
    uid="8c1f0e52-7d1b-4c65-9c0e-2f6a0e7d1b11@alcove.example",
    starts_at=datetime(2026, 4, 9, 17, 0, tzinfo=UTC),
    ends_at=datetime(2026, 4, 9, 18, 30, tzinfo=UTC),
    summary="Private appointment",
    changed_at=datetime(2026, 2, 10, 12, 0, tzinfo=UTC),
    sequence=1,
)
FULL = replace(
    DISCREET,
    summary="Thursday evenings",
    description="This month: “What helped?”, one small thing; no prep.\nhttps://alcove.example/s/7f3a",
    location="Room 4, 1 Temple Row",
)
NEXT = replace(
    DISCREET,
    uid="3d9f7a10-52d1-4f7e-8f61-0c2b8d1a4e42@alcove.example",
    starts_at=datetime(2026, 5, 14, 17, 0, tzinfo=UTC),
    ends_at=datetime(2026, 5, 14, 18, 30, tzinfo=UTC),
    sequence=0,
)
CANCELLED = replace(NEXT, cancelled=True, sequence=2)

HOSTILE = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from("\\;,:\"^'\r\n\t\x00\u2028\u202e\ufeffénN BEGIN:VEVENT"),
    ),
    max_size=120,
)
STARTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis takes its bounds naive
ENTRIES = st.lists(
    st.builds(
        lambda start, minutes, summary, description, location, cancelled: replace(
            DISCREET,
            starts_at=start,
            ends_at=start + timedelta(minutes=minutes),
            summary=summary,
            description=description,
            location=location,
            cancelled=cancelled,
        ),
        STARTS,
        st.integers(1, 600),
        HOSTILE,
        HOSTILE,
        HOSTILE,
        st.booleans(),
    ),
    max_size=5,
).map(lambda some: [replace(one, uid=f"{n}@alcove.example") for n, one in enumerate(some)])


# Each example goes through several parsers, so fewer of them, and slow machines may be slow.
THOROUGH = settings(max_examples=40, deadline=None)


def unfolded(body: bytes) -> list[str]:
    return body.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def lines_of(body: bytes, name: str) -> list[str]:
    return [line for line in unfolded(body) if line.startswith((f"{name}:", f"{name};"))]


def names_of(body: bytes) -> set[str]:
    return {line.replace(";", ":").split(":")[0] for line in unfolded(body)}


def event_in(body: bytes) -> Event:
    (event,) = Calendar.from_ical(body).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def misshapen(body: bytes) -> list[bytes]:
    """Return the lines that break RFC 5545 section 3.1 or hold what no program can show."""
    *lines, last = body.split(b"\r\n")
    assert last == b""
    return [line for line in lines if not 1 <= len(line) <= 75 or not _shows(line.decode())]


def _shows(line: str) -> bool:
    categories = {unicodedata.category(letter) for letter in line}
    return categories.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})

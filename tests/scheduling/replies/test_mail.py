"""Reading what calendar programs send back: every maker's shape, and whatever a stranger sends."""

import resource
import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.replies.bounce import Bounce
from scheduling.replies.mail import LONGEST_MESSAGE, CalendarAnswer, Says, Silence, read
from scheduling.replies.part import read_part
from tests.scheduling.answered import CANARY, SAM, UID, answer, calendar, carried, shape
from tests.scheduling.calendar_bytes import THOROUGH

TEN = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
REPLIES = {
    "google": "TENTATIVE",
    "exchange": "DECLINED",
    "apple": "ACCEPTED",
    "thunderbird": "ACCEPTED",
    "nextcloud": "DECLINED",
    "proton": "ACCEPTED",
    "attachment-only": "ACCEPTED",
}


def said(message: bytes) -> CalendarAnswer:
    found = read(message)
    assert isinstance(found, CalendarAnswer)
    return found


def who(message: bytes) -> list[tuple[str, str]]:
    """Whose answer it is, and what it is."""
    return [
        (address, attendee.participation)
        for attendee in said(message).attendees
        for address in attendee.addresses[:1]
    ]


@pytest.mark.parametrize("name", sorted(REPLIES))
def test_r1_the_reply_is_found_wherever_a_program_puts_it(name: str) -> None:
    found = said(shape(name))

    assert (found.method, found.uid, found.sequence) == (Says.REPLY, UID, 0)
    assert found.stamped_at == TEN
    assert who(shape(name)) == [(SAM, REPLIES[name])]


@pytest.mark.parametrize("name", sorted(REPLIES))
def test_r2_line_ends_make_no_difference(name: str) -> None:
    plain = shape(name).replace(b"\r\n", b"\n")

    assert said(plain) == said(shape(name))


def test_r1_the_first_part_whose_method_property_answers_is_used() -> None:
    asked = calendar("UID:other", method="REQUEST")
    content_types = ("text/calendar; method=REPLY", "application/ics", "text/calendar")
    contents = (asked, calendar("UID:one", method="COUNTER"), calendar("UID:two"))
    parts = [
        f"--x\r\nContent-Type: {kind}\r\n\r\n{content}"
        for kind, content in zip(content_types, contents, strict=True)
    ]
    head = 'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'

    found = said((head + "".join(parts) + "--x--\r\n").encode())

    assert (found.method, found.uid) == (Says.COUNTER, "one")


def test_r1_of_several_events_only_the_first_is_used() -> None:
    content = calendar("UID:one", "END:VEVENT", "BEGIN:VEVENT", "UID:two", "SEQUENCE:9")

    found = said(carried(content))

    assert (found.uid, found.sequence) == ("one", None)


def test_r1_a_calendar_part_that_is_too_large_is_not_read() -> None:
    message = carried(calendar("UID:one", "X-LONG:" + "a" * 300_000))

    assert read(message) is Silence.TOO_LARGE


STAMP = "DTSTAMP:20261121T100000Z"
LINES = {
    "capitals": ["uid:one", "sequence:2", STAMP.lower(), "attendee;partstat=accepted"],
    "spaces": [
        "UID : one ",
        "SEQUENCE: 2",
        f"{STAMP} ",
        "ATTENDEE ; PARTSTAT = ACCEPTED ",
    ],
    "quoted": [
        "UID:one",
        "SEQUENCE:2",
        STAMP,
        'ATTENDEE;CN="a;PARTSTAT=DECLINED:b";PARTSTAT="ACCEPTED"',
    ],
    "bare": [
        "UID:one",
        "SEQUENCE:2",
        STAMP,
        "ATTENDEE;CN=Sam Lee (Temple);RSVP;PARTSTAT=ACCEPTED",
    ],
    "folded": [
        "U\r\n ID:o\r\n\tne",
        "SEQ\r\n UENCE:2",
        "DTSTAMP:2026\r\n 1121T100000Z",
        "ATTENDEE;PART\r\n STAT=ACC\r\n EPTED",
    ],
    "broken line ends": [
        "UID:one\r",
        "SEQUENCE:2\r",
        f"{STAMP}\r",
        "ATTENDEE;PARTSTAT=\r\r\n ACCEPTED",
    ],
}


@pytest.mark.parametrize("how", sorted(LINES))
@pytest.mark.parametrize("address", ["mailto:", "MAILTO:", "Mailto: "])
def test_r2_lines_are_read_however_they_are_written(how: str, address: str) -> None:
    *lines, attendee = LINES[how]

    found = said(carried(calendar(*lines, f"{attendee}:{address}SAM@People.example")))

    assert (found.uid, found.sequence, found.stamped_at) == ("one", 2, TEN)
    assert [(one.addresses, one.participation) for one in found.attendees] == [((SAM,), "ACCEPTED")]


def test_r2_a_letter_may_be_folded_in_its_middle() -> None:
    name = "ATTENDEE;CN=Zoé;PARTSTAT=ACCEPTED:mailto:sam@people.example".encode()
    middle = name.index("é".encode()) + 1
    content = (
        calendar("UID:one", "@").encode().replace(b"@", name[:middle] + b"\r\n " + name[middle:])
    )

    assert who(carried(content)) == [(SAM, "ACCEPTED")]


def test_r2_what_is_missing_is_not_missed() -> None:
    found = said(
        answer(stamp=None, sequence=None, headers=["Date: Sat, 21 Nov 2026 11:00:00 +0100"])
    )

    assert (found.stamped_at, found.sequence, found.dated_at) == (None, None, TEN)


@pytest.mark.parametrize(
    "line",
    [
        'ATTENDEE;EMAIL="sam@people.example";PARTSTAT=ACCEPTED:/123/principal/',
        "ATTENDEE;PARTSTAT=ACCEPTED:sam@people.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:sam%40people.example?subject=x",
        "ATTENDEE;PARTSTAT=ACCEPTED;X-RESPONSE-COMMENT=5:30:mailto:sam@people.example",
    ],
)
def test_r2_an_address_is_found_however_it_is_written(line: str) -> None:
    [attendee] = said(carried(calendar("UID:one", line))).attendees

    assert (SAM in attendee.addresses, attendee.participation) == (True, "ACCEPTED")


def test_r2_an_alarm_is_nobody_who_answers() -> None:
    alarm = [
        "BEGIN:VALARM",
        "UID:two",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:x@y.example",
        "END:VALARM",
    ]
    lines = ["UID:one", *alarm, f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{SAM}"]

    assert who(carried(calendar(*lines))) == [(SAM, "ACCEPTED")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_r2_marks_of_an_encoding_do_no_harm(encoding: str) -> None:
    part = read_part(calendar("UID:one").encode(encoding))

    assert (part.method, part.uid) == ("REPLY", "one")


def test_r2_a_stamp_without_utc_is_not_guessed() -> None:
    wrong = ["20261121T100000", "20261341T100000Z", "yesterday", ""]

    assert [said(answer(stamp=stamp)).stamped_at for stamp in wrong] == [None] * 4


SILENT = {
    "winmail": Silence.UNCLEAR,
    "subject-only": Silence.UNCLEAR,
    "absence": Silence.NOT_AN_ANSWER,
    "mdn-read": Silence.NOT_AN_ANSWER,
}


@pytest.mark.parametrize("name", sorted(SILENT))
def test_r12_what_has_no_calendar_part_is_put_aside_or_shown_to_a_person(name: str) -> None:
    assert read(shape(name)) is SILENT[name]


@pytest.mark.parametrize("name", ["bounce", "bounce-headers"])
def test_r12_a_report_is_no_answer(name: str) -> None:
    assert isinstance(read(shape(name)), Bounce)


def test_r12_a_reply_from_a_machine_in_somebodys_name_counts() -> None:
    message = answer(
        headers=["Auto-Submitted: auto-generated", "Precedence: bulk", "Sender: x@y.example"]
    )

    assert said(message).uid == UID


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "ADD", "PUBLISH", "DECLINECOUNTER"])
def test_r11_what_does_not_answer_us_is_no_answer(method: str) -> None:
    assert read(answer(method=method)) is Silence.NOT_AN_ANSWER


CHECKS = {
    "mx.alcove.example; dmarc=fail (p=reject) header.from=people.example": True,
    "mx.alcove.example 1; dkim=fail; spf=softfail smtp.mailfrom=x": True,
    "mx.alcove.example; dkim=fail; spf=fail; dmarc=pass": False,
    "mx.alcove.example; dkim=fail; dkim=pass; spf=fail": False,
    "mx.alcove.example (says dmarc=fail); dmarc=pass": False,
    "mx.alcove.example; none": False,
    "elsewhere.example; dmarc=fail": False,
    "": False,
}


@pytest.mark.parametrize("line", sorted(CHECKS))
def test_r13_only_our_own_servers_word_lowers_trust(line: str) -> None:
    message = answer(headers=[f"Authentication-Results: {line}"])

    found = [read(message, checked_by=name) for name in ("mx.alcove.example", "")]

    assert [isinstance(one, CalendarAnswer) and one.unconfirmed for one in found] == [
        CHECKS[line],
        False,
    ]


def test_r13_a_line_that_was_sent_along_does_not_count() -> None:
    ours = "Authentication-Results: mx.alcove.example; dmarc=fail"
    sent_along = "Authentication-Results: mx.alcove.example; dmarc=pass"

    found = read(answer(headers=[ours, sent_along]), checked_by="mx.alcove.example")

    assert isinstance(found, CalendarAnswer)
    assert found.unconfirmed


@pytest.mark.parametrize("name", ["google", "exchange", "outlook-other-time"])
def test_r6_no_comment_leaves_the_reader(name: str) -> None:
    assert CANARY in shape(name).decode() or name != "google"

    found = said(shape(name))

    assert CANARY not in str([getattr(found, slot) for slot in found.__slots__])
    assert CANARY not in str([(one.addresses, one.participation) for one in found.attendees])


NESTED = b"".join(
    b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (at, at)
    for at in range(10_000)
)
FEW_NESTED = NESTED[: NESTED.index(b"--b19")]
EVENTS = "BEGIN:VEVENT\r\nUID:one\r\nEND:VEVENT\r\n"
HARD: dict[str, tuple[bytes, object]] = {
    "20 MB": (b"From: x\r\n\r\n" + b"a" * 20_000_000, Silence.TOO_LARGE),
    "nested ten thousand deep": (NESTED, Silence.TOO_LARGE),
    "nested, with many lines": (FEW_NESTED + b"a\n" * 38_000, Silence.UNCLEAR),
    "nested, by carriage returns": (NESTED.replace(b"\r\n", b"\r"), Silence.TOO_LARGE),
    "a million lines": (b"a\n" * 500_000, Silence.TOO_LARGE),
    "a long boundary": (
        b'Content-Type: multipart/mixed; boundary="' + b'\\";' * 300_000 + b"\r\n\r\n",
        Silence.TOO_LARGE,
    ),
    "a long subject": (b"Subject: " + b"=?utf-8?b?" * 90_000 + b"\r\n\r\n", Silence.UNCLEAR),
    "a long date": (b"Date: " + b"(" * 500_000 + b"\r\n\r\n", Silence.UNCLEAR),
    "thousands of parts": (
        b'Content-Type: multipart/digest; boundary="b"\r\n\r\n' + b"--b\r\n\r\n" * 19_000,
        Silence.UNCLEAR,
    ),
    "ten thousand components": (carried("METHOD:REPLY\r\n" + EVENTS * 7_000), "one"),
    "components in components": (
        carried("METHOD:REPLY\r\n" + "BEGIN:VEVENT\r\n" * 10_000),
        Silence.UNCLEAR,
    ),
    "quotation marks": (carried(calendar("UID:one", "ATTENDEE" + ';A="b' * 40_000)), "one"),
    "semicolons": (carried(calendar("UID:one", "ATTENDEE" + ";" * 200_000)), "one"),
    "spaces": (carried(calendar("UID:one", "ATTENDEE" + " " * 200_000)), "one"),
    "addresses": (carried(calendar("UID:one", "ATTENDEE:" + "mailto:" * 30_000)), "one"),
    "empty lines, wrapped": (
        b"Content-Type: text/calendar\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + b"=0A" * 80_000,
        Silence.UNCLEAR,
    ),
    "a report of empty lines": (
        b"From: mailer-daemon@relay.example\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + b64encode(b"\n" * 60_000 + b"x"),
        Silence.NOT_AN_ANSWER,
    ),
    "repeats": (carried(calendar("UID:one", "REPEAT:1000000000", "RRULE:FREQ=SECONDLY")), "one"),
}


@pytest.mark.parametrize("name", sorted(HARD))
def test_whatever_is_sent_is_read_in_little_time_and_memory(name: str) -> None:
    message, expected = HARD[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()

    found = read(message)

    assert time.process_time() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
    assert (found.uid if isinstance(found, CalendarAnswer) else found) == expected


def test_a_message_one_byte_too_long_is_not_looked_at() -> None:
    room = LONGEST_MESSAGE - len(answer(headers=["X-Room: "]))

    found = [read(answer(headers=["X-Room: " + "a" * (room + more)])) for more in (0, 1)]

    assert [isinstance(one, CalendarAnswer) for one in found] == [True, False]
    assert found[1] is Silence.TOO_LARGE


@THOROUGH
@given(st.sampled_from(sorted(REPLIES)), st.data())
def test_a_message_with_anything_in_it_is_read_without_a_word_of_complaint(
    name: str, data: st.DataObject
) -> None:
    message = shape(name)
    at = data.draw(st.integers(0, len(message)))
    length = data.draw(st.integers(0, 200))
    junk = data.draw(st.binary(max_size=60))

    found = read(message[:at] + junk + message[at + length :], checked_by="mx.alcove.example")

    assert isinstance(found, CalendarAnswer | Silence)


@THOROUGH
@given(st.binary(max_size=2_000), st.text(max_size=500))
def test_anything_at_all_is_read_without_a_word_of_complaint(raw: bytes, words: str) -> None:
    as_reply = carried(f"METHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1\r\nATTENDEE{words}".encode())

    for message in (raw, carried(raw), as_reply):
        assert isinstance(read(message), CalendarAnswer | Silence)


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Sat, 21 Nov 2026 10:00:00 -0000", TEN),
        ("Sat, 21 Nov 2026 05:00:00 -0500", TEN.astimezone(timezone(-timedelta(hours=5)))),
        ("the day before yesterday", None),
        ("Sat, 99 Nov 2026 10:00:00 +0000", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
    ],
)
def test_r8_the_date_of_a_message_is_read_where_it_can_be(
    date: str, moment: datetime | None
) -> None:
    assert said(answer(stamp=None, headers=[f"Date: {date}"])).dated_at == moment

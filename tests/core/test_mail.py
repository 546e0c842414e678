"""One letter becomes one message to one person, and nothing anybody typed can change that."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, compat32
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.mail import Letter, Mailbox, compose, message_id, readdressed
from core.text import clean_line

SERVICE = Mailbox("Alcove", "groups@alcove.example")
SENT_AT = datetime(2027, 1, 14, 18, 0, tzinfo=UTC)
CALENDAR = b"BEGIN:VCALENDAR\r\nSUMMARY:" + "Träff ".encode() * 40 + b"\r\nEND:VCALENDAR\r\n"
PLAIN = Letter(
    to=Mailbox("Amina Khan", "amina@example.org"),
    subject="Thursday, 6pm",
    text="Hello Amina,\n\n.6pm to 7:30pm, UK time – café.\n" + "word " * 60 + "\nFrom here.",
    html="<p>Hello Amina, 6pm to 7:30pm, UK time – café.</p>",
)
DATED = replace(PLAIN, calendar=CALENDAR, calendar_method="REQUEST")
HOSTILE = st.text(
    st.one_of(
        st.characters(exclude_categories=()),
        st.sampled_from("abcdef   ,,;:<>@\"'\\()[]=?_\r\n\t\x00\u2028\u202eé"),
    ),
    max_size=150,
)


def raw(letter: Letter) -> bytes:
    return compose(
        letter,
        sender=SERVICE,
        message_id=message_id("letter 1", "alcove.example"),
        sent_at=SENT_AT,
    )


def read(letter: Letter) -> EmailMessage:
    message = message_from_bytes(raw(letter), policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize("letter", [PLAIN, DATED], ids=["plain", "calendar"])
@pytest.mark.parametrize("stop", [None, "https://alcove.example/stop/old"])
@pytest.mark.parametrize("to", ["amina.new@example.org", "a" * 60 + "@a-long-name.example.org"])
def test_a_message_readdressed_is_as_if_written_to_that_address(
    letter: Letter, stop: str | None, to: str
) -> None:
    fresh = None if stop is None else "https://alcove.example/stop/new"
    written = raw(replace(letter, unsubscribe_url=stop))

    there = readdressed(written, Mailbox("", to), unsubscribe_url="https://alcove.example/stop/new")

    assert there == raw(replace(letter, to=Mailbox("", to), unsubscribe_url=fresh))


def structure(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


def people(letter: Letter) -> list[tuple[str, str]]:
    """Return every recipient, as a parser of the older kind finds them in the raw bytes."""
    message = message_from_bytes(raw(letter), policy=compat32)
    found = [str(value) for name in ("To", "Cc", "Bcc") for value in message.get_all(name, [])]
    return getaddresses(found)


def test_m1_message_has_one_recipient_and_no_copies() -> None:
    assert people(PLAIN) == [("Amina Khan", "amina@example.org")]


@settings(deadline=None)
@given(HOSTILE)
@example("Bob, evil@x.example")
@example("a " * 40 + ", evil@x.example <evil@y.example>")
@example("Ünal, evil@x.example" + " b" * 50)
@example('"evil@x.example", "')
@example("Bob\r\nBcc: evil@x.example")
@example("=?utf-8?q?evil=40x=2Eexample=2C?=")
def test_m1_no_name_makes_a_second_recipient_or_header(name: str) -> None:
    letter = replace(PLAIN, to=Mailbox(name, "amina@example.org"))

    assert [address for _, address in people(letter)] == ["amina@example.org"]
    assert list(read(letter)) == list(read(PLAIN))


def test_m1_name_keeps_its_letters_and_loses_what_headers_give_a_meaning() -> None:
    letter = replace(PLAIN, to=Mailbox("Khan, Siân (O’Brien)", "amina@example.org"))

    assert read(letter)["To"].addresses[0].display_name == "Khan Siân O’Brien"


@pytest.mark.parametrize(
    "address",
    [
        "a@x.org, b@y.org",
        "a@x.org\r\nBcc: b@y.org",
        "a@x.org b@y.org",
        "",
        "a",
        "zoë@x.org",
        '"a"@x.org',
        "a..b@x.org",
        "a@.x.org",
    ],
)
def test_m1_address_that_is_not_exactly_one_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        raw(replace(PLAIN, to=Mailbox("Amina", address)))


def test_m2_sender_is_the_service_alone() -> None:
    message = read(DATED)

    assert message["From"] == "Alcove <groups@alcove.example>"
    assert message["Reply-To"] is message["Sender"] is None


def test_m3_calendar_letter_has_the_structure_that_programs_recognise() -> None:
    message = read(DATED)

    assert structure(message) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    invitation, attachment = list(message.walk())[-2:]
    assert invitation["Content-Disposition"] is invitation["Content-ID"] is None
    assert attachment["Content-Disposition"] == 'attachment; filename="invite.ics"'
    assert attachment["Content-Type"] == 'application/ics; name="invite.ics"'


def test_letter_without_a_calendar_is_a_plain_alternative() -> None:
    assert structure(read(PLAIN)) == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_m4_one_part_names_the_method_and_both_calendars_are_the_same_bytes(method: str) -> None:
    parts = list(read(replace(DATED, calendar_method=method)).walk())

    named = [part for part in parts if part.get_param("method") is not None]
    assert [part["Content-Type"] for part in named] == [
        f'text/calendar; charset="utf-8"; method="{method}"'
    ]
    assert [part.get_payload(decode=True) for part in parts[-2:]] == [CALENDAR, CALENDAR]


def test_m5_calendars_are_base64_and_words_quoted_printable() -> None:
    parts = [part for part in read(DATED).walk() if not part.is_multipart()]

    assert [part["Content-Transfer-Encoding"] for part in parts] == [
        "quoted-printable",
        "quoted-printable",
        "base64",
        "base64",
    ]
    encoded = parts[-1].get_payload()
    assert isinstance(encoded, str)
    assert max(len(line) for line in encoded.splitlines()) == 76


@settings(deadline=None)
@given(HOSTILE, HOSTILE)
def test_m5_message_is_seven_bits_with_crlf_and_short_lines(subject: str, text: str) -> None:
    body = raw(replace(DATED, subject=subject, text=text, html=text))

    assert body.isascii()
    lines = body.split(b"\r\n")
    assert lines.pop() == b""
    assert not [line for line in lines if b"\r" in line or b"\n" in line or len(line) > 78]


def test_words_come_back_as_they_were_written() -> None:
    plain, html = list(read(PLAIN).walk())[1:]

    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert plain.get_content().replace("\r\n", "\n") == PLAIN.text + "\n"
    assert html.get_content().replace("\r\n", "\n") == PLAIN.html + "\n"


def test_m8_headers_say_when_from_whom_and_that_a_program_wrote() -> None:
    message = read(PLAIN)

    assert list(message) == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "Content-Type",
    ]
    assert parsedate_to_datetime(message["Date"]) == SENT_AT
    assert message["Message-ID"] == message_id("letter 1", "alcove.example")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def test_m8_long_unsubscribe_link_stays_one_readable_address() -> None:
    url = "https://alcove.example/stop/" + "Ab3-_" * 30

    head = raw(replace(PLAIN, unsubscribe_url=url)).split(b"\r\n\r\n")[0].decode()

    assert f"List-Unsubscribe: <{url}>" in head.split("\r\n")
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head.split("\r\n")


def test_m8_one_click_is_offered_over_https_only() -> None:
    message = read(replace(PLAIN, unsubscribe_url="http://127.0.0.1:5000/stop/abc"))

    assert message["List-Unsubscribe"] == "<http://127.0.0.1:5000/stop/abc>"
    assert message["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://x/a\r\nBcc: b@y.org", "https://x/é", "https://x/>,<y", "a b"],
)
def test_unsubscribe_link_that_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="web address"):
        replace(PLAIN, unsubscribe_url=url)


@settings(deadline=None)
@given(HOSTILE)
@example("Dates é – " * 12)
@example("a" * 300)
@example("Dates\r\nBcc: evil@x.example")
@example("=?utf-8?q?Dates=0D=0ABcc=3A_evil=40x=2Eexample?=")
def test_m10_subject_comes_back_whole_and_adds_no_header(subject: str) -> None:
    message = read(replace(PLAIN, subject=subject))

    assert clean_line(str(message["Subject"])) == clean_line(subject).replace("=?", "= ?")
    assert list(message) == list(read(PLAIN))


def test_same_letter_gives_the_same_bytes() -> None:
    assert raw(DATED) == raw(DATED)


def test_time_of_sending_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        compose(
            PLAIN,
            sender=SERVICE,
            message_id=message_id("letter 1", "alcove.example"),
            sent_at=datetime(2027, 1, 14, 18, 0),  # noqa: DTZ001 - the mistake under test
        )


@pytest.mark.parametrize(
    "parts",
    [
        {"calendar": CALENDAR},
        {"calendar_method": "REQUEST"},
        {"calendar": CALENDAR, "calendar_method": "REQUEST; x=y"},
    ],
)
def test_calendar_and_method_that_do_not_fit_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="calendar"):
        replace(PLAIN, **parts)


def test_message_id_is_the_same_for_a_key_and_hides_it() -> None:
    first = message_id("reminder 17", "alcove.example")

    assert first == message_id("reminder 17", "alcove.example")
    assert first != message_id("reminder 18", "alcove.example")
    assert first.endswith("@alcove.example>")
    assert "17" not in first.split("@")[0] or len(first.split("@")[0]) == 33


def test_letters_and_mailboxes_do_not_tell_in_a_log_who_they_are_for() -> None:
    assert "amina" not in (repr(PLAIN) + repr(PLAIN.to) + str(PLAIN)).lower()

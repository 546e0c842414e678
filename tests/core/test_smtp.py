"""Sending over a real connection: one person's trouble is nobody else's."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from core.errors import Unreachable
from core.refusals import Reason
from core.service_urls import SmtpSettings
from core.smtp import Connection, Refused, Uncertain, Withheld
from tests.core.mail_servers import GO_ON, Desk, following, free_port, self_signed, serving

SENDER = "groups@alcove.example"
RAW = b"Subject: Thursday\r\n\r\n6pm\r\n"
GREETING, HELLO, OK = b"220 hello\r\n", b"250 hello\r\n", b"250 OK\r\n"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def server(desk: Desk) -> Iterator[SmtpSettings]:
    with serving(desk) as port:
        yield SmtpSettings("127.0.0.1", port, timeout=5)


def recipients(desk: Desk) -> list[list[str]]:
    return [to for _, to, _ in desk.taken]


def test_batch_uses_one_connection_and_one_recipient_a_message(
    desk: Desk, server: SmtpSettings
) -> None:
    with Connection(server) as connection:
        for number in range(3):
            connection.send(SENDER, f"p{number}@example.org", RAW)

    assert desk.taken == [(SENDER, [f"p{number}@example.org"], RAW) for number in range(3)]
    assert len(desk.connections) == 1


@pytest.mark.parametrize("raw", [b".\r\n..\r\n.a\r\n\r\n.\r\nend\r\n", b"no line end"])
def test_lines_that_begin_with_a_dot_arrive_as_they_were(
    desk: Desk, server: SmtpSettings, raw: bytes
) -> None:
    with Connection(server) as connection:
        connection.send(SENDER, "amina@example.org", raw)

    assert [content for _, _, content in desk.taken] == [raw.removesuffix(b"\r\n") + b"\r\n"]


@pytest.mark.parametrize("raw", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\n.\n\r\nMAIL FROM:<x@y.org>\r\n"])
def test_message_with_a_bare_line_end_is_never_sent(
    desk: Desk, server: SmtpSettings, raw: bytes
) -> None:
    with Connection(server) as connection, pytest.raises(ValueError, match="CRLF"):
        connection.send(SENDER, "amina@example.org", raw)

    assert desk.taken == []


@pytest.mark.parametrize(
    "address",
    ["a@x.org>\r\nRCPT TO:<b@x.org", "a@x.org b@x.org", "a@x.org,b@x.org", "", "é@x.org"],
)
def test_anything_but_one_plain_address_is_never_sent(
    desk: Desk, server: SmtpSettings, address: str
) -> None:
    with Connection(server) as connection, pytest.raises(ValueError, match="one plain address"):
        connection.send(SENDER, address, RAW)

    assert desk.taken == []


@pytest.mark.parametrize(
    ("answer", "code", "permanent", "reason"),
    [
        ("550 5.1.1 unknown", 550, True, Reason.MAILBOX_UNKNOWN),
        ("452 4.2.2 full", 452, False, Reason.MAILBOX_FULL),
        ("451 4.7.1 greylisted, amina@example.org", 451, False, Reason.TRY_LATER),
        ("421 4.3.2 closing", 421, False, Reason.TRY_LATER),
        ("554 5.7.1 blocked", 554, True, Reason.BLOCKED),
    ],
)
@pytest.mark.parametrize("stage", ["recipient", "message"])
def test_refusal_concerns_one_person_and_the_next_one_is_served(
    desk: Desk,
    server: SmtpSettings,
    stage: str,
    answer: str,
    code: int,
    permanent: bool,
    reason: Reason,
) -> None:
    answers = desk.at_recipient if stage == "recipient" else desk.at_message
    answers["amina@example.org"] = answer

    with Connection(server) as connection:
        with pytest.raises(Refused) as caught:
            connection.send(SENDER, "amina@example.org", RAW)
        connection.send(SENDER, "tom@example.org", RAW)

    refused = caught.value
    assert (refused.code, refused.permanent, refused.reason) == (code, permanent, reason)
    assert str(refused) == reason.words
    assert refused.__cause__ is refused.__context__ is None
    assert recipients(desk) == [["tom@example.org"]]


def test_refusal_is_followed_by_a_reset_on_the_same_connection(
    desk: Desk, server: SmtpSettings
) -> None:
    desk.at_recipient["amina@example.org"] = "550 unknown"

    with Connection(server) as connection:
        with pytest.raises(Refused):
            connection.send(SENDER, "amina@example.org", RAW)
        assert desk.resets == 1
        connection.send(SENDER, "tom@example.org", RAW)

    assert len(desk.connections) == 1


def test_server_that_hangs_up_after_the_message_leaves_it_uncertain_and_the_rest_goes_on(
    desk: Desk, server: SmtpSettings
) -> None:
    desk.at_message["amina@example.org"] = "hang up"

    with Connection(server) as connection:
        with pytest.raises(Uncertain):
            connection.send(SENDER, "amina@example.org", RAW)
        connection.send(SENDER, "tom@example.org", RAW)

    assert recipients(desk) == [["tom@example.org"]]
    assert len(desk.connections) == 2


def test_server_that_is_gone_in_the_middle_of_a_batch_is_unreachable(desk: Desk) -> None:
    with serving(desk) as port:
        connection = Connection(SmtpSettings("127.0.0.1", port, timeout=5)).__enter__()
        connection.send(SENDER, "amina@example.org", RAW)

    with pytest.raises(Unreachable):
        connection.send(SENDER, "tom@example.org", RAW)
    connection.__exit__(None, None, None)

    assert recipients(desk) == [["amina@example.org"]]


def test_server_that_hangs_up_between_two_messages_is_rung_again(
    desk: Desk, server: SmtpSettings
) -> None:
    with Connection(server) as connection:
        connection.send(SENDER, "amina@example.org", RAW)
        desk.hang_up()
        connection.send(SENDER, "tom@example.org", RAW)

    assert recipients(desk) == [["amina@example.org"], ["tom@example.org"]]
    assert len(desk.connections) == 2


def test_nobody_listening_is_said_in_words() -> None:
    with pytest.raises(Unreachable, match=r"^We couldn’t reach the mail server\.$"):
        Connection(SmtpSettings("127.0.0.1", free_port(), timeout=5)).__enter__()


def test_starttls_with_a_self_signed_certificate_is_fine_on_this_machine(
    desk: Desk, tmp_path: Path
) -> None:
    with serving(desk, certificate=self_signed(tmp_path)) as port:
        settings = SmtpSettings("127.0.0.1", port, security="starttls", timeout=5)
        with Connection(settings) as connection:
            connection.send(SENDER, "amina@example.org", RAW)

    assert desk.encrypted == [True]


def test_tls_from_the_start_carries_a_message(desk: Desk, tmp_path: Path) -> None:
    with serving(desk, certificate=self_signed(tmp_path), from_the_start=True) as port:
        settings = SmtpSettings("localhost", port, security="tls", timeout=5)
        with Connection(settings) as connection:
            connection.send(SENDER, "amina@example.org", RAW)

    assert desk.encrypted == [True]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_certificate_that_nobody_vouches_for_is_refused_for_another_host(
    desk: Desk, tmp_path: Path, security: str
) -> None:
    # "127.1" is this machine for the network and a strange name for us.
    starts = security == "tls"
    with serving(desk, certificate=self_signed(tmp_path), from_the_start=starts) as port:
        settings = SmtpSettings("127.1", port, security="tls" if starts else "starttls", timeout=5)
        with pytest.raises(Unreachable, match="certificate"):
            Connection(settings).__enter__()


def test_server_without_the_encryption_asked_for_gets_nothing(desk: Desk) -> None:
    with serving(desk) as port:
        settings = SmtpSettings("127.0.0.1", port, security="starttls", timeout=5)
        with pytest.raises(Unreachable, match="does not offer encryption"):
            Connection(settings).__enter__()

    assert desk.taken == []


def test_right_password_opens_the_door(desk: Desk, tmp_path: Path) -> None:
    with serving(desk, certificate=self_signed(tmp_path), password=b"right") as port:
        settings = SmtpSettings("127.0.0.1", port, "alcove", "right", "starttls", 5)
        with Connection(settings) as connection:
            connection.send(SENDER, "amina@example.org", RAW)

    assert recipients(desk) == [["amina@example.org"]]


@pytest.mark.parametrize("password", ["wrong", "wröng"])
def test_wrong_password_is_unreachable_and_refuses_nobody(
    desk: Desk, tmp_path: Path, password: str
) -> None:
    with serving(desk, certificate=self_signed(tmp_path), password=b"right") as port:
        settings = SmtpSettings("127.0.0.1", port, "alcove", password, "starttls", 5)
        with pytest.raises(Unreachable, match="user name and password") as caught:
            Connection(settings).__enter__()

    assert caught.value.__suppress_context__


def test_server_that_wants_a_password_we_do_not_have_refuses_nobody(
    desk: Desk, tmp_path: Path
) -> None:
    with serving(desk, certificate=self_signed(tmp_path), password=b"right") as port:
        settings = SmtpSettings("127.0.0.1", port, security="starttls", timeout=5)
        with Connection(settings) as connection, pytest.raises(Unreachable, match="password"):
            connection.send(SENDER, "amina@example.org", RAW)


def test_password_never_crosses_a_network_unencrypted() -> None:
    with pytest.raises(ValueError, match="STARTTLS or TLS"):
        SmtpSettings("mail.example.org", 25, "alcove", "secret", "none")


def test_settings_do_not_show_the_password() -> None:
    shown = repr(SmtpSettings("mail.example.org", 587, "alcove", "secret", "starttls"))

    assert "secret" not in shown
    assert "mail.example.org" in shown


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ([b"421 too busy\r\n"], "come back later"),
        ([b"220 hello\r\n", b""], "broke off"),
        ([b"HTTP/1.1 400 Bad Request\r\n"], "we don’t understand"),
        ([GREETING, HELLO, b"550 not from you\r\n"], "our own address"),
        ([GREETING, HELLO, b"451 not now\r\n"], "come back later"),
        ([GREETING, HELLO, OK], "broke off"),
        ([GREETING, HELLO, OK, OK], "broke off"),
        ([GREETING, HELLO, OK, OK, OK], "we don’t understand"),
    ],
)
def test_trouble_before_the_message_is_unreachable(script: list[bytes], words: str) -> None:
    with following(script) as port:
        settings = SmtpSettings("127.0.0.1", port, timeout=2)
        with pytest.raises(Unreachable, match=words), Connection(settings) as connection:
            connection.send(SENDER, "amina@example.org", RAW)


@pytest.mark.parametrize("last", [[], [b"nonsense\r\n"], [b"354 more\r\n"], [b"2"]])
def test_anything_but_an_answer_after_the_message_is_uncertain(last: list[bytes]) -> None:
    with following([GREETING, HELLO, OK, OK, GO_ON, *last]) as port:
        settings = SmtpSettings("127.0.0.1", port, timeout=2)
        with Connection(settings) as connection, pytest.raises(Uncertain):
            connection.send(SENDER, "amina@example.org", RAW)


@pytest.mark.parametrize("steps", [[], [GREETING], [GREETING, HELLO], [GREETING, HELLO, OK]])
def test_silent_server_is_given_up_in_time(steps: list[bytes]) -> None:
    started = monotonic()

    with following([*steps, 0.6]) as port:
        settings = SmtpSettings("127.0.0.1", port, timeout=0.2)
        with pytest.raises(Unreachable), Connection(settings) as connection:
            connection.send(SENDER, "amina@example.org", RAW)

    assert monotonic() - started < 2


def test_server_that_drips_its_answer_is_given_up_in_time() -> None:
    started = monotonic()

    with following([b"220 " + b"a" * 60 + b"\r\n"], drip=0.05) as port:
        with pytest.raises(Unreachable):
            Connection(SmtpSettings("127.0.0.1", port, timeout=0.4)).__enter__()
        waited = monotonic() - started

    assert 0.3 < waited < 1.5


def test_a_message_that_is_held_back_before_data_is_reset_and_the_next_one_goes(
    desk: Desk, server: SmtpSettings
) -> None:
    with Connection(server) as connection:
        with pytest.raises(Withheld):
            connection.send(SENDER, "amina@example.org", RAW, lambda: False)
        connection.send(SENDER, "ben@example.org", RAW, lambda: True)

    assert recipients(desk) == [["ben@example.org"]]
    assert (desk.resets, len(desk.connections)) == (1, 1)


@pytest.mark.parametrize("position", [0, 1])
def test_a_message_whose_sender_cannot_ask_is_not_sent(
    desk: Desk, server: SmtpSettings, position: int
) -> None:
    answers = iter([True] * position)

    def ask() -> bool:
        for answer in answers:
            return answer
        raise LookupError

    with Connection(server) as connection:
        with pytest.raises(LookupError):
            connection.send(SENDER, "amina@example.org", RAW, ask)
        connection.send(SENDER, "ben@example.org", RAW)

    assert recipients(desk) == [["ben@example.org"]]
    assert len(desk.connections) == 2


def test_a_message_that_is_held_back_after_data_is_broken_off(
    desk: Desk, server: SmtpSettings
) -> None:
    answers = iter([True, False])
    with Connection(server) as connection:
        with pytest.raises(Withheld):
            connection.send(SENDER, "amina@example.org", RAW, lambda: next(answers))
        connection.send(SENDER, "ben@example.org", RAW)

    assert recipients(desk) == [["ben@example.org"]]
    assert len(desk.connections) == 2

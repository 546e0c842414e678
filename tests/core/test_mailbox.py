"""Reading a mailbox over IMAP, against a real Dovecot: what is fetched, moved, made and kept."""

import logging
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from core.errors import NotSetUp, Unreachable
from core.mailbox import Inbox, Pile, Waiting
from core.service_urls import ImapSettings, imap
from tests.dovecot import PASSWORD, USER, Server, dovecot_or_skip

WITHOUT_MOVE = "IMAP4rev1 UIDPLUS NAMESPACE LITERAL+"
BARE = "IMAP4rev1"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Server]:
    """One server for all tests here; each signs in as somebody else."""
    with dovecot_or_skip() as made:
        yield made


@pytest.fixture
def server(dovecot: Server, request: pytest.FixtureRequest) -> Server:
    return dovecot.mailbox_of(request.node.name)


def a_message(subject: str, length: int = 0) -> bytes:
    return f"Subject: {subject}\r\n\r\n".encode() + b"a" * length


def test_messages_are_listed_with_their_size_and_not_fetched(server: Server) -> None:
    server.deliver(a_message("one"), a_message("two", 5_000))

    with Inbox(server.settings()) as inbox:
        assert inbox.messages(most=10) == [Waiting(1, 16), Waiting(2, 5_016)]
        assert inbox.messages(most=1) == [Waiting(1, 16)]


def test_of_a_message_no_more_than_asked_for_is_fetched(server: Server) -> None:
    server.deliver(a_message("one", 100_000))

    with Inbox(server.settings()) as inbox:
        assert inbox.read(1, most=1_000) == a_message("one", 100_000)[:1_000]
        assert inbox.read(1, most=200_000) == a_message("one", 100_000)
        assert inbox.read(99, most=1_000) is None


def test_reading_leaves_a_message_unseen(server: Server) -> None:
    server.deliver(a_message("one"))

    with Inbox(server.settings()) as inbox:
        inbox.read(1, most=1_000)

    with server.client() as imap:
        imap.select()
        assert imap.search(None, "UNSEEN")[1] == [b"1"]


def test_piles_are_made_once_and_messages_moved_onto_them(server: Server) -> None:
    server.deliver(a_message("one"), a_message("two"), a_message("three"))

    with Inbox(server.settings()) as inbox:
        inbox.make_piles()
        inbox.make_piles()
        for uid, pile in enumerate(Pile, start=1):
            inbox.move(uid, pile)
        counts = {pile: inbox.count(pile) for pile in Pile}

    assert counts == dict.fromkeys(Pile, 1)
    assert server.folders() == {
        "INBOX": 0,
        "Alcove/Done": 1,
        "Alcove/Ignored": 1,
        "Alcove/For a person": 1,
    }


@pytest.mark.parametrize(
    ("separator", "prefix", "capability"),
    [("/", "", WITHOUT_MOVE), (".", "INBOX.", ""), (".", "INBOX.", WITHOUT_MOVE)],
)
def test_servers_of_other_habits_are_understood(
    separator: str, prefix: str, capability: str
) -> None:
    with dovecot_or_skip(separator=separator, prefix=prefix, capability=capability) as server:
        server.deliver(a_message("one"), a_message("two"))
        with Inbox(server.settings()) as inbox:
            inbox.make_piles()
            inbox.move(1, Pile.FOR_A_PERSON)
            assert inbox.messages(most=10) == [Waiting(2, 16)]

        found = server.folders()

    assert found["INBOX"] == 1
    assert found[f"{prefix}Alcove{separator}For a person"] == 1


def test_without_a_way_to_delete_one_message_nobody_elses_are_expunged() -> None:
    with dovecot_or_skip(capability=BARE) as server:
        server.deliver(a_message("ours"), a_message("theirs"))
        with server.client() as imap:
            imap.select()
            imap.store("2", "+FLAGS", r"(\Deleted)")
            with Inbox(server.settings()) as inbox:
                inbox.make_piles()
                inbox.move(1, Pile.DONE)
                assert inbox.messages(most=10) == []
                assert inbox.count(Pile.DONE) == 1

        assert server.folders()["INBOX"] == 2


def test_only_what_is_old_is_forgotten(server: Server) -> None:
    old, new = datetime(2026, 9, 1, 12, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)
    with Inbox(server.settings()) as inbox:
        inbox.make_piles()
    server.deliver(*[a_message("old")] * 3, folder="Alcove/Done", on=old)
    server.deliver(a_message("new"), folder="Alcove/Done", on=new)
    server.deliver(a_message("old"), folder="Alcove/Ignored", on=old)

    with Inbox(server.settings()) as inbox:
        assert inbox.forget(Pile.DONE, before=datetime(2026, 10, 22, 9, tzinfo=UTC)) == 3

    assert [server.folders()[f"Alcove/{name}"] for name in ("Done", "Ignored")] == [1, 1]


def test_where_one_message_cannot_be_deleted_alone_nobody_elses_are_forgotten() -> None:
    old, later = datetime(2026, 9, 1, 12, tzinfo=UTC), datetime(2026, 10, 22, 9, tzinfo=UTC)
    with dovecot_or_skip(capability=BARE) as server:
        with Inbox(server.settings()) as inbox:
            inbox.make_piles()
        server.deliver(a_message("old"), folder="Alcove/Done", on=old)
        server.deliver(a_message("theirs"), folder="Alcove/Done")
        with server.client() as imap:
            imap.select("Alcove/Done")
            imap.store("2", "+FLAGS", r"(\Deleted)")
            with Inbox(server.settings()) as inbox:
                inbox.forget(Pile.DONE, before=later)
            assert server.folders()["Alcove/Done"] == 2

            imap.store("2", "-FLAGS", r"(\Deleted)")
            with Inbox(server.settings()) as inbox:
                inbox.forget(Pile.DONE, before=later)
        assert server.folders()["Alcove/Done"] == 1


def test_what_somebody_marked_as_deleted_is_not_read(server: Server) -> None:
    server.deliver(a_message("one"), a_message("two"))
    with server.client() as imap:
        imap.select()
        imap.store("1", "+FLAGS", r"(\Deleted)")

    with Inbox(server.settings()) as inbox:
        assert inbox.messages(most=10) == [Waiting(2, 16)]


def test_more_messages_than_one_look_shows_are_all_found(server: Server) -> None:
    server.deliver(*[a_message("one")] * 3)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.mailbox._WINDOW", 2)
        with Inbox(server.settings()) as inbox:
            assert [message.uid for message in inbox.messages(most=10)] == [1, 2, 3]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_proves_nothing_is_refused(server: Server, security: str) -> None:
    port = server.tls_port if security == "tls" else server.port

    with pytest.raises(Unreachable, match="does not prove who it is"):
        Inbox(server.settings(security=security, port=port))


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_is_trusted_is_enough(
    server: Server, security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    port = server.tls_port if security == "tls" else server.port

    server.deliver(a_message("one"))
    with Inbox(server.settings(security=security, port=port)) as inbox:
        assert inbox.messages(most=2) == [Waiting(1, 16)]
        # What the server says that it can do counts from signing in on.
        assert inbox._imap.has_capability("MOVE")


def test_nothing_that_is_said_is_logged(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.deliver(a_message("one"))

    with caplog.at_level(logging.DEBUG), Inbox(server.settings()) as inbox:
        assert inbox.read(1, most=1_000) == a_message("one")

    assert caplog.text == ""


def test_a_wrong_password_is_said_without_repeating_it(server: Server) -> None:
    with pytest.raises(Unreachable) as trouble:
        Inbox(server.settings(password="not-the-password"))

    assert trouble.value.words == "The mailbox did not accept our user name and password."
    assert "not-the-password" not in repr(server.settings(password="not-the-password"))


def test_a_folder_that_is_not_there_is_said(server: Server) -> None:
    with pytest.raises(Unreachable, match="no folder with the name"):
        Inbox(server.settings(folder="Elsewhere"))


def test_another_folder_can_be_read(server: Server) -> None:
    with server.client() as imap:
        imap.create("Calendar")
    server.deliver(a_message("one"), folder="Calendar")

    with Inbox(server.settings(folder="Calendar")) as inbox:
        assert inbox.messages(most=10) == [Waiting(1, 16)]


def test_nothing_listening_is_unreachable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])

    with pytest.raises(Unreachable, match="We couldn’t reach the mailbox"):
        Inbox(ImapSettings("127.0.0.1", port, USER, PASSWORD, "none"))


@pytest.mark.parametrize(
    ("greeting", "words"),
    [
        (b"", "We couldn’t reach the mailbox"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "We couldn’t reach|an answer we don’t understand"),
        (b"* BYE go away\r\n", "We couldn’t reach|an answer we don’t understand"),
        (b"* OK hello\r\n", "We couldn’t reach the mailbox"),
    ],
)
def test_a_server_that_breaks_off_is_unreachable(greeting: bytes, words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            caller, _ = listener.accept()
            with caller:
                caller.sendall(greeting)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(Unreachable, match=words):
            Inbox(
                ImapSettings(
                    "127.0.0.1", listener.getsockname()[1], USER, PASSWORD, "none", timeout=2
                )
            )
        thread.join(timeout=5)


def test_a_server_that_says_nothing_is_not_waited_for_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(Unreachable, match="We couldn’t reach the mailbox"):
            Inbox(ImapSettings("127.0.0.1", port, USER, PASSWORD, "none", timeout=0.3))


@pytest.mark.parametrize(
    ("url", "host", "port", "security", "folder"),
    [
        ("imaps://a:b@mail.example.org", "mail.example.org", 993, "tls", "INBOX"),
        ("imaps://a:b@mail.example.org:1993/In%20box/", "mail.example.org", 1993, "tls", "In box"),
        ("imap+starttls://a:b@x.example/Replies", "x.example", 143, "starttls", "Replies"),
        ("imap://a:b@127.0.0.1", "127.0.0.1", 143, "none", "INBOX"),
        ("imap://a:b@localhost:1143", "localhost", 1143, "none", "INBOX"),
    ],
)
def test_a_mailbox_is_read_from_one_url(
    url: str, host: str, port: int, security: str, folder: str
) -> None:
    found = imap(url)

    assert found is not None
    assert (found.host, found.port, found.security, found.folder) == (host, port, security, folder)
    assert (found.username, found.password) == ("a", "b")


@pytest.mark.parametrize(
    "url",
    [
        "imap://a:hidden@mail.example.org",
        "imaps://mail.example.org",
        "imaps://a@mail.example.org",
        "imaps://a:hidden%0d%0aX@mail.example.org",
        "imaps://a:hidden/word@mail.example.org",
        "imaps://a:hidden@mail.example.org:port",
        "imaps://a:hidden@mail.example.org/Gel%C3%B6scht",
        "pop3://a:hidden@mail.example.org",
        "imaps://[a:hidden@mail.example.org",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(NotSetUp) as trouble:
        imap(url)

    assert "hidden" not in str(trouble.value)

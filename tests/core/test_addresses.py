"""Addresses as people type and paste them: read exactly, or a plain sentence about the line."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.addresses import (
    MOST_LINES,
    AddressProblem,
    Fate,
    Paste,
    read_address,
    read_addresses,
)
from core.mail import Mailbox


def found(paste: Paste) -> list[tuple[str, str]]:
    return [(mailbox.name, mailbox.address) for mailbox in paste.mailboxes]


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("amina@example.org", "", "amina@example.org"),
        (" Amina Khan <amina@example.org> ", "Amina Khan", "amina@example.org"),
        ('"Khan, Amina" <amina@example.org>', "Khan, Amina", "amina@example.org"),
        ("Khan, Amina <amina@example.org>", "Khan, Amina", "amina@example.org"),
        ("<amina@example.org>", "", "amina@example.org"),
        ("amina@example.org <amina@example.org>", "", "amina@example.org"),
        ("'amina@example.org'", "", "amina@example.org"),
        ("mailto:amina@example.org", "", "amina@example.org"),
        ("Amina.K@EXAMPLE.Org", "", "Amina.K@example.org"),
        ("jo@bücher.example", "", "jo@xn--bcher-kva.example"),
        ("jo@alcove.test", "", "jo@alcove.test"),
        ("jo+groups@example.org.", "", "jo+groups@example.org"),
        ("\ufeffjo@exa\u200bmple.org", "", "jo@example.org"),
        ("Siân O’Brien <sian@example.org>", "Siân O’Brien", "sian@example.org"),
    ],
)
def test_address_is_read(text: str, name: str, address: str) -> None:
    assert read_address(text) == Mailbox(name, address)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write an e-mail address, like name@example.org"),
        ("  ,; ", "“,;” needs an @, like name@example.org"),
        ("jo.example.org", "“jo.example.org” needs an @, like name@example.org"),
        ("Jo <jo.example.org>", "“jo.example.org” needs an @, like name@example.org"),
        ("jo@example", "“jo@example” needs an ending, like name@example.org"),
        ("jo bloggs@example.org", "“jo bloggs@example.org” has a space in it"),
        ("jo@home@example.org", "“jo@home@example.org” has more than one @"),
        ("zoë@example.org", "“zoë@example.org” has a letter before the @ that e-mail can’t carry"),
        ("jo@a.org, al@b.org", "“jo@a.org, al@b.org” holds more than one address"),
        (
            "jo@example..org",
            "“jo@example..org” doesn’t look like an e-mail address. Check it for typing mistakes",
        ),
        (
            "jo@localhost.localhost",
            "“jo@localhost.localhost” doesn’t look like an e-mail address. "
            "Check it for typing mistakes",
        ),
        (
            "jo\x00@example.org",
            "“jo@example.org” has a character in it that an address can’t have",
        ),
        (
            "jo@example.org\r\nBcc: al@example.org",
            "“jo@example.org Bcc: al@example.org” has a character in it that an address can’t have",
        ),
    ],
)
def test_address_that_cannot_be_read_is_explained(text: str, words: str) -> None:
    with pytest.raises(AddressProblem) as caught:
        read_address(text)

    assert str(caught.value) == words


@pytest.mark.parametrize(
    "text",
    [
        "a" * 65 + "@example.org",
        "jo@" + ".".join(["a" * 60] * 5) + ".org",
        "j" * 64 + "@" + ".".join(["a" * 60] * 3) + ".example.org",
        "<" * 5_000 + "@",
        '"' * 9_999 + "@",
    ],
)
def test_address_of_absurd_length_is_refused_with_a_short_quotation(text: str) -> None:
    with pytest.raises(AddressProblem) as caught:
        read_address(text)

    assert len(str(caught.value)) < 150


def test_name_over_a_hundred_characters_is_refused() -> None:
    with pytest.raises(AddressProblem, match="is over 100 characters"):
        read_address("a" * 101 + " <jo@example.org>")


@given(st.text(max_size=200), st.sampled_from(["", "@example.org", " <jo@example.org>"]))
def test_whatever_is_typed_ends_in_an_address_or_in_words(text: str, ending: str) -> None:
    with suppress(AddressProblem):
        address = read_address(text + ending).address

        assert read_address(address).address == address
        assert address.isascii()


PASTES = [
    ("amina@example.org\ntom@example.org", [("", "amina@example.org"), ("", "tom@example.org")]),
    (
        "Name\tE-mail\r\nAmina Khan\tamina@example.org\r\n\r\nTom\ttom@example.org\r\n",
        [("Amina Khan", "amina@example.org"), ("Tom", "tom@example.org")],
    ),
    (
        "\ufeffName,E-mail\nAmina Khan,amina@example.org\n,\n",
        [("Amina Khan", "amina@example.org")],
    ),
    ("E-mail;Name\namina@example.org;Amina", [("Amina", "amina@example.org")]),
    ("Amina;Khan;amina@example.org;London", [("Amina Khan", "amina@example.org")]),
    ('"Khan, Amina",amina@example.org', [("Khan, Amina", "amina@example.org")]),
    ('"Amina ""Mina"" Khan",amina@example.org', [('Amina "Mina" Khan', "amina@example.org")]),
    (
        '"Khan, Amina" <amina@example.org>; Osei, Tom <tom@example.org>;',
        [("Khan, Amina", "amina@example.org"), ("Osei, Tom", "tom@example.org")],
    ),
    ("a@example.org, b@example.org", [("", "a@example.org"), ("", "b@example.org")]),
    ('O"Neil <oneil@example.org>', [('O"Neil', "oneil@example.org")]),
]


@pytest.mark.parametrize(("text", "people"), PASTES)
def test_paste_is_read(text: str, people: list[tuple[str, str]]) -> None:
    paste = read_addresses(text)

    assert (found(paste), paste.problems, paste.merged) == (people, [], [])


def test_paste_numbers_each_line_that_cannot_be_read_and_reads_the_rest() -> None:
    paste = read_addresses("amina@example.org\n\njo.example.org\nTom <tom@example.org>")

    assert found(paste) == [("", "amina@example.org"), ("Tom", "tom@example.org")]
    assert paste.problems == [(3, "“jo.example.org” needs an @, like name@example.org")]


def test_paste_says_which_addresses_came_twice() -> None:
    paste = read_addresses("Amina <amina@example.org>\ntom@example.org\nAMINA@example.org")

    assert found(paste) == [("Amina", "amina@example.org"), ("", "tom@example.org")]
    assert paste.merged == [(3, "AMINA@example.org")]


def test_paste_line_with_two_readings_is_a_problem_and_adds_nobody() -> None:
    paste = read_addresses("amina@example.org, Amina, tom@example.org, Tom")

    assert found(paste) == []
    assert [line for line, _ in paste.problems] == [1]


def test_paste_counts_lines_at_every_kind_of_line_end() -> None:
    paste = read_addresses("a@example.org\rb@example.org\r\nc\x85d\u2028e@example.org")

    assert [line for line, _ in paste.problems] == [3, 4]


def test_a_line_of_nothing_but_headings_is_left_out_wherever_it_stands() -> None:
    paste = read_addresses("\nWho, E-mail\namina@example.org\nName, E-mail\nWhere, E-mail")

    assert found(paste) == [("", "amina@example.org")]
    assert [one.line for one in paste.pieces if one.fate is Fate.LEFT_OUT] == [2, 4]
    assert [line for line, _ in paste.problems] == [5]


def test_paste_of_exactly_the_most_lines_is_read() -> None:
    paste = read_addresses("\n\n".join(f"p{number}@example.org" for number in range(MOST_LINES)))

    assert (len(paste.mailboxes), paste.problems) == (MOST_LINES, [])


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"p{number}@example.org" for number in range(MOST_LINES + 1)),
        "; ".join(f"p{number}@example.org" for number in range(MOST_LINES + 1)),
        "a" * 200_001,
    ],
)
def test_paste_that_is_too_long_is_one_clear_problem(text: str) -> None:
    paste = read_addresses(text)

    assert paste.mailboxes == []
    assert [words for _, words in paste.problems] == [
        "Paste up to 500 people at a time. Nothing has been read yet"
    ]


def test_empty_paste_is_empty() -> None:
    paste = read_addresses("\r\n \n;;\n")

    assert (paste.mailboxes, paste.problems, paste.merged) == ([], [], [])


@given(st.text(alphabet=st.sampled_from("ab@.<>\",;\t\n\r' é\x00\u202e"), max_size=80))
def test_paste_never_raises_and_never_adds_an_unreadable_address(text: str) -> None:
    paste = read_addresses(text)

    assert [read_address(mailbox.address).address for mailbox in paste.mailboxes] == [
        mailbox.address for mailbox in paste.mailboxes
    ]


def test_what_anybody_may_send_is_looked_at_before_it_is_read() -> None:
    with pytest.raises(AddressProblem, match="longer than an e-mail address can be"):
        read_address("a@b.example;" * 80_000)

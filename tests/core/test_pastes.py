"""Pieces that can be read in two ways, or go on from line to line: what becomes of each."""

from pathlib import Path

import pytest

from core.addresses import Fate, read_addresses

PASTES = Path(__file__).parent / "pastes"
#: What became of each piece: the person, or the sign for what else.
TWICE, PROBLEM, LEFT_OUT = "twice", "problem", "left out"


def became(text: str) -> list[str]:
    """Say in one line each what became of the pieces of a list."""
    said = []
    for one in read_addresses(text).pieces:
        person = one.mailbox
        if one.fate is Fate.READ and person is not None:
            said.append(f"{person.name} <{person.address}>".strip())
        else:
            said.append({Fate.TWICE: TWICE, Fate.PROBLEM: PROBLEM}.get(one.fate, LEFT_OUT))
    return said


AMINA, BEN, CHO = "<amina@example.org>", "<ben@example.org>", "<cho@example.org>"
FILES = {
    "folded-outlook-line": [PROBLEM, PROBLEM],
    "folded-to-line": [PROBLEM, PROBLEM],
    "outlook-plain-text": [AMINA, BEN],
    "header-labels": [f"Amina Khan {AMINA}", f"Ben Okafor {BEN}", f"Cho Li {CHO}"]
    + ["Dee <dee@example.org>"],
    "outlook-last-first": [f"Khan, Amina {AMINA}", f"Okafor, Ben {BEN}", CHO],
    "invisible-and-case": ["<Amina@example.org>", TWICE, BEN],
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_list_as_it_was_pasted_is_read_or_reported(name: str) -> None:
    text = (PASTES / f"{name}.txt").read_bytes().decode()

    assert became(text) == FILES[name]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amina@example.org, jo.b.example", [AMINA, PROBLEM]),
        ("amina@example.org; jo (at) b.example", [AMINA, PROBLEM]),
        ("jo at b.example\tamina@example.org", [AMINA, PROBLEM]),
        ("amina@example.org; Ben Okafor", [PROBLEM]),
        ("Ben Okafor; amina@example.org", [PROBLEM]),
        ("Ben Okafor, amina@example.org", [PROBLEM]),
        ("amina@example.org, Amina Khan", [f"Amina Khan {AMINA}"]),
        ("amina@example.org<mailto:ben@example.org>", [PROBLEM]),
        ("ben@example.org <amina@example.org>", [PROBLEM]),
        ("Ben <ben@example.org><mailto:amina@example.org>", [PROBLEM]),
        (f"Amina Khan {AMINA}; Okafor, Ben\n{BEN}", [f"Amina Khan {AMINA}", f"Okafor, Ben {BEN}"]),
        (f"Amina {AMINA}; Okafor,\n\tBen {BEN};", [f"Amina {AMINA}", f"Okafor, Ben {BEN}"]),
        (f"Amina {AMINA}; Okafor;\nBen {BEN}", [f"Amina {AMINA}", PROBLEM, f"Ben {BEN}"]),
        (f"Amina {AMINA}; Okafor", [f"Amina {AMINA}", PROBLEM]),
        (f"Amina {AMINA}; Okafor\n\nben@example.org", [f"Amina {AMINA}", PROBLEM, BEN]),
        (f"Khan,\nAmina {AMINA}", [PROBLEM, PROBLEM]),
        (f"amina@example.org, Amina\nOkafor {BEN}", [PROBLEM, PROBLEM]),
        (f"Khan, Amina {AMINA}, Okafor, Ben {BEN}", [PROBLEM]),
        ("Amina Khan\namina@example.org", [PROBLEM, AMINA]),
        (f"Amina {AMINA}\nBen {AMINA}", [f"Amina {AMINA}", PROBLEM]),
        (f"Amina Khan {AMINA}\nKhan, Amina {AMINA}", [f"Amina Khan {AMINA}", TWICE]),
        ("Amina\tamina@example.org\tben@example.org", [PROBLEM]),
        ("amina@example.org\tLondon\tKhan", [AMINA]),
        (
            f"To: Amina {AMINA}\nSubject: Thursday\nSent: Monday",
            [f"Amina {AMINA}"] + [LEFT_OUT] * 2,
        ),
        ("1\tAmina\tamina@example.org\t020 7946 0000", [f"Amina {AMINA}"]),
        ('"Amina\nKhan"\tamina@example.org', [f"Amina Khan {AMINA}"]),
        ('"Amina\namina@example.org', [PROBLEM, AMINA]),
        ("amina\u2011k@example.org", ["<amina-k@example.org>"]),
    ],
)
def test_a_name_stays_with_its_address_and_what_is_in_doubt_is_reported(
    text: str, expected: list[str]
) -> None:
    assert became(text) == expected


def test_a_name_that_comes_later_is_kept() -> None:
    [person] = read_addresses(f"amina@example.org\nAmina {AMINA}").mailboxes

    assert person.name == "Amina"


def test_what_was_read_is_counted_and_every_piece_kept_as_typed() -> None:
    paste = read_addresses("Name;E-mail\njan@b.example, jo.b.example")

    assert paste.counted == (1, 2)
    assert [(one.line, one.typed) for one in paste.pieces] == [
        (1, "Name;E-mail"),
        (2, "jan@b.example"),
        (2, "jo.b.example"),
    ]


LONG = {
    "separators": "a, " * 66_000,
    "quotation marks": '"' * 200_000,
    "cells that open": "\"a,'b," * 33_000,
    "brackets": "<" * 100_000 + "(" * 100_000,
    "brackets before an address": "[" * 199_000 + "<a@b.example>",
    "tabs": "a" + "\t" * 199_000,
    "spaces": "a@" + " " * 199_000 + "b.example",
    "labels": "to: " * 50_000,
    "lines that open": '"a\n' * 499 + "b" * 100_000,
    "the same person": "a@b.example;" * 16_000,
}


@pytest.mark.parametrize("kind", sorted(LONG))
def test_what_is_as_long_as_can_be_is_read_to_its_end_and_names_nobody(kind: str) -> None:
    # Where time grows with the square of the length, each of these takes minutes.
    paste = read_addresses(LONG[kind])

    assert paste.mailboxes == []
    assert paste.problems

"""Every letter word for word, as text and as HTML."""

from pathlib import Path

import pytest
from flask import Flask

from tests.golden_files import looked_at, names_in
from tests.scheduling.letters_written import WRITTEN

TEMPLATES = Path(__file__).parents[2] / "templates" / "emails"


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_golden_letter_says_what_was_looked_at(app: Flask, name: str) -> None:
    letter = WRITTEN[name]()

    said = f"Subject: {letter.subject}\n\n{letter.text}".encode()

    assert said == looked_at(f"mail/{name}.txt", said)


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_golden_letter_looks_as_it_did_when_it_was_looked_at(app: Flask, name: str) -> None:
    shown = WRITTEN[name]().html.encode()

    assert shown == looked_at(f"mail/{name}.html", shown)


def test_every_golden_letter_is_checked() -> None:
    assert names_in("mail", ".txt") == names_in("mail", ".html") == set(WRITTEN)


def test_every_letter_there_is_has_a_golden_file() -> None:
    letters = {path.stem for path in TEMPLATES.glob("*.subject")}

    assert {name.partition("-")[0] for name in WRITTEN} == letters

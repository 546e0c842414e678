"""Helplines are read whole, dialled as they are written and checked twice a year."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from groups.helplines import Helpline, footer, helplines, read_helplines, stale

ENTRY = """
[[helplines]]
key = "{key}"
name = "A line"
words = "0800 000 000"
hours = "Day and night."
who_for = "Anybody."
nations = ["Northern Ireland"]
verified_on = {verified_on}
"""


def a_line(key: str = "a-line", verified_on: date = date(2026, 11, 1)) -> Helpline:
    return Helpline(
        key=key,
        name="A line",
        words="0800 000 000",
        hours="Day and night.",
        who_for="Anybody.",
        nations=("Northern Ireland",),
        verified_on=verified_on,
    )


def test_footer_shows_the_numbers_that_can_be_rung() -> None:
    shown = [(line.name, line.words, line.tel) for line in footer()]

    assert shown == [
        ("LawCare", "0800 279 6888", "08002796888"),
        ("Samaritans", "116 123", "116123"),
    ]


def test_links_dial_the_number_that_is_written() -> None:
    dialled = {line.key: line.tel or line.text_to for line in helplines()}

    assert dialled == {
        "lawcare": "08002796888",
        "samaritans": "116123",
        "emergency": "999",
        "shout": "85258",
        "nhs-111": "111",
        "wellbeing-at-the-bar": None,
    }


@pytest.mark.parametrize("line", [line for line in helplines() if line.tel or line.text_to])
def test_words_begin_with_what_the_link_dials(line: Helpline) -> None:
    written = "".join(character for character in line.words if character.isdigit())

    assert written.startswith(line.tel or line.text_to or "a number")


def test_helplines_have_keys_of_their_own() -> None:
    keys = [line.key for line in helplines()]

    assert len(set(keys)) == len(keys)


def test_reading_a_file_gives_its_helplines_in_order(tmp_path: Path) -> None:
    file = tmp_path / "helplines.toml"
    file.write_text(
        ENTRY.format(key="one", verified_on="2026-11-01")
        + ENTRY.format(key="two", verified_on="2026-11-02")
    )

    assert read_helplines(file) == (
        a_line("one", date(2026, 11, 1)),
        a_line("two", date(2026, 11, 2)),
    )


@pytest.mark.parametrize("entry", [ENTRY + 'price = "free"', ENTRY.replace("hours", "tel")])
def test_reading_a_file_refuses_missing_and_unknown_fields(tmp_path: Path, entry: str) -> None:
    file = tmp_path / "helplines.toml"
    file.write_text(entry.format(key="one", verified_on="2026-11-01"))

    with pytest.raises(TypeError):
        read_helplines(file)


@pytest.mark.parametrize(
    ("verified_on", "last_good_day"),
    [
        (date(2026, 11, 1), date(2027, 5, 1)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
    ],
)
def test_helpline_turns_stale_the_day_after_six_months(
    verified_on: date, last_good_day: date
) -> None:
    line = a_line(verified_on=verified_on)

    assert stale(last_good_day, [line]) == ()
    assert stale(last_good_day + timedelta(days=1), [line]) == (line,)


def test_stale_helplines_come_oldest_first() -> None:
    newer, older = a_line("newer", date(2026, 2, 1)), a_line("older", date(2026, 1, 1))

    assert stale(date(2026, 12, 1), [newer, a_line(), older]) == (older, newer)


def test_stale_looks_at_what_ships_unless_told_otherwise() -> None:
    oldest = min(line.verified_on for line in helplines())

    assert stale(oldest) == ()
    assert stale(oldest + timedelta(days=3660)) == tuple(
        sorted(helplines(), key=lambda line: line.verified_on)
    )

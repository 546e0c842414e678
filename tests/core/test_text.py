"""What people type becomes harmless without losing what they meant."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.text import clean_line, clean_paragraph, problem_in, without_controls

ANYTHING = st.text(st.characters(exclude_categories=()))
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    "invisible", [*INVISIBLE, "\x00", "\x07", "\x7f", "\x80", "\x9f", "\u3164"]
)
def test_invisible_characters_vanish_inside_a_word(invisible: str) -> None:
    assert clean_line(f"Am{invisible}ina") == "Amina"


@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_every_line_ending_becomes_a_space_or_a_newline(ending: str) -> None:
    assert clean_line(f"one{ending}two") == "one two"
    assert clean_paragraph(f"one{ending}two") == "one\ntwo"


def test_white_space_of_every_kind_collapses() -> None:
    assert clean_line("  Amina\t\u00a0\u3000 Khan ") == "Amina Khan"


def test_letters_are_composed_so_that_equal_names_are_equal() -> None:
    assert clean_line("Zoe\u0308") == "Zo\u00eb"


def test_names_from_many_alphabets_survive() -> None:
    names = ["Siân O’Brien", "李雷", "Łukasz", "אבי", "ಕನ್ನಡ", "❤️"]

    assert [clean_line(name) for name in names] == names


def test_paragraph_keeps_one_blank_line_and_trims_each_line() -> None:
    assert clean_paragraph("\n One  thing. \n\n\n\n Another. \n\n") == "One thing.\n\nAnother."


def test_without_controls_keeps_spaces_and_blank_lines() -> None:
    assert without_controls("a  b\r\n\r\n\r\nc\t\x00d") == "a  b\n\n\nc d"


def test_lone_surrogates_vanish_so_that_text_can_be_encoded() -> None:
    assert clean_line("a\ud800b") == "ab"


@given(ANYTHING)
@example("\u1160\u0301 \u200b\u0308")
def test_cleaning_twice_changes_nothing(text: str) -> None:
    line, paragraph = clean_line(text), clean_paragraph(text)

    assert clean_line(line) == line
    assert clean_paragraph(paragraph) == paragraph
    assert clean_line(paragraph) == line


@given(ANYTHING)
def test_nothing_unusable_is_left(text: str) -> None:
    left = {unicodedata.category(letter) for letter in clean_paragraph(text) if letter != "\n"}

    assert left.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert len(clean_line(text).splitlines()) <= 1


@given(st.text(st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x24F)))
def test_plain_words_pass_unchanged(text: str) -> None:
    assert clean_line(text) == text


def test_problem_in_text_of_exactly_the_longest_length_is_none() -> None:
    assert problem_in("a" * 60, longest=60) is None


def test_problem_in_longer_text_says_how_long_it_may_be() -> None:
    assert problem_in("a" * 61, longest=60) == "Keep this to 60 characters or fewer"


def test_problem_in_counts_what_is_left_after_cleaning() -> None:
    assert problem_in("  a\u200b" + "\u200b" * 500 + "b  ", longest=2) is None


@pytest.mark.parametrize("text", ["", " \n ", "\u200b\ufeff", "\x00", "\u3164\u2800"])
def test_problem_in_text_that_shows_nothing_asks_for_a_letter(text: str) -> None:
    assert problem_in(text, longest=60) == "Write at least one letter or number here"


def test_ten_thousand_hostile_characters_are_only_too_long() -> None:
    assert problem_in("\u202ea\x00" * 10_000, longest=60) == "Keep this to 60 characters or fewer"


def test_marks_piled_up_on_one_letter_are_cut_before_they_take_time() -> None:
    # Putting a long pile in order takes time that grows with its square: minutes for this one.
    cleaned = clean_line("a" + "\u0301\u0316" * 250_000)

    assert len(unicodedata.normalize("NFD", cleaned)) == 31
    assert clean_line("Ng\u0302\u0323") == unicodedata.normalize("NFC", "Ng\u0302\u0323")

"""The starting words of an agreement are complete, speak plainly and name nobody."""

import pytest

from groups.agreement_text import LIMITS, STARTER_CLAUSES, SUMMARY, WHO_SEES_WHAT, summary

EVERY_TEXT = [
    *(text for clause in STARTER_CLAUSES for text in (clause.title, clause.words)),
    *LIMITS,
    *SUMMARY,
    *(text for pair in WHO_SEES_WHAT for text in pair),
]
UNWELCOME = ("!", "please note", "simply", "sorry you", "invalid", "failed", "mandatory", "'")


def test_starter_clauses_have_titles_of_their_own() -> None:
    titles = [clause.title for clause in STARTER_CLAUSES]

    assert len(set(titles)) == len(titles) == 15


def test_starter_clauses_have_at_most_two_sentences() -> None:
    long = [clause.title for clause in STARTER_CLAUSES if clause.words.count(". ") > 1]

    assert long == []


def test_who_sees_what_names_each_reader_once() -> None:
    readers = [who for who, _ in WHO_SEES_WHAT]

    assert len(set(readers)) == len(readers)


@pytest.mark.parametrize("text", EVERY_TEXT)
def test_text_speaks_in_the_voice_of_the_house(text: str) -> None:
    assert [words for words in UNWELCOME if words in text.lower()] == []


@pytest.mark.parametrize(
    ("facilitators", "named"),
    [
        ([], "A facilitator would"),
        (["Amara"], "Amara would"),
        (["Amara", "Tom"], "Amara or Tom would"),
        (["Amara", "Tom", "Priya"], "Amara, Tom or Priya would"),
        (["{Amara}", "T{0}m"], "{Amara} or T{0}m would"),
    ],
)
def test_summary_names_the_facilitators_as_people_say_it(
    facilitators: list[str], named: str
) -> None:
    lines = summary(facilitators)

    assert lines[:-1] == SUMMARY[:-1]
    assert lines[-1] == SUMMARY[-1].replace("{facilitators} would", named)

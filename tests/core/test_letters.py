"""Letters from templates: three parts that must all be there, and nothing looked up unsaid."""

import pytest
from flask import Flask
from jinja2 import TemplateNotFound, UndefinedError

from core.letters import written
from core.mail import Mailbox

TO = Mailbox("", "amina@people.example")
LINK = "https://alcove.example/sign-in/letter/secret"


def test_written_letter_has_subject_text_and_html(app: Flask) -> None:
    letter = written("code", TO, code="482 913", link=LINK)

    assert letter.subject == "Your code is 482 913"
    assert letter.text.startswith("Your code is 482 913\n\n")
    assert letter.text.endswith("\n")
    assert letter.text == letter.text.strip() + "\n"
    assert letter.html.startswith("<!doctype html>")


def test_missing_word_is_an_error_and_not_a_gap(app: Flask) -> None:
    with pytest.raises(UndefinedError):
        written("code", TO, link=LINK)


def test_unknown_letter_is_an_error(app: Flask) -> None:
    with pytest.raises(TemplateNotFound):
        written("nothing", TO)


def test_markup_in_words_is_escaped_in_html_only(app: Flask) -> None:
    letter = written("code", TO, code="<b>1</b>", link=LINK)

    assert "<b>1</b>" in letter.text
    assert "&lt;b&gt;1&lt;/b&gt;" in letter.html

"""The fields and checks that every form shares."""

import pytest
from flask import Flask
from flask_wtf import FlaskForm

from core.errors import DomainError
from core.forms import CleanString, CleanText, Understandable, page_with, problems_shown


class SampleForm(FlaskForm):  # type: ignore[misc]  # the library has no types
    """One line that is needed, and some lines that are not."""

    line = CleanString("Line", [Understandable(5)])
    lines = CleanText("Lines", [Understandable(20, optional=True)])


def _sent(app: Flask, **values: str) -> SampleForm:
    with app.test_request_context(method="POST", data=values):
        form = SampleForm()
        form.validate_on_submit()
        return form


def test_fields_clean_what_was_typed(app: Flask) -> None:
    form = _sent(app, line="  a\u200b\tb ", lines="one \r\n\r\n\r\n\r\ntwo ")

    assert (form.line.data, form.lines.data, form.errors) == ("a b", "one\n\ntwo", {})


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Write at least one letter or number here"),
        (" \u200b ", "Write at least one letter or number here"),
        ("six of", "Keep this to 5 characters or fewer"),
    ],
)
def test_understandable_says_what_is_in_the_way(app: Flask, typed: str, words: str) -> None:
    assert _sent(app, line=typed).errors == {"line": [words]}


def test_a_refusal_stands_by_the_field_it_is_about(app: Flask) -> None:
    form = _sent(app, line="a")

    with problems_shown(form):
        raise DomainError("Choose another line.", field="line")

    assert form.errors == {"line": ["Choose another line."]}


def test_a_refusal_stands_above_the_form_where_no_field_is_named(app: Flask) -> None:
    form = _sent(app, line="a")

    with problems_shown(form):
        raise DomainError("This group is full.", field="no such field")

    assert form.form_errors == ["This group is full."]


@pytest.mark.parametrize(("typed", "status"), [("", 422), ("a", 200)])
def test_a_page_says_whether_its_form_is_in_order(app: Flask, typed: str, status: int) -> None:
    assert page_with(_sent(app, line=typed), "page") == ("page", status)

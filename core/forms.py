"""What every form shares: fields that clean what was typed, and checks in plain words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from wtforms import Field, Form, StringField, TextAreaField
from wtforms.validators import StopValidation

from core.errors import DomainError
from core.text import clean_line, clean_paragraph, problem_in, readable
from core.typed_text import typed_into


class PageForm(FlaskForm):
    """A form of a page. What somebody typed before their sign-in ended stands in it again when they
    come back (``core.typed_text``); it is shown, and counts as nothing that was sent.
    """

    class Meta(FlaskForm.Meta):
        """Where the values of a form come from."""

        def wrap_formdata(self, form: Form, formdata: Any) -> Any:
            """Return what was sent, or else what was typed here before."""
            found = super().wrap_formdata(form, formdata)
            if found is None and formdata is _Auto:
                return typed_into({field.name for field in form})
            return found


class CleanString(StringField):
    """One line of text. What comes out is cleaned; see ``core.text.clean_line``."""

    def process_data(self, value: Any) -> None:
        """Begin with what is stored, or with nothing if that cannot be read."""
        self.data = readable(value) if isinstance(value, str) else value

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the first value that was sent, cleaned."""
        if valuelist:
            self.data = clean_line(str(valuelist[0]))


class CleanText(TextAreaField):
    """Several lines of text. What comes out is cleaned; see ``core.text.clean_paragraph``."""

    def process_data(self, value: Any) -> None:
        """Begin with what is stored, or with nothing if that cannot be read."""
        self.data = readable(value) if isinstance(value, str) else value

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the first value that was sent, cleaned line by line."""
        if valuelist:
            self.data = clean_paragraph(str(valuelist[0]))


class Understandable:
    """Refuse text that is empty or over ``longest`` characters, in the words of ``core.text``.

    With ``optional=True`` an empty field is fine.
    """

    def __init__(self, longest: int, *, optional: bool = False) -> None:
        self.longest = longest
        self.optional = optional

    def __call__(self, form: Form, field: Field) -> None:
        """Raise ``StopValidation`` with the sentence to show beside the field."""
        text = str(field.data or "")
        if self.optional and not text:
            return
        problem = problem_in(text, longest=self.longest)
        if problem:
            raise StopValidation(problem)


@contextmanager
def problems_shown(form: FlaskForm) -> Iterator[None]:
    """Do what stands in the block, a transaction and what follows it; what a rule says against it
    is put beside the field it is about, or above the form where there is none. The page is shown
    again then, with what was typed.
    """
    try:
        yield
    except DomainError as error:
        if error.field is not None and error.field in form:
            field = form[error.field]
            field.errors = [*field.errors, error.words]
        else:
            form.form_errors.append(error.words)


def page_with(form: FlaskForm, page: str) -> tuple[str, int]:
    """Return the page on which a form stands: with 422 if it says that something is not in order,
    and as any other page at first.
    """
    return page, 422 if form.errors else 200

"""A form with every kind of field, sent with mistakes, for the page that shows the components."""

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs lag
from wtforms.validators import InputRequired, NumberRange

from core.forms import CleanString, CleanText, PageForm, Understandable

LONGEST = 60
MISTAKES = {"name": "", "first_on": "14 January 2027", "starts": "6pm", "count": "0", "people": ""}


class PartsForm(PageForm):
    """Made-up questions; nothing is ever done with the answers."""

    name = CleanString("Name of the group", [Understandable(LONGEST)])
    first_on = CleanString("First date")
    starts = CleanString("From")
    count = IntegerField("Sessions", [NumberRange(min=1, message="Write a number from 1")])
    jurisdiction = SelectField("Bank holidays", choices=[SelectChoice("ew", "England and Wales")])
    rhythm = RadioField(
        "How often?",
        choices=[
            SelectChoice("second", "Second Thursday of each month"),
            SelectChoice("four", "Every 4 weeks"),
        ],
    )
    leave_out = SelectMultipleField(
        "Leave out", choices=[SelectChoice("bank", "Bank holidays"), SelectChoice("aug", "August")]
    )
    people = CleanText("People")
    agreed = BooleanField(
        "I have read what we agree on",
        [InputRequired("Tick this if you agree, or come back later")],
    )

    @classmethod
    def with_mistakes(cls) -> "PartsForm":
        """Return the form as if it had been sent with mistakes, so that errors show."""
        form = cls(formdata=MultiDict(MISTAKES), meta={"csrf": False})
        form.validate()
        return form

"""The style guide: a page that shows every component once, those that no page has yet among them.

It is no part of the product. ``templates`` beside this file holds the page and the components that
wait for a use.
"""

from pathlib import Path

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue
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
from core.web import public
from scheduling.calendars.subscribing import Machine, ways
from scheduling.web.calendar.pages.box import CalendarBox
from scheduling.web.home.view.member import DiaryPicture

PATH = "/parts"
TEMPLATES = Path(__file__).parent / "templates"
MADE_UP = "https://alcove.example/cal/made-up/calendar.ics"

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


def add_to(app: Flask) -> None:
    """Let an app that has answered nothing yet show the page."""
    pages = Blueprint("style_guide", __name__, template_folder=str(TEMPLATES))

    @pages.route(PATH)
    @public
    def show() -> ResponseReturnValue:
        return render_template("parts.html", form=PartsForm.with_mistakes(), box=_box())

    app.register_blueprint(pages)


def _box() -> CalendarBox:
    return CalendarBox(
        ways=ways(MADE_UP, Machine.APPLE, reachable=True),
        machine=Machine.APPLE,
        https_url=MADE_UP,
        qr_url=None,
        entry=DiaryPicture("6pm", "Private appointment"),
        reachable=True,
        settings_url="#settings",
        download_url="#download",
        kept_by=None,
    )

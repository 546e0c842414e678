"""What people can answer on a page that a letter's link opens, without signing in.

Programs that guard mailboxes open such pages in browsers of their own, and some press the first
button they find. So no button there acts alone: nothing is chosen at first, and a form that
arrives without a choice changes nothing.
"""

from collections.abc import Mapping
from typing import Final

from flask import abort, request
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag
from wtforms.validators import InputRequired

CHOOSE_FIRST: Final = "Choose one of these first. Nothing has changed."
YES: Final = "yes"
NO: Final = "no"


class ChoiceForm(FlaskForm):
    """One question and its answers; none is chosen at first.

    ``choices`` map what is sent to its words. With ``anew`` nothing that was sent shows. The form
    has no session token, because it needs no cookie: the secret in its address shows that the
    sender has the letter.
    """

    class Meta(FlaskForm.Meta):
        """Without a cookie there is nothing for another site to abuse."""

        csrf = False

    answer = RadioField(validators=[InputRequired(CHOOSE_FIRST)], validate_choice=False)

    def __init__(self, question: str, choices: Mapping[str, str], *, anew: bool = False) -> None:
        super().__init__(**({"formdata": None} if anew else {}))
        self.answer.label.text = question
        self._offered = frozenset(choices)
        self.answer.choices = [SelectChoice(value, words) for value, words in choices.items()]

    @property
    def chosen(self) -> str:
        """What was chosen; empty for nothing, and for anything that no page of ours has offered."""
        return self.answer.data if self.answer.data in self.known else ""

    @property
    def known(self) -> frozenset[str]:
        """What can be sent."""
        return self._offered


def reminders_form(*, anew: bool = False) -> ChoiceForm:
    """Return the question whether someone wants reminders of dates."""
    words = {YES: "Yes, remind me", NO: "No, stop reminders"}
    return ChoiceForm("Do you want reminders?", words, anew=anew)


def not_me_form() -> ChoiceForm:
    """Return the question for the person who hears at a former address that it was changed."""
    return ChoiceForm(
        "Did you change the address?",
        {NO: "No, it wasn’t me: sign out everywhere", YES: "Yes, it was me: change nothing"},
    )


def stop_offers_form() -> ChoiceForm:
    """Return the question whether someone may be offered a place by e-mail again."""
    return ChoiceForm(
        "May we write to you again?",
        {NO: "No, don’t write to me again", YES: "Yes, you can write to me"},
    )


def chosen(form: ChoiceForm) -> str:
    """Return what was chosen; empty if nothing was, which the form then says, or if the page was
    only opened. Ends the request with 400 for anything that no page of ours has offered.
    """
    if request.method != "POST" or not form.validate():
        return ""
    if not form.chosen:
        abort(400)
    return form.chosen


def is_one_click() -> bool:
    """Return whether a mail program pressed its own button for its reader (RFC 8058 section 3.1),
    which acts without a choice.
    """
    return request.form.get("List-Unsubscribe") == "One-Click"

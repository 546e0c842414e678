"""What can be said about one session."""

from typing import Final

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import AnyOf

from scheduling.models import Answer

#: Sent to take an answer back, when nothing had been said before it.
NOTHING: Final = "nothing"


class AnswerForm(FlaskForm):
    """One of the three answers; ``undo`` marks that it puts back what was there before."""

    answer = StringField("Answer", [AnyOf([*Answer, NOTHING])])
    undo = BooleanField("Undo")

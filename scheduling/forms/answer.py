"""What can be said about one session, and once for all."""

from typing import Final

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import AnyOf

from scheduling.models import Answer, PeerSession
from scheduling.showing.cards import starts_at_iso

#: Sent to take an answer back, when nothing had been said before it.
NOTHING: Final = "nothing"
#: Sent by somebody who is usually coming, and by somebody who would rather be asked.
USUALLY, EACH_TIME = "usually", "each_time"


class AnswerForm(FlaskForm):
    """One of the three answers; ``undo`` marks that it puts back what was there before.

    ``time`` is when the page that was answered said that the session starts.
    """

    answer = StringField("Answer", [AnyOf([*Answer, NOTHING])])
    undo = BooleanField("Undo")
    time = StringField("Time")

    def is_about(self, session: PeerSession) -> bool:
        """Tell whether what was answered is the time the session has now."""
        return not self.time.data or self.time.data == starts_at_iso(session)


class LetterAnswerForm(FlaskForm):
    """One of the three answers to the time that the page has shown.

    It knows no token of a session: the secret in its address says that the letter was read.
    """

    class Meta(FlaskForm.Meta):
        """Without a cookie there is nothing that another site could make use of."""

        csrf = False

    answer = StringField("Answer", [AnyOf([*Answer])])
    time = StringField("Time")

    def is_about(self, session: PeerSession) -> bool:
        """Tell whether the page has shown the time the session has now."""
        return self.time.data == starts_at_iso(session)


class UsuallyForm(FlaskForm):
    """Usually coming, or asked each time; ``undo`` marks that it puts back what was there."""

    usually = StringField("Usually", [AnyOf([USUALLY, EACH_TIME])])
    undo = BooleanField("Undo")

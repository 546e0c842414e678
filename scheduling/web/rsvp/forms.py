"""What can be said about one session, and once for all."""

from typing import Final

from wtforms import BooleanField, StringField
from wtforms.validators import AnyOf

from core.forms import PageForm
from scheduling.attendance.answers import Said
from scheduling.models import Answer, PeerSession
from scheduling.web.fields.by_letter import ChoiceForm
from scheduling.web.session_card import starts_at_iso

#: Sent to take an answer back, when nothing had been said before it.
NOTHING: Final = "nothing"
#: Sent by somebody who is usually coming, and by somebody who would rather be asked.
USUALLY, EACH_TIME = "usually", "each_time"
ANSWERS: Final[dict[str, str]] = {
    Answer.COMING.value: "I’ll be there",
    Answer.UNSURE.value: "Not sure yet",
    Answer.NOT_THIS_TIME.value: "Not this time",
}
TAKE_BACK: Final = "Take my answer back"
BACK_TO_USUAL: Final = "Back to usually coming"


class AnswerForm(PageForm):
    """One of the three answers; ``undo`` marks that it puts back what was there before.

    ``time`` is when the page that was answered said that the session starts.
    """

    answer = StringField("Answer", [AnyOf([*Answer, NOTHING])])
    undo = BooleanField("Undo")
    time = StringField("Time")

    def is_about(self, session: PeerSession) -> bool:
        """Tell whether what was answered is the time the session has now."""
        return not self.time.data or self.time.data == starts_at_iso(session)


class LetterAnswerForm(ChoiceForm):
    """One of the three answers to the time that the page has shown, or none after all."""

    time = StringField("Time")

    def __init__(self, said: Said, *, anew: bool = False) -> None:
        super().__init__("Will you be there?", letter_choices(said), anew=anew)

    @property
    def known(self) -> frozenset[str]:
        """What can be sent: taking an answer back too, which another tab may have taken back."""
        return frozenset((*Answer, NOTHING))

    def is_about(self, session: PeerSession) -> bool:
        """Return whether the page has shown the time the session has now."""
        return self.time.data == starts_at_iso(session)


def letter_choices(said: Said) -> dict[str, str]:
    """Return what can be chosen by somebody who says this so far: taking it back only what there
    is.
    """
    own = said.answer is not None and not said.is_usual
    return {**ANSWERS, NOTHING: BACK_TO_USUAL if said.usually else TAKE_BACK} if own else ANSWERS


class UsuallyForm(PageForm):
    """Usually coming, or asked each time; ``undo`` marks that it puts back what was there."""

    usually = StringField("Usually", [AnyOf([USUALLY, EACH_TIME])])
    undo = BooleanField("Undo")

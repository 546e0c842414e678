"""What an invited person chooses when they say yes. All of it is chosen already."""

from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import AnyOf, InputRequired, ValidationError

from core.forms import CleanString, Understandable
from scheduling.keeping.diaries import LONGEST_WORDS
from scheduling.models import Detail, KeptBy
from scheduling.models.diary import NEUTRAL_WORDS
from scheduling.places.arrivals import DiaryChoices

LONGEST_NAME: Final = 60
NEUTRAL, FULL, OWN = "neutral", "full", "own"
KEEPING: Final = {
    KeptBy.INVITATIONS: "Calendar invitations by e-mail",
    KeptBy.FEED: "A private link for your calendar app",
    KeptBy.NEITHER: "Neither: I’ll look here",
}
CHOOSE: Final = "Choose one of these"


def _one_of(names: list[str]) -> list[Any]:
    return [InputRequired(CHOOSE), AnyOf(names, CHOOSE)]


class YesForm(FlaskForm):
    """How the entry is called in the diary, and how the dates reach it.

    ``group`` is the group's name, which the choice of full details shows.
    """

    entry = RadioField(
        "What should your diary say?",
        _one_of([NEUTRAL, FULL, OWN]),
        validate_choice=False,
        default=NEUTRAL,
    )
    words = CleanString("Your own words", [Understandable(LONGEST_WORDS, optional=True)])
    kept_by = RadioField(
        "How would you like to keep the dates?",
        _one_of([value.value for value in KEEPING]),
        validate_choice=False,
        choices=[SelectChoice(value.value, words) for value, words in KEEPING.items()],
        default=KeptBy.INVITATIONS.value,
    )

    def __init__(self, group: str, before: DiaryChoices, **values: Any) -> None:
        super().__init__(data=_chosen_before(before), **values)
        self.entry.choices = [
            SelectChoice(NEUTRAL, f"“{NEUTRAL_WORDS}”"),
            SelectChoice(FULL, f"“{group}”, with the place and the prompts"),
            SelectChoice(OWN, "Words of my own"),
        ]

    def validate_words(self, field: CleanString) -> None:
        """Ask for words where the person chose to use their own."""
        if self.entry.data == OWN and not field.data:
            raise ValidationError("Write what your diary should say, or choose another answer")

    def choices(self) -> DiaryChoices:
        """Return what was chosen, once the form has been validated."""
        return DiaryChoices(
            kept_by=KeptBy(str(self.kept_by.data)),
            detail=Detail.FULL if self.entry.data == FULL else Detail.DISCREET,
            words=str(self.words.data or "") if self.entry.data == OWN else "",
        )


def _chosen_before(before: DiaryChoices) -> dict[str, str]:
    if before.detail == Detail.FULL:
        entry = FULL
    else:
        entry = OWN if before.words not in ("", NEUTRAL_WORDS) else NEUTRAL
    words = before.words if entry == OWN else ""
    return {"entry": entry, "words": words, "kept_by": before.kept_by.value}


class NameForm(FlaskForm):
    """What others call somebody who has just taken a place; they need not say."""

    name = CleanString(
        "What should others call you?", [Understandable(LONGEST_NAME, optional=True)]
    )

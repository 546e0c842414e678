"""What an invited person chooses when they answer. Everything but the answer has a default."""

from typing import Any, Final

from wtforms import BooleanField, RadioField, SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import AnyOf, DataRequired, InputRequired, ValidationError

from core.forms import CleanString, PageForm, Understandable
from groups.accounts import LONGEST_NAME
from scheduling.keeping.diaries import LONGEST_WORDS
from scheduling.models import Detail, KeptBy
from scheduling.models.diary import NEUTRAL_WORDS
from scheduling.places.arrivals import DiaryChoices

NEUTRAL, FULL, OWN = "neutral", "full", "own"
KEEPING: Final = {
    KeptBy.INVITATIONS: "Calendar invitations by e-mail",
    KeptBy.FEED: "A private link for your calendar app",
    KeptBy.NEITHER: "Neither: I’ll look here",
}
CHOOSE: Final = "Choose one of these"


def _one_of(names: list[str]) -> list[Any]:
    return [InputRequired(CHOOSE), AnyOf(names, CHOOSE)]


class YesForm(PageForm):
    """The agreement, which is not ticked at first; what the entry is called in the diary, and how
    the dates reach it.

    ``group`` is the group's name, which the choice of full details shows. ``before`` is what was
    chosen so far; without it the form asks nothing about the diary. Private links are offered only
    if ``proved`` says that the address was.
    """

    agree = BooleanField(
        "I agree to this, and to what is stored about me",
        [DataRequired("Tick the box if you agree")],
    )
    entry = RadioField(
        "What should your diary say?",
        _one_of([NEUTRAL, FULL, OWN]),
        validate_choice=False,
        default=NEUTRAL,
    )
    words = CleanString("Your own words", [Understandable(LONGEST_WORDS, optional=True)])
    kept_by = RadioField(
        "How would you like to keep the dates?",
        [InputRequired(CHOOSE)],
        validate_choice=False,
        default=KeptBy.INVITATIONS.value,
    )

    def __init__(
        self, group: str, before: DiaryChoices | None, *, proved: bool, **values: Any
    ) -> None:
        super().__init__(data=_chosen_before(before or DiaryChoices()), **values)
        self.proved, self.asks_about_diary = proved, before is not None
        if not self.asks_about_diary:
            del self.entry, self.words, self.kept_by
            return
        self.entry.choices = [
            SelectChoice(NEUTRAL, f"“{NEUTRAL_WORDS}”"),
            SelectChoice(FULL, f"“{group}”, with the place and the prompts"),
            SelectChoice(OWN, "Words of my own"),
        ]
        self._ways = [value for value in KEEPING if proved or value != KeptBy.FEED]
        self.kept_by.choices = [SelectChoice(way.value, KEEPING[way]) for way in self._ways]

    def validate_kept_by(self, field: RadioField) -> None:
        """Refuse what is not offered here, in the words of the other questions."""
        if field.data not in self._ways:
            raise ValidationError(CHOOSE)

    def validate_words(self, field: CleanString) -> None:
        """Ask for words where the person chose to use their own."""
        if self.entry.data == OWN and not field.data:
            raise ValidationError("Write what your diary should say, or choose another answer")

    def choices(self) -> DiaryChoices:
        """Return what was chosen, once the form has been validated."""
        if not self.asks_about_diary:
            return DiaryChoices()
        return DiaryChoices(
            kept_by=KeptBy(str(self.kept_by.data)),
            detail=Detail.FULL if self.entry.data == FULL else Detail.DISCREET,
            words=str(self.words.data or "") if self.entry.data == OWN else "",
        )


class NoForm(PageForm):
    """A no, and whether it is for every later offer too."""

    never_again = BooleanField("Don’t offer me a place by e-mail again")


class ChangedMindForm(PageForm):
    """Taking back a no."""

    sure = BooleanField(
        "I’ve changed my mind",
        [DataRequired("Tick the box if you’ve changed your mind")],
    )


class TakeBackForm(PageForm):
    """Taking back a yes from the letter."""

    sure = BooleanField(
        "Yes, take it back and give up the place",
        [DataRequired("Tick the box to take the yes back")],
    )


def _chosen_before(before: DiaryChoices) -> dict[str, str]:
    if before.detail == Detail.FULL:
        entry = FULL
    else:
        entry = OWN if before.words not in ("", NEUTRAL_WORDS) else NEUTRAL
    words = before.words if entry == OWN else ""
    return {"entry": entry, "words": words, "kept_by": before.kept_by.value}


class NameForm(PageForm):
    """What others call somebody who has just taken a place; they need not say."""

    name = CleanString(
        "What should others call you?", [Understandable(LONGEST_NAME, optional=True)]
    )

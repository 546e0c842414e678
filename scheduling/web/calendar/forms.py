"""What a person can choose about their diary, and the name of a private link."""

from typing import Any, Final

from wtforms import BooleanField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag
from wtforms.validators import AnyOf

from core.forms import CleanString, PageForm, Understandable
from scheduling.keeping.diaries import LONGEST_LABEL, LONGEST_WORDS
from scheduling.models import Detail, Diary, KeptBy

BUSY: Final = "busy"
FREE: Final = "free"
CHOOSE_ONE: Final = "Choose one of these"

KEPT_BY: Final = {
    KeptBy.INVITATIONS: "By e-mail, with a calendar invitation for each session",
    KeptBy.FEED: "By a private link that my calendar app reads",
    KeptBy.NEITHER: "Neither, I keep the dates myself",
}
DETAIL: Final = {
    Detail.DISCREET: "Only words of my own, and the time",
    Detail.FULL: "The group’s name, the place and the prompts",
}
SHOWN_AS: Final = {BUSY: "Busy", FREE: "Free"}


def _one_of(label: str, choices: dict[Any, str]) -> RadioField:
    offered = [SelectChoice(str(value), words) for value, words in choices.items()]
    known = AnyOf([str(value) for value in choices], message=CHOOSE_ONE)
    return RadioField(label, [known], choices=offered, validate_choice=False)


class DiaryForm(PageForm):
    """How the dates are kept, and what colleagues can see of them."""

    kept_by = _one_of("How do you keep your dates?", KEPT_BY)
    detail = _one_of("What does your diary show?", DETAIL)
    words = CleanString("Words of your own", [Understandable(LONGEST_WORDS, optional=True)])
    shown_as = _one_of("The time shows as", SHOWN_AS)
    reminders = BooleanField("Remind me by e-mail two days before")

    @classmethod
    def about(cls, diary: Diary | None) -> "DiaryForm":
        """Return the form filled with what was chosen, or with what holds until somebody does."""
        if diary is None:
            return cls(
                kept_by=KeptBy.INVITATIONS, detail=Detail.DISCREET, shown_as=BUSY, reminders=True
            )
        return cls(
            kept_by=diary.kept_by,
            detail=diary.detail,
            words=diary.words,
            shown_as=BUSY if diary.busy else FREE,
            reminders=diary.reminders,
        )


class FeedForm(PageForm):
    """The device or app that a private link is for."""

    label = CleanString("Which device or app is it for?", [Understandable(LONGEST_LABEL)])

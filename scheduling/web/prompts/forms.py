"""What a facilitator chooses or writes about prompts."""

from wtforms import SelectChoice, SelectField  # type: ignore[attr-defined]  # the stubs are older than the class

from core.forms import CleanText, PageForm, Understandable
from scheduling.reflection.prompts import LONGEST_PROMPT, MOST_DAYS
from scheduling.reflection.themes import library
from scheduling.web.fields.typed import CountField

NO_THEME = ""


class ThemeForm(PageForm):
    """The theme of a session."""

    theme = SelectField(
        "Theme",
        choices=[
            SelectChoice(NO_THEME, "No theme"),
            *(SelectChoice(theme.key, theme.title) for theme in library()),
        ],
    )


class PromptForm(PageForm):
    """A prompt in the facilitator's own words."""

    words = CleanText("Your own words", [Understandable(LONGEST_PROMPT)])


class DaysForm(PageForm):
    """How long before a session its prompts can be seen."""

    days = CountField("Days before a session", MOST_DAYS, least=0)

"""What a facilitator chooses or writes about prompts."""

from wtforms import Field, SelectChoice, SelectField  # type: ignore[attr-defined]  # the stubs are older than the class

from core.forms import CleanString, CleanText, PageForm, Understandable
from scheduling.reflection.prompts import LONGEST_PROMPT, MOST_DAYS
from scheduling.reflection.themes import library
from scheduling.web.fields.reading import whole_number

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

    days = CleanString("Days before a session")

    def validate_days(self, field: Field) -> None:
        """Read the number."""
        whole_number(field, MOST_DAYS, least=0)

    @property
    def number(self) -> int:
        """What was typed."""
        return int(self.days.data or 0)

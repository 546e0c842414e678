"""Another day for one date of a draft."""

from datetime import date
from typing import Any

from wtforms import Field
from wtforms.validators import ValidationError

from core.forms import CleanString, PageForm
from scheduling.dates.wording import NotUnderstood, read_date


class OneDateForm(PageForm):
    """The day on which a session is held instead; ``today`` is that of its time zone."""

    held_on = CleanString("Another day")

    def __init__(self, *, today: date, **more: Any) -> None:
        super().__init__(**more)
        self.today = today
        self.day: date | None = None

    def validate_held_on(self, field: Field) -> None:
        """Read the day that was typed."""
        if not field.data:
            raise ValidationError("Enter another day, or go back")
        try:
            self.day = read_date(field.data, self.today)
        except NotUnderstood as problem:
            raise ValidationError(str(problem)) from None

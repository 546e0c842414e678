"""What people can change about their own account."""

from typing import Final

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag
from wtforms.validators import StopValidation

from core.forms import CleanString, PageForm, Understandable
from groups.accounts import LONGEST_NAME
from groups.forms.zones import ZoneField

THEMES: Final = {
    "system": "As my device is set",
    "light": "Light",
    "dark": "Dark",
}


def is_offered(_form: PageForm, field: SelectField) -> None:
    """Refuse what is none of the choices."""
    if field.data not in {option.data for option in field}:
        raise StopValidation("Choose one of these")


class AccountForm(PageForm):
    """Name, look and time zone."""

    name = CleanString("What others call you", [Understandable(LONGEST_NAME)])
    theme = RadioField(
        "How pages look",
        [is_offered],
        choices=[SelectChoice(*pair) for pair in THEMES.items()],
        validate_choice=False,
    )
    time_zone = ZoneField("Your time zone")

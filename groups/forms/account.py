"""What people can change about their own account."""

from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag
from wtforms.validators import StopValidation

from core.forms import CleanString, Understandable

LONGEST_NAME: Final = 60
THEMES: Final = {
    "system": "As my device is set",
    "light": "Light",
    "dark": "Dark",
}
_HOME: Final = "Europe/London"
# Beside places, the zone data hold old abbreviations and offsets that nobody would look for.
_PLACES: Final = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


def is_offered(_form: FlaskForm, field: SelectField) -> None:
    """Refuse what is none of the choices."""
    if field.data not in {option.data for option in field}:
        raise StopValidation("Choose one of these")


class AccountForm(FlaskForm):
    """Name, look and time zone."""

    name = CleanString("What others call you", [Understandable(LONGEST_NAME)])
    theme = RadioField(
        "How pages look",
        [is_offered],
        choices=[SelectChoice(*pair) for pair in THEMES.items()],
        validate_choice=False,
    )
    time_zone = SelectField("Your time zone", [is_offered], validate_choice=False)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        names = list(zones())
        kept = self.time_zone.object_data
        if kept and kept not in names:
            names.insert(0, kept)
        self.time_zone.choices = [SelectChoice(name, name.replace("_", " ")) for name in names]


@cache
def zones() -> tuple[str, ...]:
    """Return the name of every zone that is named after a place, London first."""
    names = sorted(name for name in available_timezones() if name.startswith(_PLACES))
    return (_HOME, *(name for name in names if name != _HOME))

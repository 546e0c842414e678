"""What people can change about their own account."""

from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag
from wtforms.validators import StopValidation

from core.forms import CleanString, Understandable
from groups.zones import is_zone, say_zone, zone_groups

LONGEST_NAME: Final = 60
THEMES: Final = {
    "system": "As my device is set",
    "light": "Light",
    "dark": "Dark",
}


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
    time_zone = SelectField("Your time zone", validate_choice=False)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        choices = [
            SelectChoice(name, words, optgroup=region)
            for region, zones in zone_groups().items()
            for name, words in zones
        ]
        for name in {self.time_zone.object_data, self.time_zone.data}:
            if name and not is_zone(name):
                # An old name of a zone is kept; what is no zone stays in sight beside its error.
                choices.insert(0, SelectChoice(name, say_zone(name)))
        self.time_zone.choices = choices

    def validate_time_zone(self, field: SelectField) -> None:
        """Refuse what is on no list, but for the zone that was chosen before."""
        if not is_zone(field.data) and field.data != field.object_data:
            raise StopValidation("Choose a time zone from the list")

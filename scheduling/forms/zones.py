"""Time zones to pick from: a few that are likely, then every place of the IANA database."""

from typing import Any

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs lag
from wtforms.validators import ValidationError

from groups.zones import zone_groups


def known_zone(_form: Any, field: SelectField) -> None:
    """Refuse what is on no list."""
    if field.data not in {option.data for option in field}:
        raise ValidationError("Choose a time zone from the list")


def zone_field(label: str = "Time zone") -> SelectField:
    """Return a list of all zones to pick one from."""
    return SelectField(label, [known_zone], choices=_choices, validate_choice=False)


def _choices() -> list[SelectChoice]:
    return [
        SelectChoice(name, words, optgroup=region)
        for region, zones in zone_groups().items()
        for name, words in zones
    ]

"""What people can change about their own account; and the list of time zones, for any form."""

from functools import cache
from typing import Any, Final

from markupsafe import Markup
from wtforms import Field, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs lag
from wtforms.validators import StopValidation
from wtforms.widgets import html_params

from core.forms import CleanString, PageForm, Understandable
from groups.accounts import LONGEST_NAME
from groups.zones import is_zone, say_zone, zone_groups

_OPTION: Final = Markup('<option value="{}">{}</option>')
_CHOSEN: Final = Markup('<option selected value="{}">{}</option>')
_REGION: Final = Markup('<optgroup label="{}">{}</optgroup>')


class ZoneSelect:
    """Renders the list from options that were put together once.

    Zones are named by their places alone, without what their clocks say on the day, so the same
    500 options serve every page until the process ends.
    """

    def __call__(self, field: "ZoneField", **attributes: Any) -> Markup:
        """Return the list with one option chosen; those that are not on offer come first."""
        named = html_params(**{"id": field.id, **attributes, "name": field.name})
        others = Markup().join(
            (_CHOSEN if name == field.data else _OPTION).format(name, say_zone(name))
            for name in field.not_on_offer()
        )
        return Markup(f"<select {named}>{others}{_options(field.data)}</select>")  # noqa: S704 - parts that are escaped already


class ZoneField(Field):
    """The name of an IANA time zone; another than those on offer only where it was kept before."""

    widget = ZoneSelect()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was picked."""
        if valuelist:
            self.data = str(valuelist[0])

    def pre_validate(self, form: Any) -> None:
        """Refuse what is on no list, but for the zone that was chosen before."""
        if not is_zone(self.data) and self.data != self.object_data:
            raise StopValidation("Choose a time zone from the list")

    def not_on_offer(self) -> list[str]:
        """Return what the list has to show besides: an old name of a zone that was kept, and what
        is no zone, so that it stays in sight beside its error.
        """
        names = dict.fromkeys((self.data, self.object_data))
        return [name for name in names if name and not is_zone(name)]


def _options(chosen: str | None) -> str:
    offered = _all_options()
    if not is_zone(chosen):
        return offered
    begins = f'<option value="{chosen}">'
    return offered.replace(begins, begins.replace("<option", "<option selected"), 1)


@cache
def _all_options() -> str:
    return "".join(
        _REGION.format(region, Markup().join(_OPTION.format(*zone) for zone in zones))
        for region, zones in zone_groups().items()
    )


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

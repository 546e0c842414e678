"""The list of time zones in a form: WTForms' own markup, without its work."""

import pytest
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs lag

from groups.web.account.forms import ZoneField
from groups.zones import say_zone, zone_groups


class OneZone(Form):
    """A form of nothing but a zone."""

    zone = ZoneField("Time zone")


def plain(chosen: str, *others: str) -> Markup:
    """Return the list as WTForms makes it, option by option."""

    class Plain(Form):
        zone = SelectField(
            choices=[
                *(SelectChoice(name, say_zone(name)) for name in others),
                *(
                    SelectChoice(name, words, optgroup=region)
                    for region, zones in zone_groups().items()
                    for name, words in zones
                ),
            ],
            validate_choice=False,
        )

    attributes = {"required": False, "aria-describedby": "zone-hint"}
    return Markup(Plain(zone=chosen).zone(**attributes))  # noqa: S704 - markup already


@pytest.mark.parametrize(
    ("kept", "others"),
    [("Europe/London", ()), ("Asia/Kolkata", ()), ("GB", ("GB",)), ('<b>"', ('<b>"',))],
)
def test_the_list_is_what_wtforms_makes_of_it(kept: str, others: tuple[str, ...]) -> None:
    shown = OneZone(zone=kept).zone(**{"required": False, "aria-describedby": "zone-hint"})

    assert shown == plain(kept, *others)


def test_one_page_after_another_has_its_own_zone_chosen() -> None:
    chosen = [OneZone(zone=name).zone().count("selected") for name in ("UTC", "Africa/Accra", "")]

    assert chosen == [1, 1, 0]


@pytest.mark.parametrize(
    ("kept", "sent", "refused"),
    [
        ("UTC", "Asia/Kolkata", False),
        ("GB", "GB", False),
        ("UTC", "GB", True),
        ("UTC", "", True),
        (None, "Mars/Olympus", True),
    ],
)
def test_only_what_is_on_offer_or_was_kept_is_taken(
    kept: str | None, sent: str, refused: bool
) -> None:
    form = OneZone(MultiDict({"zone": sent}), zone=kept)

    assert (form.validate(), form.zone.data) == (not refused, sent)


def test_what_was_sent_and_what_was_kept_stay_in_sight() -> None:
    form = OneZone(MultiDict({"zone": "Mars/Olympus"}), zone="GB")

    assert '<option selected value="Mars/Olympus">' in form.zone()
    assert '<option value="GB">GB time</option>' in form.zone()

"""What people type is remembered by no browser and sent to no service that checks words."""

from collections.abc import Callable

import html5lib
import pytest
from flask import Flask

from tests import test_confidentiality as access_table
from tests.page import PageClient
from tests.world import CAST, World

empty_database, kept_world = access_table.empty_database, access_table.kept_world
world, browser_of = access_table.world, access_table.browser_of
pytestmark = pytest.mark.any_database

#: Kinds of field into which nobody types.
NOT_TYPED = {"hidden", "radio", "checkbox", "submit"}
#: What browsers may fill in about the person at the keyboard (WCAG 2.2, 1.3.5).
ABOUT_ONESELF = {"email", "nickname", "one-time-code"}
QUIET = {"spellcheck": "false", "writingsuggestions": "false", "autocorrect": "off"}


def forms(html: str) -> list[tuple[str | None, list[dict[str, str]]]]:
    """Return, of each form in which something is typed, its own setting and those of its fields."""
    found = []
    for form in html5lib.parse(html, namespaceHTMLElements=False).iter("form"):
        inputs = (one for one in form.iter("input") if one.get("type", "text") not in NOT_TYPED)
        typed = [dict(one.items()) for one in [*inputs, *form.iter("textarea")]]
        if typed:
            found.append((form.get("autocomplete"), typed))
    return found


@pytest.mark.parametrize("name", CAST)
def test_every_field_is_quiet_and_a_form_is_remembered_whole_or_not_at_all(
    app: Flask, world: World, browser_of: Callable[[str], PageClient], name: str
) -> None:
    browser, seen, wrong = browser_of(name), 0, []
    for endpoint, method in sorted(access_table.TABLE):
        if method != "GET":
            continue
        for cohort in (world.cohort, world.draft):
            path = access_table.address(app, endpoint, world, cohort_id=cohort.public_id)
            page = access_table.asked(browser, "GET", path)
            for setting, fields in forms(page.text) if page.mimetype == "text/html" else []:
                seen += 1
                marks = {field.get("autocomplete") for field in fields}
                is_whole = marks == {"off"} if setting == "off" else marks <= ABOUT_ONESELF
                is_quiet = all(QUIET.items() <= field.items() for field in fields)
                if not (is_whole and is_quiet):
                    wrong.append((path, setting, fields))

    assert wrong == []
    assert seen

"""The menu: what each person finds in it, and that it reads no group for that."""

from collections.abc import Callable

import pytest

from groups.models import Person, Role
from scheduling.web.navigation import navigation_context
from tests.build import a_cohort, a_facilitator, a_member, a_person
from tests.page import PageClient
from tests.scheduling.queries import counted

pytestmark = pytest.mark.usefixtures("clock")
Browser = Callable[[Person], PageClient]


def menu(browser: PageClient) -> list[str]:
    """Return the labels of the menu on the account page."""
    with browser:
        browser.get("/account")
        return [item.label for item in navigation_context()["navigation"]]


def test_a_member_of_one_group_finds_it_and_of_several_their_dates(signed_in: Browser) -> None:
    amina = a_person("Amina")
    browser = signed_in(amina)
    found = [menu(browser)]
    for number in range(2):
        a_member(a_cohort(a_facilitator(f"Tom {number}")), amina)
        found.append(menu(browser))

    assert found == [
        ["Account"],
        ["My group", "Dates", "Calendar", "Account"],
        ["Dates", "Calendar", "Account"],
    ]


def test_who_facilitates_finds_groups_and_prompts(signed_in: Browser) -> None:
    amina = a_person("Amina")
    a_member(a_cohort(a_facilitator("Tom")), amina, Role.CO_FACILITATOR)

    assert menu(signed_in(amina)) == ["Groups", "Dates", "Calendar", "Prompts", "Account"]


def test_an_operator_without_a_group_finds_how_it_runs(signed_in: Browser) -> None:
    operator = a_person("Dov", operates=True)

    assert menu(signed_in(operator)) == ["Running", "Account"]


def test_the_menu_reads_no_group(signed_in: Browser) -> None:
    amara = a_facilitator()
    for number in range(3):
        a_cohort(amara, name=f"Group {number}")
    browser = signed_in(amara)

    with browser:
        browser.get("/account")
        with counted() as asked:
            navigation_context()

    (words,) = [words for words in asked if "cohort" in words]
    assert ("EXISTS" in words, "name_sealed" in words) == (True, False)

"""Where a session is, and those after it: the form, the check, and the act."""

from collections.abc import Callable

import pytest

from groups.models import Person
from scheduling.models import PlaceKind
from tests.page import PageClient, words
from tests.scheduling.web.runs import Run, confirm

pytestmark = pytest.mark.usefixtures("clock")

Browser = Callable[[Person], PageClient]
ELSEWHERE = {"place_kind": "in_person", "place": "12 High Street", "room": ""}


def test_one_session_can_be_in_person_while_the_others_are_online(
    amaras_browser: PageClient, run: Run
) -> None:
    check = words(amaras_browser.post(run.of(2, "/place"), data=ELSEWHERE))

    confirm(amaras_browser, run.of(2, "/place"), ELSEWHERE)

    assert "How In person Where 12 High Street" in check
    assert [session.meets for session in run.sessions[:3]] == [
        PlaceKind.ONLINE,
        PlaceKind.IN_PERSON,
        PlaceKind.ONLINE,
    ]
    assert run.sessions[1].place == "12 High Street"
    assert "12 High Street" in words(amaras_browser.get(run.of(2)))
    assert "12 High Street" not in words(amaras_browser.get(run.of(3)))


def test_those_after_it_can_be_elsewhere_too(amaras_browser: PageClient, run: Run) -> None:
    confirm(amaras_browser, run.of(3, "/place"), {**ELSEWHERE, "which": "following"})

    assert [session.meets for session in run.sessions] == [
        *[PlaceKind.ONLINE] * 2,
        *[PlaceKind.IN_PERSON] * 4,
    ]
    assert "12 High Street" in words(amaras_browser.get(run.of(6)))
    assert "12 High Street" not in words(amaras_browser.get(run.of(2)))


def test_an_empty_field_is_as_in_the_other_sessions(amaras_browser: PageClient, run: Run) -> None:
    confirm(amaras_browser, run.of(2, "/place"), ELSEWHERE)
    confirm(amaras_browser, run.of(2, "/place"), {"place_kind": "same", "place": "", "room": ""})

    session = run.sessions[1]
    assert (session.place_kind, session.place, session.room) == (None, None, None)


def test_another_door_needs_words_and_the_choice_stays(
    amaras_browser: PageClient, run: Run
) -> None:
    response = confirm(
        amaras_browser, run.of(2, "/place"), {"place_kind": "in_person", "place": ""}
    )

    assert response.status_code == 422
    assert "Say where you meet" in words(response)
    assert 'value="in_person" checked' in response.text


def test_where_it_is_already_is_said(amaras_browser: PageClient, run: Run) -> None:
    response = amaras_browser.post(run.of(2, "/place"), data={"place_kind": "same"})

    assert response.status_code == 422
    assert "That is where it is already." in words(response)

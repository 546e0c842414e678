"""The page of an invited person: yes and no, who may answer, and that reading changes nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core.transaction import transaction
from groups.accounts import person_with
from groups.models import Person, Role
from scheduling.models import PlaceKind
from tests.build import a_cohort, a_facilitator, a_member, a_person, a_series, a_session
from tests.page import PageClient, words
from tests.scheduling.web.invited import (
    HEADINGS,
    YES,
    a_group,
    an_open_offer,
    everything,
    make_situation,
)

SignedIn = Callable[[Person], PageClient]

ROOM = "https://rooms.example/thursday"


pytestmark = pytest.mark.usefixtures("clock")


# What the page says


def test_the_page_says_what_it_is_when_and_who_facilitates(client: PageClient) -> None:
    cohort = a_group(facilitator=a_facilitator("Amara Osei"))
    a_member(cohort, a_facilitator("Tom Reed"), Role.CO_FACILITATOR)
    _, path = an_open_offer(cohort)

    said = words(client.get(path))

    for part in (
        "Thursday evenings",
        "Amara and Tom facilitate it",
        "Second Thursday of each month",
        "6pm to 7:30pm, UK time",
        "up to ten years after qualifying",
        "What is said here stays here",
        "immediate risk of serious harm",
        "you can answer until Thursday 31 December",
    ):
        assert part in said


def test_the_page_lists_the_dates_to_come_that_are_held(client: PageClient) -> None:
    _, path = an_open_offer()

    said = words(client.get(path))

    listed = [
        day
        for day in ("12 November", "10 December", "14 January 2027", "11 February")
        if f"Thursday {day}" in said
    ]
    assert listed == ["10 December", "14 January 2027"]
    assert "Two sessions" in said


def test_the_page_names_no_member_and_no_room(client: PageClient) -> None:
    cohort = a_group()
    a_member(cohort, a_person("Zebedee"))
    _, path = an_open_offer(cohort)

    html = client.get(path).get_data(as_text=True)

    assert [secret for secret in ("Zebedee", ROOM, "zebedee@") if secret in html] == []


def test_the_page_says_that_people_meet_in_a_room_but_not_where(client: PageClient) -> None:
    cohort = a_cohort()
    a_session(a_series(cohort, place_kind=PlaceKind.IN_PERSON, place="Gray’s Inn, Room 4"))
    _, path = an_open_offer(cohort)

    html = client.get(path).get_data(as_text=True)

    assert ("In person." in html, "Gray" in html) == (True, False)


def test_a_session_at_another_time_says_so(client: PageClient) -> None:
    cohort = a_cohort()
    session = a_session(a_series(cohort))
    with transaction():
        session.starts_at += timedelta(hours=1)
        session.ends_at += timedelta(hours=1)
    _, path = an_open_offer(cohort)

    assert "Thursday 10 December, 7pm to 8:30pm, UK time" in words(client.get(path))


def test_a_run_that_goes_on_says_so(client: PageClient) -> None:
    cohort = a_cohort()
    a_session(a_series(cohort, count=None))
    _, path = an_open_offer(cohort)

    assert "The next one session, and so on" in words(client.get(path))


def test_yes_and_no_weigh_the_same_and_everything_is_chosen(client: PageClient) -> None:
    _, path = an_open_offer()

    html = client.get(path).get_data(as_text=True)

    assert html.count('class="btn"') == 1
    assert '<button class="btn" form="yes">Yes, add me</button>' in html
    assert f'<a class="btn second" href="{path}/decline">No, thank you</a>' in html
    assert 'value="neutral" checked' in html
    assert 'value="invitations" checked' in html


def test_the_box_that_agrees_is_empty_at_first(client: PageClient) -> None:
    _, path = an_open_offer()

    html = client.get(path).get_data(as_text=True)

    assert '<input type="checkbox" id="agree" name="agree" value="y"><span>' in html


def test_somebody_asked_to_facilitate_sees_nothing_of_the_group_before_a_code(
    client: PageClient,
) -> None:
    _, path = an_open_offer(role=Role.CO_FACILITATOR)

    response = client.get(path)

    said = words(response)
    assert "Amara would like you to help facilitate a small group" in said
    shown = ("Thursday evenings", "10 December", "6pm", "Yes, add me")
    assert [part for part in shown if part in said] == []
    assert 'name="agree"' not in response.get_data(as_text=True)


def test_somebody_asked_to_facilitate_reads_so_once_signed_in(signed_in: SignedIn) -> None:
    _, path = an_open_offer(role=Role.CO_FACILITATOR)

    said = words(signed_in(a_person("Dev")).get(path))

    assert "Amara would like you to facilitate this group together" in said
    assert "after qualifying" not in said


HOSTILE = (
    "<script>alert(1)</script>\"'",
    "{{ 7 * 7 }} {% raw %}",
    "\u202eevening\u202c & <b>bold</b>",
    "x" * 300,
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_as_they_are_and_do_nothing(name: str, client: PageClient) -> None:
    cohort = a_group(name=name, facilitator=a_facilitator("Amara"))
    with transaction():
        cohort.memberships[0].person.name = name
    _, path = an_open_offer(cohort)

    response = client.get(path)

    assert response.status_code == 200
    assert " ".join(name.split()) in words(response)


# Situations


@pytest.mark.parametrize(("kind", "heading"), HEADINGS.items())
def test_each_situation_has_its_own_plain_page(kind: str, heading: str, client: PageClient) -> None:
    path = make_situation(kind)

    response = client.get(path)

    assert response.status_code == 200
    assert f"<h1>{heading}</h1>" in response.get_data(as_text=True)


@pytest.mark.parametrize("kind", [kind for kind in HEADINGS if kind != "open"])
def test_only_an_open_invitation_tells_about_its_group(kind: str, client: PageClient) -> None:
    html = client.get(make_situation(kind)).get_data(as_text=True)

    assert [word for word in ("Thursday evenings", "10 December", ROOM) if word in html] == []


@pytest.mark.parametrize("kind", HEADINGS)
@pytest.mark.parametrize("part", ["", "/stop", "/decline", "/take-back"])
def test_reading_changes_nothing(kind: str, part: str, client: PageClient) -> None:
    path = make_situation(kind)
    before = everything()

    client.get(path + part)
    client.head(path + part)

    assert everything() == before


@pytest.mark.parametrize("kind", HEADINGS)
def test_reading_changes_nothing_for_whoever_is_signed_in(kind: str, signed_in: SignedIn) -> None:
    path = make_situation(kind)
    browser = signed_in(person_with("dev@people.example") or a_person("Dev"))
    before = everything()

    browser.get(path)

    assert everything() == before


@pytest.mark.parametrize("kind", ["withdrawn", "expired", "full", "ended"])
def test_what_can_no_longer_be_taken_is_not_taken(kind: str, client: PageClient) -> None:
    path = make_situation(kind)
    before = everything()

    response = client.post(f"{path}/accept", data=YES)

    assert f"<h1>{HEADINGS[kind]}</h1>" in response.get_data(as_text=True)
    assert (response.status_code, everything() == before) == (422, True)


@pytest.mark.parametrize("part", ["", "/stop", "/decline", "/take-back"])
def test_an_unknown_link_is_the_page_of_everything_absent(part: str, client: PageClient) -> None:
    absent = client.get("/nothing-here")

    response = client.get(f"/i/{'A' * 43}{part}")

    assert (response.status_code, response.data) == (404, absent.data)


@pytest.mark.parametrize("act", ["accept", "decline", "stop", "change-mind", "go-on", "take-back"])
def test_an_unknown_link_does_nothing(act: str, client: PageClient) -> None:
    before = everything()

    response = client.post(f"/i/{'A' * 43}/{act}", data=YES)

    assert (response.status_code, everything() == before) == (404, True)


def test_the_link_is_in_no_header_and_no_cache(client: PageClient) -> None:
    _, path = an_open_offer()

    response = client.get(path)

    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert path not in str(response.headers)

"""What a link in a letter can do by itself: a yes and taking it back, and nothing is shown.

Whoever holds the letter may be a clerk, an employer, or a program that presses buttons.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.db import db
from core.transaction import transaction
from groups.accounts import person_with
from groups.models import Membership, MembershipState, OfferState, Person, PlaceOffer, Role, SignIn
from scheduling.keeping.diaries import existing_diary
from scheduling.models import Detail, Feed
from tests.build import a_facilitator, a_person
from tests.conftest import NOW
from tests.groups.web.signing_in import is_in, latest_code, type_code
from tests.page import PageClient, words
from tests.pressing import press_everything
from tests.scheduling.post import letters
from tests.scheduling.web.invited import YES, a_browser, a_group, an_open_offer, everything

SignedIn = Callable[[Person], PageClient]
pytestmark = pytest.mark.usefixtures("clock")

DEV = "dev@people.example"
SURE = {"sure": "y"}


def said_yes(client: PageClient, **chosen: str) -> tuple[PlaceOffer, str]:
    """An offer to Dev to which somebody said yes from the letter, and the path of its page."""
    offer, path = an_open_offer(name="Dev")
    client.post(f"{path}/accept", data={**YES, **chosen})
    return offer, path


def member_of(offer: PlaceOffer) -> Membership:
    """Return the place that was taken."""
    assert offer.membership is not None
    return offer.membership


def go_on(client: PageClient, path: str) -> Any:
    """Press the button that sends a code, and type the code."""
    client.post(f"{path}/go-on")
    return type_code(client, latest_code())


# A yes shows nothing


def test_a_yes_signs_nobody_in_and_gives_no_private_link(client: PageClient) -> None:
    offer, _ = said_yes(client)

    person = member_of(offer).person
    assert (person.reached_at, person.proved_at) == (NOW, None)
    assert not is_in(client)
    assert db.session.scalars(select(SignIn)).all() == []
    assert db.session.scalars(select(Feed)).all() == []


CLOSED = (
    "/home",
    "/account",
    "/account/my-data.json",
    "/calendar",
    "/calendar/dates.ics",
    "/dates",
    "/groups",
    "/g/{group}",
    "/g/{group}/name",
    "/g/{group}/agreement",
    "/g/{group}/leave",
)


def test_the_first_button_of_an_invitation_answers_nothing(client: PageClient) -> None:
    _, path = an_open_offer(name="Dev")
    before = everything()

    press_everything(client, client.get(path))

    assert everything() == before


def test_an_attacker_with_the_letter_gets_nothing(client: PageClient) -> None:
    offer, path = said_yes(client)
    for part in ("", "/decline", "/stop", "/take-back", ""):
        press_everything(client, client.get(path + part, follow_redirects=True))
    client.post("/calendar/links", data={"label": "Phone"})
    client.post("/calendar", data={"kept_by": "feed", "detail": "full", "shown_as": "busy"})

    answers = [client.get(one.format(group=offer.cohort.public_id)) for one in CLOSED]

    assert {answer.status_code for answer in answers} <= {303, 404}
    assert {a.location.split("?")[0] for a in answers if a.status_code == 303} == {"/sign-in"}
    assert db.session.scalars(select(SignIn)).all() == []
    assert db.session.scalars(select(Feed)).all() == []
    # What the buttons did can be put right: she still has the place.
    assert member_of(offer).state == MembershipState.ACTIVE


def test_a_code_of_another_browser_opens_nothing_here(app: Flask, client: PageClient) -> None:
    offer, path = said_yes(client)
    client.post(f"{path}/go-on")
    elsewhere = a_browser(app)

    type_code(elsewhere, latest_code())

    assert not is_in(elsewhere)
    assert member_of(offer).person.proved_at is None


# Going on


def test_a_code_leads_on_to_the_group(client: PageClient) -> None:
    offer, path = said_yes(client)

    response = go_on(client, path)

    assert response.location == f"/g/{offer.cohort.public_id}"
    assert member_of(offer).person.proved_at == NOW
    assert is_in(client)
    assert [feed.label for feed in db.session.scalars(select(Feed))] == ["My calendar"]
    assert "You have a place" in words(client.get(path))


def test_the_address_is_neither_typed_nor_shown(client: PageClient) -> None:
    _, path = said_yes(client)

    response = client.post(f"{path}/go-on")
    page = client.get(response.location)

    assert response.location == "/sign-in/code"
    assert DEV not in page.get_data(as_text=True) + client.get(path).get_data(as_text=True)


def test_somebody_without_a_name_is_asked_what_others_should_call_them(client: PageClient) -> None:
    offer, path = an_open_offer()
    client.post(f"{path}/accept", data=YES)
    name_page = f"/g/{offer.cohort.public_id}/name"

    asked = go_on(client, path).location
    said = words(client.get(name_page))
    answered = client.post(name_page, data={"name": "Dev"})

    assert (asked, answered.location) == (name_page, f"/g/{offer.cohort.public_id}")
    assert "What should others call you?" in said
    assert member_of(offer).person.name == "Dev"


@pytest.mark.parametrize(("typed", "status"), [("", 303), ("y" * 61, 422)])
def test_a_name_is_optional_and_one_that_is_too_long_is_kept(
    typed: str, status: int, client: PageClient
) -> None:
    offer, path = an_open_offer()
    client.post(f"{path}/accept", data=YES)
    go_on(client, path)

    response = client.post(f"/g/{offer.cohort.public_id}/name", data={"name": typed})

    assert (response.status_code, member_of(offer).person.name) == (status, None)
    assert (status == 303) or f'value="{typed}"' in response.get_data(as_text=True)


def test_a_known_address_types_a_code_and_then_answers(client: PageClient) -> None:
    dev = a_person("Dev")
    offer, path = an_open_offer()

    response = go_on(client, path)
    client.post(f"{path}/accept", data=YES)

    assert response.location == path
    assert member_of(offer).person == dev


def test_an_invitation_that_has_ended_sends_no_code(client: PageClient) -> None:
    offer, path = an_open_offer()
    with transaction():
        offer.state = OfferState.WITHDRAWN
    before = everything()

    response = client.post(f"{path}/go-on")

    assert (response.location, everything() == before) == (path, True)


# Somebody who is to facilitate


def test_whoever_is_to_facilitate_answers_only_after_a_code(client: PageClient) -> None:
    offer, path = an_open_offer(role=Role.CO_FACILITATOR, name="Dev")
    client.post(f"{path}/accept", data=YES)
    refused = (offer.state, offer.membership, letters())

    response = go_on(client, path)
    shown = words(client.get(path))
    client.post(f"{path}/accept", data=YES)

    assert refused == (OfferState.OPEN, None, [])
    assert response.location == path
    assert "facilitate this group together" in shown
    assert member_of(offer).role == Role.CO_FACILITATOR
    assert "People" in words(client.get(f"/groups/{offer.cohort.public_id}/people"))


def test_asking_to_facilitate_twice_makes_one_account_without_a_place(client: PageClient) -> None:
    _, path = an_open_offer(role=Role.CO_FACILITATOR)

    for _ in range(2):
        client.post(f"{path}/go-on")

    dev = person_with(DEV)
    assert dev is not None
    assert (dev.reached_at, dev.proved_at) == (None, None)
    assert db.session.scalar(select(func.count(Membership.id))) == 1


# Settings are out of reach


def test_a_second_yes_from_a_letter_changes_no_diary(client: PageClient) -> None:
    first, _ = said_yes(client)
    second, path = an_open_offer(a_group(facilitator=a_facilitator("Tom"), name="Tuesdays"))

    page = client.get(path).get_data(as_text=True)
    client.post(f"{path}/accept", data={**YES, "entry": "full", "kept_by": "neither"})

    diary = existing_diary(member_of(first).person)
    assert diary is not None
    assert (diary.detail, member_of(second).person) == (Detail.DISCREET, member_of(first).person)
    assert 'name="entry"' not in page
    assert "in the same way as your others" in page


# Taking it back


def test_a_yes_can_be_taken_back_from_the_same_letter(client: PageClient) -> None:
    offer, path = said_yes(client)
    membership = member_of(offer)

    page = client.get(f"{path}/take-back")
    response = client.post(f"{path}/take-back", data=SURE)

    assert "Take the yes back" in words(page)
    assert (response.location, offer.state) == (path, OfferState.DECLINED)
    assert membership.state == MembershipState.LEFT
    assert letters() == []
    assert "You said no, thank you" in words(client.get(path))


def test_taking_back_needs_the_tick(client: PageClient) -> None:
    _, path = said_yes(client)
    before = everything()

    response = client.post(f"{path}/take-back")

    assert (response.status_code, everything() == before) == (422, True)
    assert "Tick the box to take the yes back" in words(response)


def test_what_was_taken_back_can_become_a_yes_with_other_choices(client: PageClient) -> None:
    offer, path = said_yes(client, entry="full")
    membership = member_of(offer)
    client.post(f"{path}/take-back", data=SURE)
    client.post(f"{path}/change-mind", data=SURE)

    client.post(f"{path}/accept", data=YES)

    diary = existing_diary(membership.person)
    assert diary is not None
    assert (offer.state, member_of(offer)) == (OfferState.ACCEPTED, membership)
    assert (membership.state, diary.detail) == (MembershipState.ACTIVE, Detail.DISCREET)


def test_once_a_code_was_typed_the_letter_takes_nothing_back(
    app: Flask, client: PageClient
) -> None:
    _, path = said_yes(client)
    go_on(client, path)
    elsewhere = a_browser(app)
    before = everything()

    shown = elsewhere.get(f"{path}/take-back")
    response = elsewhere.post(f"{path}/take-back", data=SURE)

    assert (shown.location, response.location, everything() == before) == (path, path, True)
    assert "sign in to see your dates" in words(elsewhere.get(path))


@pytest.mark.parametrize("act", ["take-back", "decline", "stop", "change-mind"])
def test_a_place_that_was_proved_cannot_be_touched_from_the_letter(
    act: str, app: Flask, client: PageClient
) -> None:
    _, path = said_yes(client)
    go_on(client, path)
    before = everything()

    a_browser(app).post(f"{path}/{act}", data=SURE)

    assert everything() == before


def test_the_place_is_free_for_somebody_else_then(client: PageClient) -> None:
    cohort = a_group(places=1)
    _, path = an_open_offer(cohort)
    other, other_path = an_open_offer(cohort, email="other@people.example")
    client.post(f"{path}/accept", data=YES)
    full = words(client.get(other_path))

    client.post(f"{path}/take-back", data=SURE)
    client.post(f"{other_path}/accept", data=YES)

    assert "This group is full" in full
    assert other.state == OfferState.ACCEPTED

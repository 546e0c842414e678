"""Answering an invitation: yes, no, never again, and who may."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import Base, db
from core.transaction import transaction
from groups.accounts import person_with
from groups.models import DoNotWrite, Membership, MembershipState, OfferState, Person
from scheduling.models import Detail, KeptBy
from scheduling.places.arrivals import DiaryChoices, choices_of
from tests.build import a_facilitator, a_person
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.scheduling.web.invited import (
    HEADINGS,
    YES,
    a_browser,
    a_group,
    an_open_offer,
    everything,
    make_situation,
)

SignedIn = Callable[[Person], PageClient]


pytestmark = pytest.mark.usefixtures("clock")

SURE = {"sure": "y"}


# Yes


def test_a_tick_and_one_tap_give_a_place_and_the_dates(client: PageClient) -> None:
    offer, path = an_open_offer(name="Dev")

    response = client.post(f"{path}/accept", data=YES)

    assert (response.status_code, response.location) == (303, path)
    assert offer.membership is not None
    assert offer.membership.person.name == "Dev"
    assert choices_of(offer.membership.person) == DiaryChoices()
    assert "You have a place" in words(client.get(path))


def test_whoever_says_yes_signed_in_goes_on_to_the_group(signed_in: SignedIn) -> None:
    offer, path = an_open_offer()

    response = signed_in(a_person("Dev")).post(f"{path}/accept", data=YES)

    assert response.location == f"/g/{offer.cohort.public_id}"


@pytest.mark.parametrize(
    "data", [{}, {"agree": ""}, {**YES, "agree": ""}, {**YES, "agree": "false"}]
)
def test_without_the_tick_nothing_is_taken_and_what_was_chosen_is_kept(
    data: dict[str, str], client: PageClient
) -> None:
    _, path = an_open_offer()
    before = everything()

    response = client.post(f"{path}/accept", data={**data, "entry": "own", "words": "Reading time"})

    assert (response.status_code, everything() == before) == (422, True)
    assert "Tick the box if you agree" in words(response)
    assert 'value="Reading time"' in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("chosen", "choices"),
    [
        ({"entry": "full"}, DiaryChoices(detail=Detail.FULL)),
        ({"entry": "own", "words": "Reading time"}, DiaryChoices(words="Reading time")),
        ({"entry": "neutral", "words": "Left over"}, DiaryChoices()),
        ({"kept_by": "neither"}, DiaryChoices(KeptBy.NEITHER)),
    ],
)
def test_the_diary_is_kept_as_chosen(
    chosen: dict[str, str], choices: DiaryChoices, client: PageClient
) -> None:
    offer, path = an_open_offer()

    client.post(f"{path}/accept", data={**YES, **chosen})

    assert offer.membership is not None
    assert choices_of(offer.membership.person) == choices


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"entry": "own"}, "Write what your diary should say"),
        ({"entry": "own", "words": "x" * 61}, "Keep this to 60 characters or fewer"),
        ({"entry": "loud"}, "Choose one of these"),
        ({"kept_by": "pigeon"}, "Choose one of these"),
        ({"kept_by": "feed"}, "Choose one of these"),
        ({"kept_by": ""}, "Choose one of these"),
    ],
)
def test_what_was_typed_is_kept_when_something_is_missing(
    chosen: dict[str, str], said: str, client: PageClient
) -> None:
    _, path = an_open_offer()
    before = everything()

    response = client.post(f"{path}/accept", data={**YES, **chosen})

    assert (response.status_code, everything() == before) == (422, True)
    assert said in words(response)
    assert f'value="{chosen.get("words", "")}"' in response.get_data(as_text=True)


def test_a_second_tap_changes_nothing(client: PageClient) -> None:
    offer, path = an_open_offer(name="Dev")
    client.post(f"{path}/accept", data=YES)
    before = everything()

    response = client.post(f"{path}/accept", data={**YES, "kept_by": "neither"})

    assert (response.location, everything() == before) == (path, True)


# Known addresses, forwarded links, wrong accounts


def test_a_known_address_gets_no_place_without_a_code(client: PageClient) -> None:
    a_person("Dev")
    _, path = an_open_offer()
    before = everything()

    response = client.post(f"{path}/accept", data=YES)

    assert (response.location, everything() == before) == (path, True)
    assert "Get a code first" in words(client.get(path))


def test_the_page_for_a_known_address_leads_to_a_code(client: PageClient) -> None:
    a_person("Dev")
    _, path = an_open_offer()

    response = client.get(path)

    assert "This address already has an account." in words(response)
    assert f'action="{path}/go-on"' in response.get_data(as_text=True)
    assert "Yes, add me" not in words(response)
    assert "No, thank you" in words(response)


def test_a_known_address_signs_in_and_takes_the_place(signed_in: SignedIn) -> None:
    dev = a_person("Dev")
    offer, path = an_open_offer()

    response = signed_in(dev).post(f"{path}/accept", data=YES)

    assert response.location == f"/g/{offer.cohort.public_id}"
    assert offer.membership is not None
    assert offer.membership.person == dev


def test_what_somebody_chose_before_is_chosen_again(signed_in: SignedIn) -> None:
    browser = signed_in(a_person("Dev"))
    _, path = an_open_offer()
    browser.post(f"{path}/accept", data={**YES, "entry": "full", "kept_by": "feed"})
    _, second = an_open_offer(a_group(facilitator=a_facilitator("Tom"), name="Tuesdays"))

    html = browser.get(second).get_data(as_text=True)

    assert 'value="full" checked' in html
    assert 'value="feed" checked' in html


@pytest.mark.parametrize("act", ["accept", "decline", "stop", "change-mind", "go-on", "take-back"])
def test_somebody_else_who_is_signed_in_cannot_answer(act: str, signed_in: SignedIn) -> None:
    _, path = an_open_offer()
    browser = signed_in(a_person("Rhys"))
    before = everything()

    response = browser.post(f"{path}/{act}", data={**YES, "answer": "no"})

    assert (response.status_code, everything() == before) == (403, True)


@pytest.mark.parametrize("kind", HEADINGS)
def test_somebody_else_who_is_signed_in_learns_nothing(kind: str, signed_in: SignedIn) -> None:
    path = make_situation(kind)

    html = signed_in(a_person("Rhys")).get(path).get_data(as_text=True)

    assert "You are signed in as somebody else" in html
    assert "Sign out to answer this" in html
    assert "Thursday evenings" not in html


def test_a_used_link_says_little_to_strangers_and_all_to_its_person(
    client: PageClient, signed_in: SignedIn
) -> None:
    path = make_situation("accepted")
    dev = person_with("dev@people.example")
    assert dev is not None

    stranger, own = words(client.get(path)), words(signed_in(dev).get(path))

    assert "sign in to see your dates" in stranger
    assert "You have a place" in own
    assert "Change how you keep the dates" in own


def test_somebody_who_left_is_led_back_from_the_link(signed_in: SignedIn) -> None:
    path = make_situation("accepted")
    membership = db.session.scalars(select(Membership).where(Membership.role == "member")).one()
    with transaction():
        membership.state, membership.left_at = MembershipState.LEFT, NOW

    response = signed_in(membership.person).get(path)

    assert "See how to come back" in words(response)


# No


def test_a_no_can_be_for_every_later_offer_too(client: PageClient) -> None:
    offer, path = an_open_offer()

    client.post(f"{path}/decline", data={"never_again": "y"})

    assert offer.state == OfferState.DECLINED
    assert len(db.session.scalars(select(DoNotWrite)).all()) == 1


def test_changing_ones_mind_needs_the_tick(client: PageClient) -> None:
    offer, path = an_open_offer()
    client.post(f"{path}/decline")

    response = client.post(f"{path}/change-mind")

    assert (response.status_code, offer.state) == (422, OfferState.DECLINED)
    assert "Tick the box if you’ve changed your mind" in words(response)


def test_no_is_a_page_and_a_tap_and_asks_nothing(client: PageClient) -> None:
    offer, path = an_open_offer()

    page = client.get(f"{path}/decline")
    response = client.post(f"{path}/decline")

    assert "You don’t need to give a reason" in words(page)

    assert (response.location, offer.state) == (path, OfferState.DECLINED)
    assert "Saved. You don’t need to give a reason." in words(client.get(path))


def test_a_no_can_be_taken_back_and_become_a_yes(client: PageClient) -> None:
    offer, path = an_open_offer(name="Dev")
    client.post(f"{path}/decline")

    client.post(f"{path}/change-mind", data=SURE)
    client.post(f"{path}/accept", data=YES)

    assert offer.state == OfferState.ACCEPTED


def test_a_no_makes_no_account_and_sends_nothing(client: PageClient) -> None:
    _, path = an_open_offer()
    before = everything()

    client.post(f"{path}/decline")

    changed = [
        table.name
        for table, old, new in zip(Base.metadata.sorted_tables, before, everything(), strict=True)
        if old != new
    ]
    assert changed == ["place_offer"]


def test_stopping_can_be_undone_from_the_page_that_follows(client: PageClient) -> None:
    offer, path = an_open_offer()

    client.post(f"{path}/stop", data={"answer": "no"})
    said = words(client.get(path))
    stopped = len(db.session.scalars(select(DoNotWrite)).all())
    client.post(f"{path}/change-mind", data=SURE)

    assert "We won’t offer you a place by e-mail again. Undo" in said
    assert (stopped, offer.state) == (1, OfferState.OPEN)
    assert db.session.scalars(select(DoNotWrite)).all() == []


def test_the_page_of_stopping_acts_only_by_a_choice_and_its_button(client: PageClient) -> None:
    offer, path = an_open_offer()

    response, pressed = client.get(f"{path}/stop"), client.post(f"{path}/stop")

    assert "No, don’t write to me again" in words(response)
    assert "We don’t tell anyone that you asked" in words(response)
    assert (pressed.status_code, offer.state) == (422, OfferState.OPEN)
    assert "Choose one of these first. Nothing has changed." in words(pressed)
    assert db.session.scalars(select(DoNotWrite)).all() == []


def test_a_wish_not_to_be_written_to_is_taken_back_by_the_same_letter(client: PageClient) -> None:
    offer, path = an_open_offer()
    a_browser(client.application).post(f"{path}/stop", data={"List-Unsubscribe": "One-Click"})

    page = client.get(f"{path}/stop")
    after = client.post(f"{path}/stop", data={"answer": "yes"})

    assert "We won’t offer you a place by e-mail again." in words(page)
    assert (after.location, offer.state) == (path, OfferState.OPEN)
    assert db.session.scalars(select(DoNotWrite)).all() == []


def test_who_may_be_written_to_changes_nothing_by_saying_so(client: PageClient) -> None:
    _, path = an_open_offer()
    before = everything()

    after = client.post(f"{path}/stop", data={"answer": "yes"})

    assert (after.location, everything() == before) == (path, True)


@pytest.mark.parametrize("act", ["decline", "stop", "change-mind"])
def test_an_invitation_that_was_accepted_changes_nothing_any_more(
    act: str, client: PageClient
) -> None:
    path = make_situation("accepted")
    before = everything()

    response = client.post(f"{path}/{act}", data={"List-Unsubscribe": "no"})

    assert (response.location, everything() == before) == (path, True)
    page = words(client.get(path))
    assert "This invitation has been answered" in page
    assert "We won’t offer you a place" not in page
    assert client.get(f"{path}/stop").location == path


def test_the_wish_of_another_address_is_kept_by_an_invitation_that_was_accepted(
    client: PageClient,
) -> None:
    path = make_situation("accepted")
    with transaction():
        index = db.session.scalars(select(Person.email_index)).all()[-1]
        db.session.add(DoNotWrite(email_index=index, asked_at=NOW))
    before = everything()

    client.post(f"{path}/change-mind", data=SURE)

    assert everything() == before


def test_the_one_click_of_a_mail_program_needs_no_token(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    offer, path = an_open_offer()

    response = a_browser(app).post(f"{path}/stop", data={"List-Unsubscribe": "One-Click"})

    assert (response.status_code, offer.state) == (204, OfferState.DECLINED)


@pytest.mark.parametrize("act", ["accept", "decline", "change-mind", "go-on", "take-back"])
def test_other_answers_need_the_token_of_the_page(act: str, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    _, path = an_open_offer()
    browser = a_browser(app)
    browser.get(path)
    before = everything()

    response = browser.post(f"{path}/{act}", data=YES)

    assert (response.status_code, everything() == before) == (400, True)
    assert "This page was open for a long time" in words(response)

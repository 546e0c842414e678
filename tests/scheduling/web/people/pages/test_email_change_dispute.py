"""The page for somebody who hears at their former address of a change they did not make."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask, current_app

from core.db import db
from core.outbox import OutgoingMail
from core.transaction import transaction
from groups.models import Membership, SignInCode
from groups.new_address import not_me_token
from scheduling.erasure import erase
from scheduling.places.readdressing import change_address
from tests.build import a_cohort, a_feed, a_member, a_person
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.scheduling.post import opened
from tests.scheduling.web.conftest import Browser

pytestmark = pytest.mark.usefixtures("clock")

NEW = "qznewaddress@people.example"
NOT_ME = {"answer": "no"}


def link_in_letter(member: Membership) -> str:
    """Change the member's address, and return the path of the link that the former one gets."""
    with transaction():
        change_address(member.person, NEW, tell_former=True, now=NOW)
    letter = opened(db.session.query(OutgoingMail).filter_by(kind="address_changed").one())
    assert letter.to == "amina@people.example"
    found = re.search(r"http://alcove\.example(/not-me/\S+)", letter.text)
    assert found is not None
    return found[1]


def test_opening_the_link_changes_nothing_and_the_button_ends_all(
    client: PageClient, member: Membership, signed_in: Browser
) -> None:
    path = link_in_letter(member)
    browser = signed_in(member.person)
    feed, _ = a_feed(member.person)

    asked = words(client.get(path))
    before = (browser.get("/account").status_code, feed.revoked_at)
    done = words(client.post(path, data=NOT_ME))

    assert (before, "Was it you?" in asked) == ((200, None), True)
    assert "Signed out everywhere" in done
    assert "write to help@alcove.example" in done.casefold()
    assert (browser.get("/account").status_code, feed.revoked_at) == (303, NOW)


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({}, 422, "Choose one of these first. Nothing has changed."),
        ({"answer": "yes"}, 200, "Nothing has changed"),
        ({"answer": "all of it"}, 400, "That didn’t reach us whole"),
    ],
    ids=["nothing", "it was me", "never offered"],
)
def test_whatever_else_is_sent_ends_nothing_and_leaves_the_link_its_one_use(
    client: PageClient,
    member: Membership,
    signed_in: Browser,
    sent: dict[str, str],
    status: int,
    said: str,
) -> None:
    path = link_in_letter(member)
    browser = signed_in(member.person)

    page = client.post(path, data=sent)
    before = browser.get("/account").status_code
    client.post(path, data=NOT_ME)

    assert (page.status_code, said in words(page)) == (status, True)
    assert (before, browser.get("/account").status_code) == (200, 303)


def test_without_a_public_contact_no_private_address_stands_in_for_it(
    make_app: Callable[..., Flask],
) -> None:
    with make_app(public_contact="").app_context():
        member = a_member(a_cohort())
        path = link_in_letter(member)
        letter = opened(db.session.query(OutgoingMail).filter_by(kind="address_changed").one())
        client = current_app.test_client()
        asked = client.get(path, base_url="http://alcove.example").text
        done = client.post(path, data=NOT_ME, base_url="http://alcove.example").text

    for text in (letter.text, letter.html, asked, done):
        assert "the person who told you about Alcove" in text
        assert not re.findall(r"[a-z]+@operators|hello@", text)


def test_a_code_on_its_way_to_the_new_address_ends_too(
    client: PageClient, member: Membership
) -> None:
    path = link_in_letter(member)
    client.post("/sign-in", data={"address": NEW})

    client.post(path, data=NOT_ME)

    assert db.session.query(SignInCode).one().expires_at == NOW


def test_it_works_once_and_looks_the_same_each_time(
    client: PageClient, member: Membership, signed_in: Browser
) -> None:
    path = link_in_letter(member)
    first = client.post(path, data=NOT_ME)
    browser = signed_in(member.person)

    second = client.post(path, data=NOT_ME)

    assert first.get_data() == second.get_data()
    assert browser.get("/account").status_code == 200


def test_nobody_elses_sign_in_ends(
    client: PageClient, member: Membership, signed_in: Browser
) -> None:
    other = signed_in(a_person("Dev"))

    client.post(link_in_letter(member), data=NOT_ME)

    assert other.get("/account").status_code == 200


def test_the_pages_show_nothing_of_the_account_not_even_that_it_is_there(
    client: PageClient, member: Membership
) -> None:
    path = link_in_letter(member)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        pages = [client.get(path), client.post(path, data=NOT_ME)]
        with transaction():
            erase(member.person, now=NOW + timedelta(minutes=1))
        gone = [client.get(path), client.post(path, data=NOT_ME)]

    said = " ".join(page.text for page in pages)
    assert [page.get_data() for page in gone] == [page.get_data() for page in pages]
    for secret in (NEW, "amina@people.example", "Amina", "Thursday evenings"):
        assert secret not in said
    assert not any("Set-Cookie" in page.headers for page in pages)


def test_the_link_ends_after_seven_days_and_cannot_be_forged(
    client: PageClient, member: Membership
) -> None:
    path = link_in_letter(member)

    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        last = client.get(path).status_code
    with time_machine.travel(NOW + timedelta(days=7, seconds=1), tick=False):
        late = (client.get(path).status_code, client.post(path, data=NOT_ME).status_code)

    assert (last, late) == (200, (404, 404))
    assert client.get("/not-me/nonsense").status_code == 404


def test_the_button_works_without_a_cookie(
    app: Flask, client: PageClient, member: Membership
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    answer = client.post(f"/not-me/{not_me_token(member.person)}", data=NOT_ME)

    assert answer.status_code == 200

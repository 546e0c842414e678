"""Changing one's own address on the account page."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.db import db
from groups.models import Membership, SignIn
from scheduling.models import PeerSession
from tests.build import a_person
from tests.conftest import NOW
from tests.groups.test_new_address import latest_code, mails
from tests.page import PageClient, words
from tests.scheduling.post import invite

pytestmark = pytest.mark.usefixtures("clock")

NEW = "amina.new@people.example"
ASK, CODE = "/account/address", "/account/address/code"


def again_button(page: TestResponse) -> str:
    """Return where the button leads that asks somebody to sign in again."""
    found = re.search(r'action="(/account/sign-in-again[^"]*)"', page.text)
    assert found is not None
    return found[1]


def asked(visitor: PageClient, address: str = NEW) -> str:
    """Ask for a code and return it."""
    answer = visitor.post(ASK, data={"address": address})
    assert answer.headers["Location"] == CODE
    return latest_code()


def test_the_account_page_leads_to_it(visitor: PageClient) -> None:
    page = visitor.get("/account").get_data(as_text=True)

    assert f'href="{ASK}"' in page
    assert "Change your address" in words(visitor.get(ASK))


def test_a_browser_left_open_has_to_sign_in_again_first(visitor: PageClient) -> None:
    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        before = visitor.post(ASK, data={"address": NEW})
        left = visitor.post(again_button(before))

    assert "Sign in again first" in words(before)
    assert [mail for mail in mails() if mail.recipient == NEW] == []
    assert left.headers["Location"].startswith("/sign-in?return=")
    assert visitor.get("/account").status_code == 303


def test_a_code_from_the_new_address_changes_it(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    invite(session, member, NOW)
    code = asked(visitor)

    answer = visitor.post(CODE, data={"code": code})

    assert answer.headers["Location"] == "/account"
    text = words(visitor.get("/account"))
    assert "Your address is changed. Sign-ins in other browsers have ended." in text
    assert f"You sign in with {NEW}." in text
    kinds = [mail.kind for mail in mails() if mail.recipient == "amina@people.example"]
    assert kinds == ["invitation", "withdrawn", "address_changed"]


def test_other_browsers_are_signed_out_and_this_one_is_not(
    visitor: PageClient, member: Membership
) -> None:
    other = visitor.application.test_client()
    other.sign_in(member.person)  # type: ignore[attr-defined]  # it is the client of all page tests

    visitor.post(CODE, data={"code": asked(visitor)})

    assert (visitor.get("/account").status_code, other.get("/account").status_code) == (200, 303)
    ended = db.session.scalars(select(SignIn.ended_at)).all()
    assert len([moment for moment in ended if moment is None]) == 1


def test_the_tick_keeps_dates_from_the_old_address(
    visitor: PageClient, member: Membership, session: PeerSession
) -> None:
    invite(session, member, NOW)

    visitor.post(CODE, data={"code": asked(visitor), "quiet": "y"})

    kinds = [mail.kind for mail in mails() if mail.recipient == "amina@people.example"]
    assert kinds == ["invitation", "address_changed"]


def test_an_address_that_is_taken_looks_the_same(visitor: PageClient, member: Membership) -> None:
    a_person("Dev", "dev@people.example")

    answers = [
        visitor.post(ASK, data={"address": address})
        for address in ("dev@people.example", "nobody@people.example")
    ]
    page = words(visitor.get(CODE))

    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(303, CODE)}
    assert "A letter is on its way to nobody@people.example." in page


def test_a_wrong_code_is_said_and_counted(visitor: PageClient, member: Membership) -> None:
    code = asked(visitor)
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    pages = [visitor.post(CODE, data={"code": wrong}) for _ in range(6)]

    assert [page.status_code for page in pages] == [422] * 6
    assert "That code doesn’t match." in words(pages[0])
    assert "You’ve had 5 tries" in words(pages[5])
    assert member.person.email == "amina@people.example"


def test_what_is_no_address_is_said_with_what_was_typed(visitor: PageClient) -> None:
    pages = [visitor.post(ASK, data={"address": typed}) for typed in ("", "amina at home")]

    assert [page.status_code for page in pages] == [422, 422]
    assert 'value="amina at home"' in pages[1].get_data(as_text=True)


def test_ones_own_address_is_said_to_be_that(visitor: PageClient, member: Membership) -> None:
    page = visitor.post(ASK, data={"address": "Amina@people.example"})

    assert (page.status_code, "That is the address you have now." in words(page)) == (422, True)


def test_asking_again_and_again_has_to_wait(visitor: PageClient, member: Membership) -> None:
    pages = [visitor.post(ASK, data={"address": f"a{n}@people.example"}) for n in range(4)]

    assert [page.status_code for page in pages] == [303, 303, 303, 429]
    assert pages[3].headers["Retry-After"] == "900"


def test_without_having_asked_there_is_no_code_to_type(visitor: PageClient) -> None:
    assert visitor.get(CODE).headers["Location"] == ASK


def test_what_was_asked_is_forgotten_after_an_hour(visitor: PageClient, member: Membership) -> None:
    asked(visitor)
    with time_machine.travel(NOW + timedelta(minutes=25), tick=False):
        visitor.get("/account")
    with time_machine.travel(NOW + timedelta(minutes=50), tick=False):
        visitor.get("/account")

    with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
        assert visitor.get(CODE).headers["Location"] == ASK

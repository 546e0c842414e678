"""What was typed into a form whose sign-in had ended is there again, for the same account alone."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.db import Base, db
from core.form_keys import KEPT, SOMEBODY_ELSES
from core.moment import now as now_here
from core.retention import purge
from core.transaction import transaction
from core.typed_text import HERE_AGAIN, TypedText, typed_by
from core.web import NOT_DONE
from groups.models import Cohort, Person, SignIn
from groups.own_data import own_data
from groups.retention import RULES
from scheduling.erasure import erase
from tests.at_once import at_once
from tests.build import a_facilitator, a_person
from tests.groups.web.signing_in import latest_code
from tests.page import PageClient, words
from tests.pressing import Form, forms_on, press

SignedIn = Callable[[Person], PageClient]
TYPED = {"name": "Qzcanary group", "first_on": "not a day", "people": "Gita <gita@people.example>"}


@pytest.fixture
def amara(app: Flask, clock: time_machine.Traveller) -> Person:
    """Somebody who sets up groups."""
    return a_facilitator("Amara")


@pytest.fixture
def browser(amara: Person, signed_in: SignedIn) -> PageClient:
    """Her browser."""
    return signed_in(amara)


def filled_in(browser: FlaskClient, path: str = "/groups/new", **typed: str) -> Form:
    """Return the form of a page with something typed into it."""
    form = next(one for one in forms_on(browser.get(path)) if one.action == path)
    fields = {**dict(form.fields), **(typed or TYPED)}
    return Form(form.method, form.action, list(fields.items()))


def back_after(browser: PageClient, answer: TestResponse, person: Person) -> TestResponse:
    """Sign somebody in with a code, as the answer asks, and return the page it leads back to."""
    browser.get(str(answer.location))
    browser.post(str(answer.location), data={"address": person.email})
    proved = browser.post("/sign-in/code", data={"code": latest_code()})
    return browser.get(str(proved.location), follow_redirects=True)


def kept() -> int:
    """Return for how many forms text is kept."""
    return db.session.scalar(select(func.count(TypedText.id))) or 0


def test_after_31_minutes_and_a_new_sign_in_the_text_stands_there_and_nothing_is_done(
    browser: PageClient, amara: Person, clock: time_machine.Traveller
) -> None:
    form = filled_in(browser)
    clock.shift(timedelta(minutes=31))

    turned = press(browser, form)
    asked = browser.get(str(turned.location))
    page = back_after(browser, turned, amara)

    assert KEPT in words(asked)
    assert HERE_AGAIN in words(page)
    shown = next(one for one in forms_on(page) if ("name", TYPED["name"]) in one.fields)
    assert {pair for pair in shown.fields if pair[0] in TYPED} == set(TYPED.items())
    assert db.session.scalar(select(func.count(Cohort.id))) == 0


def test_somebody_else_who_signs_in_there_never_sees_it(
    browser: PageClient, amara: Person, clock: time_machine.Traveller
) -> None:
    tom, form = a_facilitator("Tom"), filled_in(browser)
    clock.shift(timedelta(minutes=31))

    page = back_after(browser, press(browser, form), tom)

    assert "qzcanary" not in page.text.lower()
    assert page.status_code == 200
    assert HERE_AGAIN not in words(page)


def test_it_is_sealed_and_in_no_cookie_and_no_address(
    browser: PageClient, clock: time_machine.Traveller
) -> None:
    form = filled_in(browser)
    clock.shift(timedelta(minutes=31))

    turned = press(browser, form)

    with browser.session_transaction() as session:
        everywhere = json.dumps(dict(session), default=str) + str(turned.headers)
    for table in Base.metadata.sorted_tables:
        everywhere += repr(db.session.execute(select(table)).all())
    assert kept() == 1
    assert "qzcanary" not in everywhere.lower()
    assert "gita" not in everywhere.lower()


def test_after_an_hour_it_is_gone(
    browser: PageClient, amara: Person, clock: time_machine.Traveller
) -> None:
    form = filled_in(browser)
    clock.shift(timedelta(minutes=31))
    turned = press(browser, form)
    clock.shift(timedelta(hours=1))

    page = back_after(browser, turned, amara)
    purge(RULES, now_here())

    assert "qzcanary" not in page.text.lower()
    assert NOT_DONE in words(page)
    assert kept() == 0


def test_sign_in_that_was_ended_elsewhere_keeps_the_text_too(
    browser: PageClient, amara: Person
) -> None:
    form = filled_in(browser)
    with transaction():
        for row in db.session.scalars(select(SignIn)):
            row.ended_at = row.started_at

    page = back_after(browser, press(browser, form), amara)

    assert "Qzcanary group" in page.text


def test_signing_out_in_another_tab_keeps_the_text_of_this_one(
    browser: PageClient, amara: Person
) -> None:
    form = filled_in(browser)
    browser.post("/sign-out")

    page = back_after(browser, press(browser, form), amara)

    assert "Qzcanary group" in page.text


def test_form_of_another_account_is_kept_for_that_account(
    browser: PageClient, amara: Person, signed_in: SignedIn
) -> None:
    form, tom = filled_in(browser), signed_in(a_facilitator("Tom"))

    answer = press(tom, form)

    assert SOMEBODY_ELSES in words(tom.get(str(answer.location), follow_redirects=True))
    assert "qzcanary" not in tom.get("/groups/new?typed=y").text.lower()
    assert "Qzcanary group" in browser.get("/groups/new?typed=y").text


def test_codes_are_never_kept(
    browser: PageClient, amara: Person, clock: time_machine.Traveller
) -> None:
    browser.post("/account/address", data={"address": "new@people.example"})
    form = filled_in(browser, "/account/address/code", code="271828")
    clock.shift(timedelta(minutes=31))

    press(browser, form)

    assert "271828" not in json.dumps(typed_by(amara.public_id))


def test_a_button_alone_says_that_nothing_was_done(
    browser: PageClient, amara: Person, clock: time_machine.Traveller
) -> None:
    form = next(one for one in forms_on(browser.get("/account")) if one.action == "/account")
    token = {"csrf_token": dict(form.fields)["csrf_token"]}
    clock.shift(timedelta(minutes=31))

    page = back_after(browser, browser.post("/account/sign-ins/end-others", data=token), amara)

    assert (page.request.path, NOT_DONE in words(page)) == ("/account", True)


def test_a_stranger_without_a_key_or_a_sign_in_leaves_nothing(client: PageClient) -> None:
    client.post("/groups/new", data=TYPED)
    client.post("/groups/new", data={**TYPED, "form_key": "made-up"})

    assert kept() == 0


def test_too_much_is_not_kept(browser: PageClient, clock: time_machine.Traveller) -> None:
    form = filled_in(browser, people="gita@people.example\n" * 5_000)
    clock.shift(timedelta(minutes=31))

    answer = press(browser, form)

    assert (answer.status_code, kept()) == (303, 0)


def test_sent_eight_times_at_once_it_is_kept_once(
    app: Flask, browser: PageClient, clock: time_machine.Traveller
) -> None:
    form = filled_in(browser)
    clock.shift(timedelta(minutes=31))

    answers = at_once(app, browser, form, times=8)

    assert {answer.status_code for _, answer in answers} == {303}
    assert kept() == 1


def test_own_data_has_it_and_erasure_takes_it(
    browser: PageClient, amara: Person, clock: time_machine.Traveller
) -> None:
    form = filled_in(browser)
    clock.shift(timedelta(minutes=31))
    press(browser, form)

    assert "Qzcanary group" in json.dumps(own_data(amara))
    with transaction():
        erase(amara, now=amara.created_at)
    assert kept() == 0


def test_text_of_another_form_of_the_page_stays_out_of_this_one(
    signed_in: SignedIn, clock: time_machine.Traveller, app: Flask
) -> None:
    person = a_person("Amina")
    browser = signed_in(person)
    page = browser.get("/calendar")
    form = next(one for one in forms_on(page) if one.action == "/calendar/links")
    sent = Form("POST", form.action, [*{**dict(form.fields), "label": "Qzphone"}.items()])
    clock.shift(timedelta(minutes=31))

    page = back_after(browser, press(browser, sent), person)

    [choices] = [one for one in forms_on(page) if one.action == "/calendar"]
    assert ("reminders", "y") in choices.fields
    assert 'value="Qzphone"' in page.text

"""A form that is sent twice acts once, and both get the same answer."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from core.db import db
from core.form_keys import FIELD, ONCE, TOO_OLD, AnsweredForm
from groups.models import Cohort, Person
from tests.at_once import at_once
from tests.build import a_facilitator
from tests.page import PageClient, words
from tests.pressing import Form, forms_on, press

SignedIn = Callable[[Person], PageClient]
TYPED = {
    "name": "Thursday group",
    "first_on": "2027-01-14",
    "starts": "5pm",
    "ends": "6pm",
    "sessions": "6",
}


@pytest.fixture
def amara(signed_in: SignedIn, clock: time_machine.Traveller) -> PageClient:
    """The browser of somebody who sets up groups."""
    return signed_in(a_facilitator("Amara"))


def set_up_form(browser: FlaskClient, **typed: str) -> Form:
    """Return the first screen of setting up, filled in."""
    form = next(one for one in forms_on(browser.get("/groups/new")) if one.action == "/groups/new")
    filled = {**dict(form.fields), **TYPED, **typed}
    return Form(form.method, form.action, list(filled.items()), form.buttons)


def groups() -> int:
    """Return how many groups there are."""
    return db.session.scalar(select(func.count(Cohort.id))) or 0


def led_to(answer: TestResponse) -> tuple[int, str | None]:
    """Return what an answer says before it is followed."""
    return answer.status_code, answer.location


def test_a_form_sent_twice_acts_once_and_both_answers_lead_to_the_same(amara: PageClient) -> None:
    form = set_up_form(amara)

    first, second = press(amara, form), press(amara, form)

    assert groups() == 1
    assert led_to(first) == led_to(second)
    assert first.status_code == 303
    assert ONCE in words(amara.get(str(second.location)))


def test_another_form_makes_another_group(amara: PageClient) -> None:
    press(amara, set_up_form(amara))
    press(amara, set_up_form(amara))

    assert groups() == 2


def test_a_form_with_something_else_in_it_is_another_act(amara: PageClient) -> None:
    form, other = set_up_form(amara), set_up_form(amara, name="Friday group")
    key = dict(form.fields)[FIELD]

    press(amara, form)
    press(amara, Form("POST", other.action, [*{**dict(other.fields), FIELD: key}.items()]))
    press(amara, form)

    assert groups() == 3


def test_a_form_that_was_refused_can_be_sent_again_with_its_key(amara: PageClient) -> None:
    form = set_up_form(amara, first_on="yesterday or so")
    refused = press(amara, form)
    form.fields = [*{**dict(form.fields), **TYPED}.items()]

    taken = press(amara, form)

    assert (refused.status_code, taken.status_code, groups()) == (422, 303, 1)


def test_a_page_open_for_more_than_a_day_is_shown_again(
    amara: PageClient, signed_in: SignedIn, clock: time_machine.Traveller
) -> None:
    form = set_up_form(amara)
    clock.shift(timedelta(days=1, seconds=1))
    amara.sign_in(db.session.scalars(select(Person)).one())

    answer = press(amara, form)

    assert led_to(answer) == (303, "/groups/new?typed=y")
    shown = amara.get("/groups/new?typed=y")
    assert TOO_OLD in words(shown)
    assert 'value="Thursday group"' in shown.text
    assert groups() == 0


def test_a_key_of_another_account_or_another_form_is_not_taken(
    amara: PageClient, signed_in: SignedIn
) -> None:
    form, tom = set_up_form(amara), signed_in(a_facilitator("Tom"))
    other = Form("POST", "/calendar/links", [("label", "Phone"), *form.fields])

    answers = [press(tom, form), press(amara, other)]

    assert [led_to(answer) for answer in answers] == [(303, "/"), (303, "/calendar?typed=y")]
    assert groups() == 0


def test_nothing_that_was_typed_is_kept_of_an_answered_form(
    app: Flask, amara: PageClient, now: datetime
) -> None:
    key = dict((form := set_up_form(amara, name="Qzcanary")).fields)[FIELD]
    press(amara, form)

    row = db.session.scalars(select(AnsweredForm)).one()
    kept = repr([getattr(row, column.name) for column in AnsweredForm.__table__.c]) + row.answer

    assert "qzcanary" not in kept.lower()
    assert key not in kept
    assert re.fullmatch(r'\{"to": "/groups/[\w-]{22}/check", "undo": null\}', row.answer)


def test_sent_eight_times_at_once_it_acts_once_and_every_answer_leads_there(
    app: Flask, amara: PageClient
) -> None:
    answers = [answer for _, answer in at_once(app, amara, set_up_form(amara), times=8)]

    assert groups() == 1
    assert len({led_to(answer) for answer in answers}) == 1
    assert answers[0].status_code == 303

"""The account page: one's own, and nobody else's."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from core.lookup import all_in
from core.tokens import unsign
from core.transaction import transaction
from core.web import RETURN
from groups.access import sign_ins_of
from scheduling.attendance.answers import usually_coming
from tests.build import a_cohort, a_facilitator, a_member, a_person, a_series, a_session
from tests.conftest import NOW
from tests.page import PageClient, words

pytestmark = pytest.mark.usefixtures("clock")

SignedIn = Callable[..., PageClient]


def _save(browser: FlaskClient, **changes: str) -> int:
    values = {"name": "Amina", "theme": "system", "time_zone": "Europe/London", **changes}
    return browser.post("/account", data=values).status_code


def test_save_changes_name_look_and_zone(signed_in: SignedIn) -> None:
    amina = a_person("Amina")
    browser = signed_in(amina)

    status = _save(browser, name=" Mina  K ", theme="dark", time_zone="Europe/Dublin")

    assert status == 303
    assert (amina.name, amina.theme, amina.time_zone) == ("Mina K", "dark", "Europe/Dublin")
    page = browser.get("/account")
    assert "Saved." in words(page)
    assert '<html lang="en-GB" data-theme="dark">' in page.text


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"name": "x" * 61}, {"theme": "pink"}, {"time_zone": "Mars/Olympus"}],
)
def test_save_refuses_what_cannot_be_and_keeps_the_rest(
    signed_in: SignedIn, changes: dict[str, str]
) -> None:
    amina = a_person("Amina")

    status = _save(signed_in(amina), **{"name": "Mina", **changes})

    assert (status, amina.name, amina.theme, amina.time_zone) == (
        422,
        "Amina",
        "system",
        "Europe/London",
    )


def test_name_can_be_as_long_as_it_says(signed_in: SignedIn) -> None:
    assert _save(signed_in(a_person("Amina")), name="x" * 60) == 303


def test_zone_that_is_no_longer_listed_is_kept(signed_in: SignedIn) -> None:
    amina = a_person("Amina", time_zone="GB")

    assert _save(signed_in(amina), time_zone="GB") == 303


def test_name_is_shown_as_it_was_typed(signed_in: SignedIn) -> None:
    browser = signed_in(a_person("Amina"))
    _save(browser, name='"><b>{{7*7}}')

    page = browser.get("/account").text

    assert "&#34;&gt;&lt;b&gt;{{7*7}}" in page


def test_page_lists_own_sign_ins(signed_in: SignedIn, clock: time_machine.Traveller) -> None:
    amina = a_person("Amina")
    signed_in(amina)
    clock.shift(timedelta(hours=1))
    signed_in(a_person("Dev"))

    page = words(signed_in(amina).get("/account"))

    assert page.count("Firefox, since") == 2
    assert "Firefox, since 9:00am Sign out there" in page
    assert "Firefox, since 10:00am. This is the browser you are using." in page


def test_page_leaves_out_sign_ins_that_are_over(
    signed_in: SignedIn, clock: time_machine.Traveller
) -> None:
    amina = a_person("Amina")
    signed_in(amina)
    clock.shift(timedelta(hours=12))

    assert words(signed_in(amina).get("/account")).count("Firefox, since") == 1


def test_end_signs_out_another_browser(signed_in: SignedIn) -> None:
    amina = a_person("Amina")
    there = signed_in(amina)
    (sign_in,) = all_in(sign_ins_of(amina))
    here = signed_in(amina)

    response = here.post(f"/account/sign-ins/{sign_in.public_id}/end")

    assert response.status_code == 303
    assert [browser.get("/account").status_code for browser in (there, here)] == [303, 200]


def test_end_does_not_reach_somebody_else(signed_in: SignedIn) -> None:
    dev = a_person("Dev")
    his = signed_in(dev)
    (sign_in,) = all_in(sign_ins_of(dev))
    hers = signed_in(a_person("Amina"))

    reached = hers.post(f"/account/sign-ins/{sign_in.public_id}/end")
    absent = hers.post("/account/sign-ins/no-such-id/end")

    assert (reached.status_code, absent.status_code) == (404, 404)
    assert reached.text == absent.text
    assert his.get("/account").status_code == 200


def test_end_others_keeps_this_browser(signed_in: SignedIn) -> None:
    amina, dev = a_person("Amina"), a_person("Dev")
    there, his, here = signed_in(amina), signed_in(dev), signed_in(amina)

    here.post("/account/sign-ins/end-others")

    assert [browser.get("/account").status_code for browser in (there, his, here)] == [
        303,
        200,
        200,
    ]


def test_download_from_a_browser_left_open_asks_to_sign_in_again(
    signed_in: SignedIn, clock: time_machine.Traveller
) -> None:
    browser = signed_in(a_person("Amina"))
    clock.shift(timedelta(minutes=15))
    fresh = browser.get("/account/my-data.json")
    clock.shift(timedelta(minutes=1))

    page = browser.get("/account/my-data.json")

    assert (fresh.mimetype, page.mimetype) == ("application/json", "text/html")
    assert "Sign in again first" in words(page)
    assert "amina@people.example" not in page.text


def test_signing_in_again_leads_back_to_the_account(
    signed_in: SignedIn, clock: time_machine.Traveller
) -> None:
    browser = signed_in(a_person("Amina"))
    clock.shift(timedelta(minutes=16))
    page = browser.get("/account/my-data.json").text
    button = page.partition('action="/account/sign-in-again')[2].partition('"')[0]

    left = browser.post(f"/account/sign-in-again{button}")

    asked = left.headers["Location"]
    assert unsign(RETURN, asked.partition("return=")[2], timedelta(days=1)) == "/account"
    assert browser.get("/account").status_code == 303


def test_download_says_to_which_groups_somebody_is_usually_coming(signed_in: SignedIn) -> None:
    member = a_member(a_cohort(name="Thursday evenings"), a_person("Amina"))
    with transaction():
        usually_coming(member, now=NOW)

    data = json.loads(signed_in(member.person).get("/account/my-data.json").data)

    assert (data["dates"], data["usually coming"]) == (
        [],
        [{"group": "Thursday evenings", "said at": NOW.isoformat()}],
    )


def test_download_holds_what_is_ours_and_names_nobody_else(signed_in: SignedIn, app: Flask) -> None:
    cohort = a_cohort(a_facilitator("Amara"), name="Thursday evenings")
    amina = a_member(cohort, a_person("Amina")).person
    a_member(cohort, a_person("Dev"))
    a_session(a_series(cohort))
    other = a_cohort(a_facilitator("Tom"), name="Tuesday mornings")
    a_session(a_series(other))

    response = signed_in(amina).get("/account/my-data.json")

    data = json.loads(response.data)
    own = ["account", "groups", "tasks", "sign-ins", "typed when a sign-in had ended"]
    assert list(data) == [*own, "dates", "usually coming", "calendar"]
    assert data["account"]["e-mail"] == "amina@people.example"
    assert [group["group"] for group in data["groups"]] == ["Thursday evenings"]
    assert [date["starts at"] for date in data["dates"]] == ["2026-12-10T18:00:00+00:00"]
    assert not [name for name in ("Amara", "Dev", "Tom", "Tuesday") if name in response.text]
    assert response.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert response.headers["Cache-Control"] == "private, no-store"

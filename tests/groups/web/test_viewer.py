"""Being signed in, and how it ends."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from core.db import db
from tests.build import a_person
from tests.groups.web.signing_in import ask, is_in, latest_code, type_code
from tests.page import PageClient, words

pytestmark = pytest.mark.usefixtures("clock")

SignedIn = Callable[..., PageClient]


def test_cookie_changes_at_sign_in_and_the_old_one_opens_nothing(
    new_browser: Callable[[], FlaskClient],
) -> None:
    a_person("Amina")
    client, attacker = new_browser(), new_browser()
    ask(client)
    with client.session_transaction() as session:
        planted = dict(session)
    type_code(client, latest_code())
    with client.session_transaction() as session:
        after = dict(session)
    with attacker.session_transaction() as session:
        session.update(planted)

    assert set(after) == {"sign_in", "seen"}
    assert not is_in(attacker)


def test_signing_in_again_ends_the_sign_in_before(signed_in: SignedIn, app: Flask) -> None:
    amina, dev = a_person("Amina"), a_person("Dev")
    browser = signed_in(dev)
    _ask_while_in = browser.get("/sign-in")
    with browser.session_transaction() as session:
        dev_session = dict(session)

    browser.post("/sign-out")
    ask(browser, amina.email)
    type_code(browser, latest_code())
    with browser.session_transaction() as session:
        session.update(dev_session)

    assert (_ask_while_in.status_code, _ask_while_in.location) == (303, "/home")
    assert not is_in(browser)


@pytest.mark.parametrize("path", ["/sign-out", "/leave"])
def test_a_copied_cookie_opens_nothing_after_signing_out(
    signed_in: SignedIn, app: Flask, path: str
) -> None:
    browser = signed_in(a_person("Amina"))
    with browser.session_transaction() as session:
        copied = dict(session)
    response = browser.post(path)
    with browser.session_transaction() as session:
        session.update(copied)

    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(browser)


def test_idle_browser_is_signed_out_and_told_why(
    signed_in: SignedIn, app: Flask, clock: time_machine.Traveller
) -> None:
    browser = signed_in(a_person("Amina"))
    clock.shift(timedelta(minutes=29))
    assert is_in(browser)
    clock.shift(timedelta(minutes=30))
    response = browser.get("/account")

    page = browser.get(response.location)

    assert "You were signed out after 30 minutes. Sign in and carry on." in words(page)


def test_busy_browser_is_signed_out_after_twelve_hours(
    signed_in: SignedIn, app: Flask, clock: time_machine.Traveller
) -> None:
    browser = signed_in(a_person("Amina"))
    still_in = []
    for _ in range(36):
        clock.shift(timedelta(minutes=20))
        still_in.append(is_in(browser))

    assert still_in == [True] * 35 + [False]
    assert "You were signed out. Sign in and carry on." in words(browser.get("/sign-in"))


def test_nobody_else_reads_that_they_were_signed_out(client: FlaskClient) -> None:
    assert "signed out" not in words(client.get("/sign-in"))


def test_leave_goes_somewhere_harmless_without_a_script(signed_in: SignedIn, app: Flask) -> None:
    response = signed_in(a_person("Amina")).post("/leave", headers={"Sec-Fetch-Dest": "document"})

    assert (response.status_code, response.location) == (303, "https://www.bbc.co.uk/weather")


def test_leave_sent_in_the_background_is_answered_with_nothing(
    signed_in: SignedIn, app: Flask
) -> None:
    browser = signed_in(a_person("Amina"))

    response = browser.post("/leave", headers={"Sec-Fetch-Dest": "empty"})

    assert (response.status_code, response.data) == (204, b"")
    assert not is_in(browser)


def test_leave_needs_no_token_and_signing_out_does(
    make_app: Callable[..., Flask], signed_in: SignedIn, app: Flask
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    browser = signed_in(a_person("Amina"))

    sign_out = browser.post("/sign-out")
    still_in = is_in(browser)
    leave = browser.post("/leave")

    assert (sign_out.status_code, still_in, leave.status_code) == (400, True, 303)
    assert not is_in(browser)


def test_leave_works_for_somebody_who_is_not_signed_in(client: FlaskClient) -> None:
    assert client.post("/leave").status_code == 303


@pytest.mark.parametrize("path", ["/", "/help", "/sign-in", "/account", "/account/my-data.json"])
def test_reading_pages_writes_nothing(
    signed_in: SignedIn, app: Flask, clock: time_machine.Traveller, path: str
) -> None:
    browser = signed_in(a_person("Amina"))
    before = _everything()
    clock.shift(timedelta(minutes=5))
    browser.get(path)
    browser.head(path)

    assert _everything() == before


def _everything() -> dict[str, list[tuple[object, ...]]]:
    db.session.rollback()
    return {
        table.name: [tuple(row) for row in db.session.execute(table.select())]
        for table in db.metadata.sorted_tables
    }

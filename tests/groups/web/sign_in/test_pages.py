"""Signing in with a code, as a browser meets it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.db import db
from core.tokens import sign
from core.web import RETURN, public, see_other
from groups.models import SignIn, SignInCode
from groups.web.sign_in.pages import send_code
from tests.build import a_person
from tests.groups.web.signing_in import AMINA, ask, is_in, latest_code, latest_link, type_code
from tests.page import words

pytestmark = pytest.mark.usefixtures("clock")

STRANGER = "omina@people.example"


def test_sign_in_takes_an_address_and_a_code(client: FlaskClient) -> None:
    a_person("Amina")

    asked = ask(client)
    page = client.get("/sign-in/code")
    typed = type_code(client, latest_code())

    assert (asked.status_code, asked.location) == (303, "/sign-in/code")
    assert 'autocomplete="one-time-code"' in page.text
    assert (typed.status_code, typed.location) == (303, "/home")
    assert is_in(client)


@pytest.mark.parametrize("shape", ["{0}{1}", "{0} {1}", " {0}-{1} ", "{0}\u00a0{1}"])
def test_code_can_be_typed_with_spaces(client: FlaskClient, shape: str) -> None:
    a_person("Amina")
    ask(client)

    type_code(client, shape.format(*latest_code().split()))

    assert is_in(client)


def test_known_and_unknown_addresses_get_the_same_bytes(
    new_browser: Callable[[], FlaskClient],
) -> None:
    a_person("Amina")
    answers = []
    for address in (AMINA, STRANGER):
        client = new_browser()
        asked = ask(client, address)
        page = client.get("/sign-in/code")
        wrong = type_code(client, "000 000" if latest_code() != "000 000" else "000 001")
        for response in (asked, page, wrong):
            headers = [
                (k, v) for k, v in response.headers if k not in {"Set-Cookie", "Content-Length"}
            ]
            text = re.sub(r'value="[^"]*"', "", response.text).replace(address, "")
            answers.append((response.status_code, headers, text))

    assert answers[:3] == answers[3:]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Write an e-mail address, like name@example.org."),
        ("amina", "“amina” needs an @, like name@example.org."),
    ],
)
def test_ask_says_what_is_not_an_address_and_keeps_it(
    client: FlaskClient, typed: str, said: str
) -> None:
    response = ask(client, typed)

    assert response.status_code == 422
    assert words(response).count(said) == 2
    assert f'value="{typed}"' in response.text
    assert db.session.scalars(select(SignInCode)).all() == []


def test_wrong_code_keeps_what_was_typed_and_shows_a_way_on(client: FlaskClient) -> None:
    a_person("Amina")
    ask(client)
    wrong = "111 111" if latest_code() != "111 111" else "222 222"

    response = type_code(client, wrong)

    assert response.status_code == 422
    assert "That code doesn’t match. Check the latest e-mail, or ask again." in words(response)
    assert f'value="{wrong}"' in response.text
    assert not is_in(client)


def test_what_cannot_be_a_code_counts_as_no_try(client: FlaskClient) -> None:
    a_person("Amina")
    ask(client)

    response = type_code(client, "12345")

    assert response.status_code == 422
    assert "Enter all the digits from the e-mail." in words(response)
    assert db.session.scalars(select(SignInCode)).one().tries == 0


def test_expired_code_says_so(client: FlaskClient, clock: time_machine.Traveller) -> None:
    a_person("Amina")
    ask(client)
    clock.shift(timedelta(minutes=10))

    response = type_code(client, latest_code())

    assert "That code doesn’t match, or it has expired. Ask again." in words(response)


def test_too_many_tries_say_so(client: FlaskClient) -> None:
    a_person("Amina")
    ask(client)
    right = latest_code()
    wrong = "111 111" if right != "111 111" else "222 222"
    for _ in range(5):
        type_code(client, wrong)

    response = type_code(client, right)

    assert "You’ve had 5 tries, which is all a code allows. Ask again in 30 minutes." in words(
        response
    )
    assert not is_in(client)


def test_used_code_says_so(client: FlaskClient) -> None:
    a_person("Amina")
    ask(client)
    with client.session_transaction() as session:
        before = dict(session)
    type_code(client, latest_code())
    with client.session_transaction() as session:
        session.clear()
        session.update(before)

    response = type_code(client, latest_code())

    assert "That code has been used already. Ask again." in words(response)


def test_code_works_only_in_browsers_that_asked(new_browser: Callable[[], FlaskClient]) -> None:
    a_person("Amina")
    hers, another = new_browser(), new_browser()
    ask(hers)
    code = latest_code()

    not_asked = type_code(another, code)
    ask(another)
    asked = type_code(another, code)

    assert (not_asked.status_code, not_asked.location) == (303, "/sign-in")
    assert asked.status_code == 303
    assert is_in(another)
    assert type_code(hers, code).status_code == 422
    assert not is_in(hers)


def test_code_page_without_asking_leads_to_the_first_step(client: FlaskClient) -> None:
    for response in (
        client.get("/sign-in/code"),
        type_code(client, "123456"),
        client.post("/sign-in/again"),
    ):
        assert (response.status_code, response.location) == (303, "/sign-in")


def test_asking_again_waits_thirty_seconds_and_sends_one_letter(
    client: FlaskClient, clock: time_machine.Traveller
) -> None:
    a_person("Amina")
    ask(client)
    clock.shift(timedelta(seconds=10))
    client.post("/sign-in/again")
    early = words(client.get("/sign-in/code"))
    clock.shift(timedelta(seconds=20))
    client.post("/sign-in/again")
    late = words(client.get("/sign-in/code"))

    assert "A code was sent a moment ago. You can get another in 20 seconds." in early
    assert "A code you haven’t used yet now works for longer." in late
    assert len(db.session.scalars(select(SignInCode)).all()) == 1
    type_code(client, latest_code())
    assert is_in(client)


def test_one_network_asks_thirty_times_and_keeps_no_known_browser_out(
    new_browser: Callable[[], FlaskClient],
) -> None:
    a_person("Amina")
    hers = new_browser()
    ask(hers)
    type_code(hers, latest_code())
    hers.post("/sign-out")
    for n in range(29):
        ask(new_browser(), f"person{n}@people.example")

    refused = ask(new_browser(), STRANGER)
    ask(hers)
    type_code(hers, latest_code())

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "600")
    said = "Too many codes were asked for from your network. Try again in 10 minutes."
    assert said in words(refused)
    assert f'value="{STRANGER}"' in refused.text
    assert is_in(hers)


def test_asking_for_one_address_too_often_is_answered_as_ever(
    new_browser: Callable[[], FlaskClient],
) -> None:
    a_person("Amina")

    answers = [ask(new_browser(), AMINA) for _ in range(20)]

    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/sign-in/code")}


def test_the_button_of_a_letter_signs_in_where_it_was_asked_for(client: FlaskClient) -> None:
    a_person("Amina")
    sent_away = client.get("/account")
    ask(client, query=sent_away.location.removeprefix("/sign-in"))
    link = latest_link()

    page = client.get(link)
    still_out = is_in(client)
    pressed = client.post(link)

    assert page.text.count("<button>Sign in</button>") + page.text.count(">Sign in</button>") == 1
    assert 'name="code"' not in page.text
    assert (still_out, pressed.status_code, pressed.location) == (False, 303, "/account")
    assert is_in(client)


def test_the_link_of_a_letter_opens_nothing_in_another_browser(
    new_browser: Callable[[], FlaskClient],
) -> None:
    a_person("Amina")
    ask(new_browser())
    link, another = latest_link(), new_browser()

    page = another.get(link)
    pressed = another.post(link)
    made_up = another.get("/sign-in/letter/" + "x" * 43)

    assert 'name="code"' in page.text
    assert "amina" not in page.text.casefold()
    assert pressed.status_code == 422
    assert made_up.text.replace("x" * 43, "") == page.text.replace(link.rpartition("/")[2], "")
    assert not is_in(another)


def test_the_page_of_a_letter_takes_its_code_in_another_browser(
    new_browser: Callable[[], FlaskClient],
) -> None:
    a_person("Amina")
    ask(new_browser())
    link, phone = latest_link(), new_browser()
    wrong = "111 111" if latest_code() != "111 111" else "222 222"

    refused = phone.post(link, data={"code": wrong})
    right = phone.post(link, data={"code": latest_code()})

    assert refused.status_code == 422
    assert "That code doesn’t match." in words(refused)
    assert (right.status_code, right.location) == (303, "/home")
    assert is_in(phone)


def test_the_button_of_a_letter_says_that_its_code_was_used(
    new_browser: Callable[[], FlaskClient],
) -> None:
    a_person("Amina")
    first, second = new_browser(), new_browser()
    ask(first)
    ask(second)
    link = latest_link()
    first.post(link)

    late = second.post(link)

    assert late.status_code == 422
    assert "doesn’t match" in words(late)
    assert not is_in(second)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_the_link_of_a_letter_changes_nothing(client: FlaskClient, method: str) -> None:
    a_person("Amina")
    ask(client)
    link = latest_link()
    before = [(row.tries, row.browsers, row.used_at) for row in db.session.query(SignInCode)]

    client.open(link, method=method)

    after = [(row.tries, row.browsers, row.used_at) for row in db.session.query(SignInCode)]
    assert after == before


def test_way_back_is_followed_after_signing_in(client: FlaskClient) -> None:
    a_person("Amina")
    sent_away = client.get("/account")

    ask(client, query=sent_away.location.removeprefix("/sign-in"))
    typed = type_code(client, latest_code())

    assert typed.location == "/account"


@pytest.mark.parametrize(
    "forged",
    [
        "/account",
        "https://evil.example/",
        "//evil.example/",
        "IjovL2V2aWwuZXhhbXBsZSI.aaaaaa.bbbbbb",
        "",
    ],
)
def test_forged_way_back_leads_home(client: FlaskClient, forged: str) -> None:
    a_person("Amina")
    client.post("/sign-in", query_string={"return": forged}, data={"address": AMINA})

    assert type_code(client, latest_code()).location == "/home"


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example", "https://evil.example", ""])
def test_signed_way_to_another_host_leads_home(app: Flask, client: FlaskClient, path: str) -> None:
    a_person("Amina")
    with app.test_request_context():
        token = sign(RETURN, path)
    client.post("/sign-in", query_string={"return": token}, data={"address": AMINA})

    assert type_code(client, latest_code()).location == "/home"


def test_way_back_signed_for_another_purpose_leads_home(app: Flask, client: FlaskClient) -> None:
    a_person("Amina")
    with app.test_request_context():
        token = sign("stop", "/account")
    client.post("/sign-in", query_string={"return": token}, data={"address": AMINA})

    assert type_code(client, latest_code()).location == "/home"


def test_device_is_kept_as_families_only(client: FlaskClient) -> None:
    a_person("Amina")
    agent = "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0"
    ask(client)
    client.post("/sign-in/code", data={"code": latest_code()}, headers={"User-Agent": agent})

    assert db.session.scalars(select(SignIn)).one().device == "Firefox on Windows"


def test_asking_leaves_no_address_in_the_cookie(client: FlaskClient) -> None:
    ask(client)

    with client.session_transaction() as session:
        kept = repr(dict(session))

    assert "asking" in kept
    assert "amina" not in kept


def test_an_address_that_nobody_typed_is_not_shown_where_its_code_is_typed(
    app: Flask, new_browser: Callable[[], FlaskClient]
) -> None:
    a_person("Amina")

    @app.post("/from-a-letter", endpoint="from_a_letter")
    @public
    def from_a_letter() -> ResponseReturnValue:
        send_code(AMINA, "", hidden=True)
        return see_other("sign_in.code")

    browser = new_browser()
    browser.post("/from-a-letter")
    page = browser.get("/sign-in/code")
    typed = type_code(browser, latest_code())

    assert AMINA not in page.text
    assert "the address your invitation was sent to" in page.text
    assert (typed.status_code, is_in(browser)) == (303, True)

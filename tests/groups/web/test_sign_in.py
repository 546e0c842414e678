"""Signing in with a code, as a browser meets it."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

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
from groups.web.sign_in import send_code
from tests.build import a_person
from tests.groups.web.signing_in import AMINA, ask, is_in, latest_code, type_code
from tests.page import PageClient, words

STRANGER = "omina@people.example"


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    """The clock, stopped; ``shift`` moves it on."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def new_browser(app: Flask) -> Callable[[], FlaskClient]:
    """Return a function that gives a browser of its own."""
    app.test_client_class = PageClient
    return app.test_client


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
    assert "That code doesn’t match. Check the latest e-mail, or get a new code." in words(response)
    assert f'value="{wrong}"' in response.text
    assert not is_in(client)


def test_code_that_is_not_six_digits_counts_as_no_try(client: FlaskClient) -> None:
    a_person("Amina")
    ask(client)

    response = type_code(client, "12345")

    assert response.status_code == 422
    assert "Write the six digits from the e-mail." in words(response)
    assert db.session.scalars(select(SignInCode)).one().tries == 0


def test_expired_code_says_so(client: FlaskClient, clock: time_machine.Traveller) -> None:
    a_person("Amina")
    ask(client)
    clock.shift(timedelta(minutes=10))

    response = type_code(client, latest_code())

    assert "That code has run out, as codes last 10 minutes. Get a new code." in words(response)


def test_too_many_tries_say_so(client: FlaskClient) -> None:
    a_person("Amina")
    ask(client)
    right = latest_code()
    wrong = "111 111" if right != "111 111" else "222 222"
    for _ in range(5):
        type_code(client, wrong)

    response = type_code(client, right)

    assert "That was five tries, and a code allows no more. Get a new code." in words(response)
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

    assert "That code has been used already. Get a new code." in words(response)


def test_code_works_only_in_the_browser_that_asked(new_browser: Callable[[], FlaskClient]) -> None:
    a_person("Amina")
    hers, another = new_browser(), new_browser()
    ask(hers)
    code = latest_code()
    ask(another)

    stolen = type_code(another, code)

    assert stolen.status_code == 422
    assert not is_in(another)
    assert type_code(hers, code).status_code == 303


def test_code_page_without_asking_leads_to_the_first_step(client: FlaskClient) -> None:
    for response in (
        client.get("/sign-in/code"),
        type_code(client, "123456"),
        client.post("/sign-in/again"),
    ):
        assert (response.status_code, response.location) == (303, "/sign-in")


def test_another_code_comes_after_thirty_seconds(
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
    assert "A new code is on its way. Only the latest one works." in late
    assert len(db.session.scalars(select(SignInCode)).all()) == 2
    type_code(client, latest_code())
    assert is_in(client)


def test_asking_too_often_says_when_to_try_again(client: FlaskClient) -> None:
    for _ in range(3):
        ask(client, STRANGER)

    response = ask(client, STRANGER)

    assert (response.status_code, response.headers["Retry-After"]) == (429, "900")
    assert "A code was asked for several times. Try again in 15 minutes." in words(response)
    assert f'value="{STRANGER}"' in response.text


def test_asking_again_too_often_says_when_to_try_again(
    client: FlaskClient, clock: time_machine.Traveller
) -> None:
    ask(client)
    for _ in range(3):
        clock.shift(timedelta(seconds=31))
        client.post("/sign-in/again")

    page = words(client.get("/sign-in/code"))

    assert "A code was asked for several times. Try again in 14 minutes." in page


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

"""Browsers that are known: for which addresses, for how long, and how that ends."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.encryption import blind_index
from core.transaction import transaction
from groups.models import Person
from groups.web.known_browsers import known_as
from tests.build import a_person
from tests.groups.web.signing_in import AMINA, ask, latest_code, type_code
from tests.page import PageClient, words

pytestmark = pytest.mark.usefixtures("clock")

SignedIn = Callable[..., PageClient]


def sign_in(client: FlaskClient, address: str = AMINA) -> TestResponse:
    ask(client, address)
    return type_code(client, latest_code())


def cookie(client: FlaskClient) -> str | None:
    found = client.get_cookie("b", domain="alcove.example")
    return None if found is None else found.value


def is_known(client: FlaskClient, address: str, now: datetime) -> bool:
    """Return whether this browser is known for an address."""
    kept = {"Cookie": f"b={cookie(client) or ''}"}
    with client.application.test_request_context(headers=kept):
        return known_as(address, now) is not None


def test_signing_in_makes_a_browser_known_for_ninety_days(
    client: FlaskClient, now: datetime
) -> None:
    a_person("Amina")
    before = is_known(client, AMINA, now)

    response = sign_in(client)

    header = next(one for one in response.headers.getlist("Set-Cookie") if one.startswith("b="))
    assert "Max-Age=7776000" in header
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert not before
    assert is_known(client, AMINA, now + timedelta(days=89))
    assert not is_known(client, AMINA, now + timedelta(days=90))
    assert not is_known(client, "dev@people.example", now)


def test_names_of_cookies_say_nothing_and_are_safe(make_app: Callable[..., Flask]) -> None:
    app = make_app(base_url="https://alcove.example")
    app.test_client_class = PageClient
    with app.app_context():
        a_person("Amina")
        client = app.test_client()
        response = sign_in(client)
    set_here = response.headers.getlist("Set-Cookie")

    assert {header.partition("=")[0] for header in set_here} == {"__Host-b", "__Host-s"}
    assert all(
        {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(header.split("; "))
        for header in set_here
    )
    assert all("Domain" not in header for header in set_here)


def test_a_mark_is_no_address_and_differs_from_browser_to_browser(app: Flask) -> None:
    a_person("Amina")
    app.test_client_class = PageClient
    kept = []
    for _ in range(2):
        browser = app.test_client()
        sign_in(browser)
        kept.append(str(cookie(browser)))

    marks = [value.split(".")[2] for value in kept]
    assert marks[0] != marks[1]
    assert not [value for value in kept if "amina" in value or blind_index(AMINA) in value]


def test_five_addresses_are_kept_and_the_oldest_goes(client: FlaskClient, now: datetime) -> None:
    people = [a_person(f"Person{n}") for n in range(6)]
    for person in people:
        sign_in(client, person.email)
        client.post("/sign-out")

    known = [is_known(client, person.email, now) for person in people]

    assert known == [False, True, True, True, True, True]


def test_signing_in_anew_keeps_one_mark(client: FlaskClient, now: datetime) -> None:
    a_person("Amina")
    for _ in range(3):
        sign_in(client)
        client.post("/sign-out")

    assert len(str(cookie(client)).split(".")) == 3


@pytest.mark.parametrize(
    ("path", "stays"), [("/sign-out", True), ("/leave", False), ("/sign-in/forget", False)]
)
def test_how_being_known_ends(client: FlaskClient, now: datetime, path: str, stays: bool) -> None:
    a_person("Amina")
    sign_in(client)

    client.post(path)

    assert is_known(client, AMINA, now) == stays
    assert client.get("/account").status_code == 303


def test_whoever_finds_a_known_browser_can_let_it_be_forgotten(client: FlaskClient) -> None:
    a_person("Amina")
    nothing_known = words(client.get("/sign-in"))
    sign_in(client)
    client.post("/sign-out")

    offered = words(client.get("/sign-in"))
    forgotten = client.post("/sign-in/forget")

    assert "Forget this browser" not in nothing_known
    assert "Forget this browser" in offered
    assert "amina" not in offered.casefold()
    assert "We’ve forgotten this browser." in words(client.get(forgotten.location))


def test_deleting_an_account_forgets_the_browser(
    signed_in: SignedIn, app: Flask, now: datetime
) -> None:
    browser = signed_in(a_person("Amina"))
    browser.post("/account/delete", data={"sure": "y"})

    assert not is_known(browser, AMINA, now)


@pytest.mark.parametrize(
    "value",
    ["", "x", "x.1", "x.1.y", "x.٣.y", "x.99999999999999999999.y", ".1.y", "a.b.c.d", "é.1.é"],
)
def test_a_cookie_that_was_tampered_with_is_known_to_nobody(
    app: Flask, now: datetime, value: str
) -> None:
    with app.test_request_context(headers={"Cookie": f"b={value}"}):
        assert known_as(AMINA, now) is None


def test_a_copied_mark_is_worth_nothing_beside_another_secret(
    client: FlaskClient, now: datetime
) -> None:
    a_person("Amina")
    sign_in(client)
    _, *marks = str(cookie(client)).split(".")

    with client.application.test_request_context(
        headers={"Cookie": f"b={'.'.join(['x', *marks])}"}
    ):
        assert known_as(AMINA, now) is None


def test_a_former_address_that_is_known_signs_nobody_in(client: FlaskClient, now: datetime) -> None:
    amina = a_person("Amina")
    sign_in(client)
    client.post("/sign-out")
    _move(amina, "new@people.example")

    asked = ask(client)
    typed = type_code(client, latest_code())

    assert (asked.status_code, typed.status_code) == (303, 422)


def _move(person: Person, address: str) -> None:
    with transaction():
        person.email, person.email_index = address, blind_index(address)

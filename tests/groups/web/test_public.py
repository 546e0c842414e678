"""The pages anybody may read."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from groups.agreement_text import LIMITS, WHO_SEES_WHAT
from groups.helplines import helplines
from tests.build import a_person
from tests.page import PageClient, words


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/", "Alcove"),
        ("/help", "Help"),
        ("/safety", "Safety"),
        ("/privacy", "Privacy"),
        ("/accessibility", "Accessibility"),
        ("/confidentiality", "How confidentiality works"),
        ("/sign-in", "Sign in"),
    ],
)
def test_open_pages_show_themselves_to_anybody(
    client: FlaskClient, path: str, heading: str
) -> None:
    response = client.get(path)

    assert response.status_code == 200
    assert f"<h1>{heading}</h1>" in response.text


def test_door_says_nothing_that_tells(client: FlaskClient) -> None:
    page = words(client.get("/")).lower()

    telling = ("support", "peer", "wellbeing", "lawyer", "facilitator", "group", "session")
    assert [word for word in telling if word in page] == []


def test_door_leads_on_whoever_is_signed_in(signed_in: Callable[..., PageClient]) -> None:
    response = signed_in(a_person()).get("/")

    assert (response.status_code, response.location) == (303, "/home")


def test_help_lists_every_helpline(client: FlaskClient) -> None:
    page = words(client.get("/help"))

    assert [line.name for line in helplines() if line.name not in page] == []


def test_confidentiality_shows_limits_and_who_sees_what(client: FlaskClient) -> None:
    page = words(client.get("/confidentiality"))

    assert [limit for limit in LIMITS if limit not in page] == []
    assert [what for _, what in WHO_SEES_WHAT if what not in page] == []


def test_alive_answers_plainly_and_sets_no_cookie(client: FlaskClient) -> None:
    response = client.get("/health")

    assert (response.status_code, response.text) == (200, "ok\n")
    assert "Set-Cookie" not in response.headers


def test_robots_may_fetch_private_calendars(client: FlaskClient) -> None:
    response = client.get("/robots.txt")

    assert response.text == "User-agent: *\nDisallow:\n"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_security_says_whom_to_tell(client: FlaskClient, now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        response = client.get("/.well-known/security.txt")

    assert response.mimetype == "text/plain"
    assert response.text.splitlines() == [
        "Contact: mailto:help@alcove.example",
        "Expires: 2027-05-20T00:00:00Z",
        "Preferred-Languages: en",
        "Canonical: http://alcove.example/.well-known/security.txt",
    ]


def test_security_is_absent_without_anybody_to_tell(make_app: Callable[..., Flask]) -> None:
    quiet = make_app(public_contact="").test_client()

    response = quiet.get("/.well-known/security.txt", base_url="http://alcove.example")

    assert response.status_code == 404


@pytest.mark.parametrize("path", ["/privacy", "/help"])
def test_pages_show_the_public_contact_and_no_other_address(
    make_app: Callable[..., Flask], path: str
) -> None:
    told = make_app().test_client().get(path, base_url="http://alcove.example").text
    quiet = make_app(public_contact="").test_client().get(path, base_url="http://alcove.example")

    assert 'href="mailto:help@alcove.example"' in told
    assert "the person who told you about Alcove" in quiet.text
    assert not re.findall(r"help@|sol@|hello@", quiet.text)
    assert not re.findall(r"sol@|hello@", told)

"""Walking round the demo: being somebody, reading the mail; only in demo mode."""

from collections.abc import Callable
from email import message_from_bytes

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core import config
from core.db import db
from core.web import SECURITY_HEADERS
from groups.models import SignIn
from scheduling.demo import world as demo
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.style_guide.page import PATH, add_to

HERE = "http://127.0.0.1:5000"


@pytest.fixture
def visitor(demo_app: Flask) -> PageClient:
    """A browser in which somebody looks round."""
    demo_app.test_client_class = PageClient
    made = demo_app.test_client()
    assert isinstance(made, PageClient)
    return made


def enter(visitor: FlaskClient, name: str) -> str:
    """Be somebody, and return the path to which that leads."""
    person = next(one for one in demo.people() if one["name"] == name)
    return visitor.get(person["sign_in_path"]).headers["Location"]


@time_machine.travel(NOW, tick=False)
def test_the_demo_offers_everybody_to_be(visitor: PageClient) -> None:
    page = visitor.get("/demo")

    assert page.status_code == 200
    for name in ("Amina, member", "Amara, facilitator", "Sol, operator", "Noor, invited"):
        assert name in words(page)


@pytest.mark.parametrize(
    ("name", "leads_to"), [("Amina", "/home"), ("Amara", "/home"), ("Sol", "/operating")]
)
@time_machine.travel(NOW, tick=False)
def test_being_somebody_leads_home(visitor: PageClient, name: str, leads_to: str) -> None:
    assert enter(visitor, name) == leads_to
    assert visitor.get(leads_to, follow_redirects=True).status_code == 200


@time_machine.travel(NOW, tick=False)
def test_being_somebody_else_ends_being_the_first(visitor: PageClient) -> None:
    enter(visitor, "Amina")
    enter(visitor, "Amara")

    assert visitor.get("/groups").status_code == 200
    open_ones = select(func.count(SignIn.id)).where(SignIn.ended_at.is_(None))
    assert db.session.scalar(open_ones) == 1


@time_machine.travel(NOW, tick=False)
def test_nobody_can_be_who_is_not_there(visitor: PageClient) -> None:
    assert visitor.get("/demo/enter/nobody").status_code == 404


@time_machine.travel(NOW, tick=False)
def test_the_mailbox_lists_letters_and_those_to_one_address(visitor: PageClient) -> None:
    everything = words(visitor.get("/demo/mail"))
    hers = words(visitor.get("/demo/mail?to=amina@people.example"))

    assert f"{len(demo.mailbox())} messages, the newest first" in everything
    assert "Came back. The address does not exist." in everything
    assert f"{len(demo.mailbox('amina@people.example'))} messages" in hers
    assert "dev@people.example" not in hers


@time_machine.travel(NOW, tick=False)
def test_a_page_of_the_mailbox_that_is_too_far_is_the_last(visitor: PageClient) -> None:
    assert "Next page" not in words(visitor.get("/demo/mail?page=99"))
    assert "Next page" in words(visitor.get("/demo/mail?page=x"))


@time_machine.travel(NOW, tick=False)
def test_a_letter_shows_words_headers_and_calendar(visitor: PageClient) -> None:
    letter = next(one for one in demo.mailbox("amina@people.example") if one.kind == "moved")

    page = words(visitor.get(f"/demo/mail/{letter.public_id}"))

    assert "Your appointment has moved." in page
    assert "To: amina@people.example" in page
    assert "Private appointment, Wednesday 13 January 2027" in page
    assert "METHOD:REQUEST" in page


@time_machine.travel(NOW, tick=False)
def test_the_html_of_a_letter_has_its_styles_and_nothing_else(
    visitor: PageClient, demo_app: Flask
) -> None:
    # Letters bring inline styles, which a page of ours never may; so another client reads it.
    demo_app.test_client_class = FlaskClient
    letter = demo.mailbox()[0]

    page = demo_app.test_client().get(f"/demo/mail/{letter.public_id}/html", base_url=HERE)

    policy = page.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-top-navigation"
    assert page.get_data(as_text=True).startswith("<!doctype html>")
    assert page.headers["Referrer-Policy"] == SECURITY_HEADERS["Referrer-Policy"]


@time_machine.travel(NOW, tick=False)
def test_the_bytes_of_a_letter_can_be_taken_along(visitor: PageClient) -> None:
    letter = demo.mailbox()[0]

    response = visitor.get(f"/demo/mail/{letter.public_id}/letter.eml")

    assert response.data == letter.raw
    assert message_from_bytes(response.data)["Subject"] == letter.subject
    assert response.headers["Content-Disposition"] == "attachment; filename=letter.eml"


@time_machine.travel(NOW, tick=False)
def test_a_letter_that_waits_can_be_told_to_leave(visitor: PageClient) -> None:
    waiting = next(one for one in demo.mailbox() if one.waits)
    address = f"/demo/mail/{waiting.public_id}"
    before = words(visitor.get(address))

    after = words(visitor.post(f"{address}/send", follow_redirects=True))
    again = words(visitor.post(f"{address}/send", follow_redirects=True))

    assert "Don’t wait: send now" in before
    assert "It would have left now." in after
    assert "Left Saturday 21 November, 9am" in after
    assert "This letter waits no longer." in again


@time_machine.travel(NOW, tick=False)
def test_a_letter_that_is_not_there_is_not_found(visitor: PageClient) -> None:
    for part in ("", "/html", "/letter.eml"):
        assert visitor.get(f"/demo/mail/nothing{part}").status_code == 404
    assert visitor.post("/demo/mail/nothing/send").status_code == 404


def test_the_style_guide_shows_every_component(make_app: Callable[..., Flask]) -> None:
    app = make_app(fresh=True, demo=True)
    add_to(app)

    page = words(app.test_client().get(PATH))

    assert "Every component, once." in page
    assert "Tick this if you agree, or come back later" in page


def test_pages_lead_to_the_port_that_answers_now(demo_app: Flask, visitor: PageClient) -> None:
    letter = next(one for one in demo.mailbox() if one.kind == "moved")
    settings = demo_app.extensions[config.EXTENSION]
    object.__setattr__(settings, "base_url", "http://127.0.0.1:5001")

    page = visitor.get(f"/demo/mail/{letter.public_id}").get_data(as_text=True)

    assert "http://127.0.0.1:5001/g/" in page
    assert "http://127.0.0.1:5000/" not in page


def test_nothing_of_the_demo_is_there_for_real(app: Flask, client: PageClient) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}

    assert not {one for one in endpoints if one.startswith("demo.")}
    for path in ("/demo", "/demo/mail", "/demo/enter/x", PATH):
        assert client.get(path).status_code == 404

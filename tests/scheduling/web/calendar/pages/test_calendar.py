"""How somebody keeps the dates: choices, private links, and stopping reminders."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from core.db import db
from core.encryption import blind_index
from core.tokens import sign, unsign
from core.transaction import transaction
from core.web import RETURN
from groups.models import Membership, Person
from scheduling.keeping.diaries import stop_token
from scheduling.models import Detail, Diary, Feed, KeptBy, PeerSession
from tests.build import a_cohort, a_facilitator, a_feed, a_member, a_person
from tests.conftest import NOW
from tests.page import PageClient, words

pytestmark = pytest.mark.usefixtures("clock", "session")

CHOICES = {
    "kept_by": "feed",
    "detail": "discreet",
    "words": "Hold",
    "shown_as": "free",
    "reminders": "y",
}


@pytest.fixture
def reader(member: Membership, session: PeerSession) -> Person:
    """Somebody with a place in a group and a session ahead, whose browser it is."""
    return member.person


def diary_of(person: Person) -> Diary:
    """Return somebody's diary."""
    return db.session.scalars(select(Diary).where(Diary.person_id == person.id)).one()


def test_the_page_says_that_both_ways_together_show_everything_twice(visitor: PageClient) -> None:
    text = words(visitor.get("/calendar"))

    assert "With invitations and a private link together, every session shows twice" in text
    assert "Private appointment" in text


def test_choices_are_taken_over(visitor: PageClient, reader: Person) -> None:
    response = visitor.post("/calendar", data=CHOICES)

    diary = diary_of(reader)
    assert (response.status_code, response.headers["Location"]) == (303, "/calendar")
    assert (diary.kept_by, diary.detail, diary.words) == (KeptBy.FEED, Detail.DISCREET, "Hold")
    assert (diary.busy, diary.reminders, diary.changed_at) == (False, True, NOW)


def test_choices_show_again_with_the_entry_as_others_see_it(visitor: PageClient) -> None:
    visitor.post("/calendar", data=CHOICES)

    html = visitor.get("/calendar").get_data(as_text=True)

    assert 'aria-label="A diary entry at 6pm called Hold, shown as free"' in html
    assert 'value="free" checked' in html
    assert 'value="feed" checked' in html


def test_reminders_go_off_when_the_box_is_empty(visitor: PageClient, reader: Person) -> None:
    visitor.post("/calendar", data={**CHOICES, "reminders": ""})

    assert diary_of(reader).reminders is False


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"words": "x" * 61}, "Keep this to 60 characters or fewer"),
        ({"kept_by": "carrier pigeon"}, "Choose one of these"),
        ({"detail": ""}, "Choose one of these"),
    ],
)
def test_choices_that_cannot_be_are_explained_and_nothing_is_stored(
    visitor: PageClient, reader: Person, change: dict[str, str], sentence: str
) -> None:
    response = visitor.post("/calendar", data={**CHOICES, **change})

    assert response.status_code == 422
    assert sentence in words(response)
    assert "<title>Error: Calendar" in response.get_data(as_text=True)
    assert change.get("words", "Hold") in response.get_data(as_text=True)
    assert diary_of(reader).words is None


def test_choosing_makes_a_diary_for_who_has_none(visitor: PageClient, reader: Person) -> None:
    with transaction():
        db.session.execute(delete(Diary))
    page = visitor.get("/calendar")

    visitor.post("/calendar", data=CHOICES)

    assert page.status_code == 200
    assert [feed.label for feed in diary_of(reader).feeds] == ["My calendar"]


def test_a_private_link_is_made_named_and_shown(visitor: PageClient, reader: Person) -> None:
    response = visitor.post("/calendar/links", data={"label": " Work  laptop "})

    (feed,) = diary_of(reader).feeds
    assert response.headers["Location"] == f"/calendar?link={feed.public_id}"
    text = words(visitor.get(response.headers["Location"]))
    assert "The private link is ready. Copy it below." in text
    assert "Made on Saturday 21 November. No calendar has read it yet." in text


def test_a_link_without_a_name_is_not_made(visitor: PageClient, reader: Person) -> None:
    response = visitor.post("/calendar/links", data={"label": "\u200b"})

    assert response.status_code == 422
    assert "Write at least one letter or number here" in words(response)
    assert diary_of(reader).feeds == []


def test_a_link_says_on_which_day_it_was_last_read(visitor: PageClient, reader: Person) -> None:
    _, token = a_feed(reader)
    visitor.get(f"/cal/{token}/calendar.ics")

    assert "Last read on Saturday 21 November." in words(visitor.get("/calendar"))


def test_each_link_can_be_shown_and_nobody_elses(visitor: PageClient, reader: Person) -> None:
    a_feed(reader)
    second, token = a_feed(reader, "Work laptop")
    foreign, _ = a_feed(a_person("Dev"))

    shown = visitor.get(f"/calendar?link={second.public_id}").get_data(as_text=True)

    assert f"webcal://alcove.example/cal/{token}/calendar.ics" in shown
    assert visitor.get(f"/calendar?link={foreign.public_id}").status_code == 404


def test_an_ended_link_is_gone_from_the_page(visitor: PageClient, reader: Person) -> None:
    feed, token = a_feed(reader)

    response = visitor.post(f"/calendar/links/{feed.public_id}/end")

    assert response.status_code == 303
    assert feed.revoked_at == NOW
    assert token not in visitor.get("/calendar").get_data(as_text=True)
    assert visitor.post(f"/calendar/links/{feed.public_id}/end").status_code == 404


def test_nobody_can_end_somebody_elses_link(visitor: PageClient) -> None:
    foreign, _ = a_feed(a_person("Dev"))

    response = visitor.post(f"/calendar/links/{foreign.public_id}/end")

    assert (response.status_code, foreign.revoked_at) == (404, None)


def test_google_and_outlook_are_not_offered_where_they_cannot_reach(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(base_url="http://localhost:5000")
    app.test_client_class = PageClient
    with app.app_context(), time_machine.travel(NOW, tick=False):
        person = a_person("Dev")
        a_member(a_cohort(a_facilitator("Olga")), person)
        a_feed(person)
        visitor = app.test_client()
        assert isinstance(visitor, PageClient)
        visitor.sign_in(person)
        html = visitor.get("/calendar", base_url="http://localhost").get_data(as_text=True)
        db.engine.dispose()

    assert "can’t reach this server" in html
    assert html.count('href="/calendar/dates.ics"') == 2
    assert "calendar.google.com" not in html
    assert "outlook.live.com" not in html


def test_another_link_needs_a_fresh_sign_in_and_keeps_what_was_typed(
    visitor: PageClient, reader: Person
) -> None:
    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        page = visitor.post("/calendar/links", data={"label": "Old <phone>"})
        button = page.text.partition('action="/account/sign-in-again')[2].partition('"')[0]
        left = visitor.post(f"/account/sign-in-again{button}").headers["Location"]
        back = unsign(RETURN, left.partition("return=")[2], timedelta(days=1))

    assert "Sign in again first" in words(page)
    assert db.session.scalars(select(Feed)).all() == []
    # The way back stands in addresses, where anybody who sees the history could read it.
    assert "phone" not in f"{left} {back}".casefold()
    visitor.sign_in(reader)
    assert 'value="Old &lt;phone&gt;"' in visitor.get(back).text
    visitor.sign_in(a_person("Dev"))
    assert "&lt;phone" not in visitor.get(back).text
    assert visitor.get(f"{back}x").status_code == 200


def test_ending_a_link_needs_no_fresh_sign_in(visitor: PageClient, reader: Person) -> None:
    feed, _ = a_feed(reader)

    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        answer = visitor.post(f"/calendar/links/{feed.public_id}/end")

    assert (answer.location, feed.revoked_at) == ("/calendar", NOW + timedelta(minutes=16))


def test_a_link_to_stop_that_came_to_a_former_address_does_nothing(
    client: FlaskClient, reader: Person
) -> None:
    url = f"/stop/{stop_token(reader)}"
    with transaction():
        reader.email_index = blind_index("amina.new@people.example")

    answers = [client.get(url), client.post(url, data={"List-Unsubscribe": "One-Click"})]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert "It came to an e-mail address that is no longer used here" in words(answers[0])
    assert diary_of(reader).reminders is True


def test_stopping_reminders_asks_first_and_then_acts(client: FlaskClient, reader: Person) -> None:
    url = f"/stop/{stop_token(reader)}"

    page = words(client.get(url))
    asked = diary_of(reader).reminders
    pressed = client.post(url)
    unchanged = diary_of(reader).reminders
    done = words(client.post(url, data={"answer": "no"}))

    assert "Reminders are on" in page
    assert pressed.status_code == 422
    assert "Choose one of these first. Nothing has changed." in words(pressed)
    assert (asked, unchanged, diary_of(reader).reminders) == (True, True, False)
    assert "Saved. Reminders are off" in done
    assert "Reminders are off" in words(client.get(url))


def test_reminders_that_a_program_stopped_come_back_by_the_same_letter(
    client: FlaskClient, reader: Person
) -> None:
    url = f"/stop/{stop_token(reader)}"
    client.post(url, data={"List-Unsubscribe": "One-Click"})

    page = client.post(url, data={"answer": "yes"})

    assert (page.status_code, diary_of(reader).reminders) == (200, True)
    assert "Saved. Reminders are on" in words(page)
    assert "checked" not in page.get_data(as_text=True)


def test_what_the_page_of_reminders_never_offered_is_refused(
    client: FlaskClient, reader: Person
) -> None:
    page = client.post(f"/stop/{stop_token(reader)}", data={"answer": "perhaps"})

    assert (page.status_code, diary_of(reader).reminders) == (400, True)


def test_one_click_from_a_mail_program_needs_no_token(
    app: Flask, client: FlaskClient, reader: Person
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    url = f"/stop/{stop_token(reader)}"

    response = client.post(url, data={"List-Unsubscribe": "One-Click"})

    assert (response.status_code, diary_of(reader).reminders) == (200, False)


def test_every_other_act_here_needs_a_token(app: Flask, visitor: PageClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    for url in ("/calendar", "/calendar/links", "/calendar/links/x/end"):
        assert visitor.post(url, data=CHOICES).status_code == 400


def test_a_link_to_stop_ends_after_a_year_and_cannot_be_forged(
    client: FlaskClient, reader: Person
) -> None:
    url = f"/stop/{stop_token(reader)}"

    with time_machine.travel(NOW.replace(year=2027, day=22), tick=False):
        late = client.post(url, data={"answer": "no"})

    assert late.status_code == 404
    assert client.get(f"/stop/{sign('return', reader.public_id)}").status_code == 404
    assert client.get("/stop/nonsense").status_code == 404
    assert diary_of(reader).reminders is True


def test_looking_changes_nothing(visitor: PageClient, reader: Person) -> None:
    with transaction():
        db.session.execute(delete(Diary))

    for url in ("/calendar", "/home", "/dates"):
        visitor.get(url)

    assert db.session.scalars(select(Diary).join(Person).where(Person.id == reader.id)).all() == []
    assert db.session.scalars(select(Feed)).all() == []

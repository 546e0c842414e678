"""The same change asked for several times at once by requests without a key: made once.

Forms carry keys (``tests/scheduling/test_sent_twice.py``); two people, or two windows, have two.
"""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.db import db
from core.outbox import MailState, OutgoingMail
from groups.models import Cohort, Person, PlaceOffer
from scheduling.models import PeerSession, Series
from tests.at_once import at_once
from tests.conftest import NOW
from tests.page import PageClient
from tests.pressing import Form, forms_on
from tests.scheduling.made_runs import a_run, welcomed

pytestmark = pytest.mark.usefixtures("clock")

Browser = Callable[[Person], PageClient]
OF_SESSION = "/sessions/{session}"
#: The address of each form behind the page of a group, and what is typed there.
ACTS: dict[str, tuple[str, dict[str, str]]] = {
    "move": (f"{OF_SESSION}/move", {"on": "2026-12-17", "starts": "6pm", "ends": "7:30pm"}),
    "cancel": (f"{OF_SESSION}/cancel", {}),
    "days": (f"{OF_SESSION}/change/days", {"which": "following", "days": "7", "way": "later"}),
    "hours": (
        f"{OF_SESSION}/change/hours",
        {"which": "following", "starts": "5pm", "ends": "6pm", "time_zone": "Europe/London"},
    ),
    "place": (f"{OF_SESSION}/place", {"which": "one", "place_kind": "in_person", "place": "Room"}),
    "run place": ("/place", {"place_kind": "in_person", "place": "Room"}),
    "add": ("/dates/add", {"on": "2027-01-05", "starts": "6pm", "ends": "7pm"}),
    "pause": ("/dates/pause", {"from_on": "2027-01-01", "until_on": "2027-02-28"}),
    "extend": ("/dates/extend", {"how_long": "more", "number": "2"}),
    "end": ("/end", {}),
    "invite": ("/people/invite", {"people": "one@people.example, two@people.example"}),
}


@pytest.fixture
def series(cohort: Cohort) -> Series:
    """Six dates, the next three of which are in Amina's calendar."""
    made = a_run(cohort)
    welcomed(made, "Amina", NOW)
    return made


def state() -> list[Any]:
    """Everything about the group that a change can touch, but for stamps, which only rise."""
    db.session.rollback()
    cohort = db.session.scalars(select(Cohort)).one()
    sessions = db.session.scalars(select(PeerSession).order_by(PeerSession.id)).all()
    offers = db.session.scalars(select(PlaceOffer.state).order_by(PlaceOffer.id)).all()
    return [
        (cohort.state, [*offers]),
        [(one.starts_at, one.ends_at, one.state, one.where, one.number) for one in sessions],
    ]


def waiting() -> list[str]:
    """What waits to be sent: to whom, and what."""
    db.session.rollback()
    due = select(OutgoingMail).where(OutgoingMail.state == MailState.DUE)
    return sorted(f"{one.kind} {one.recipient} {one.thread}" for one in db.session.scalars(due))


def confirming(browser: PageClient, url: str, typed: dict[str, str]) -> Form:
    """The form with which the check page of an act confirms it."""
    page = browser.post(url, data=typed) if typed else browser.get(url)
    return next(one for one in forms_on(page) if one.action.split("?")[0] == url)


def undo_form(page: str) -> Form:
    """The Undo that a page shows, without a key."""
    action = re.search(r'action="([^"]+/undo)"', page)
    found = re.search(r'name="undo_token" value="([^"]+)"', page)
    assert action is not None
    assert found is not None
    return Form("POST", html.unescape(action[1]), [("undo_token", html.unescape(found[1]))], [])


def series_first(series: Series) -> str:
    """The public id of the first session."""
    db.session.rollback()
    found = select(PeerSession).where(PeerSession.series_id == series.id)
    return db.session.scalars(found.order_by(PeerSession.starts_at)).first().public_id  # type: ignore[union-attr]  # it has six


@pytest.mark.parametrize("act", ACTS)
def test_it_is_made_once_and_undone_whole(
    app: Flask, series: Series, amara: Person, signed_in: Browser, act: str
) -> None:
    browser, group, first = signed_in(amara), series.cohort.public_id, series_first(series)
    path, typed = ACTS[act]
    url = f"/groups/{group}{path.format(session=first)}"
    stood, checked = state(), confirming(browser, url, typed)
    form = Form("POST", url, [one for one in checked.fields if one[0] != "form_key"], [])
    form.fields.append(("confirmed", "yes"))

    answers = at_once(app, browser, form, times=4)

    pages = [(twin, note_of(twin, one)) for twin, one in answers]
    made = [(twin, page) for twin, page in pages if "undo_token" in page]
    assert len(made) == 1
    assert len(waiting()) == len(set(waiting())) > 0
    twin, page = made[0]
    undone = at_once(app, twin, undo_form(page))
    assert {one.status_code for _, one in undone} == {303}
    assert waiting() == []
    assert state() == stood


def note_of(browser: PageClient, answer: TestResponse) -> str:
    """The page to which an answer leads, or the answer itself."""
    return browser.get(str(answer.location)).text if answer.status_code == 303 else answer.text

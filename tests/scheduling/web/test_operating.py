"""The operator's page: how the system runs, and nothing about people."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from core.db import db
from core.mail import Letter, Mailbox
from core.outbox import MailState, OutgoingMail, Promise, post
from core.transaction import transaction
from core.worker import JobRun
from groups.models import Person
from scheduling.jobs import JOBS
from tests.build import a_facilitator, a_person
from tests.conftest import NOW
from tests.page import PageClient, words

pytestmark = pytest.mark.usefixtures("clock")

SignedIn = Callable[[Person], PageClient]


def all_jobs_ran(at: datetime, trouble: str | None = None) -> None:
    """Leave a heartbeat of every job."""
    with transaction():
        for job in JOBS:
            run = JobRun(name=job.name, started_at=at, finished_at=at, done=1, trouble=trouble)
            db.session.add(run)


def a_letter(state: MailState, key: str = "one", **values: object) -> str:
    """Leave a letter in some state, and return its id."""
    with transaction():
        post(
            Letter(Mailbox("", "amina@people.example"), "Dates", "Hello", "<p>Hello</p>"),
            key=key,
            kind="dates",
            promise=Promise.MUST_ARRIVE,
            now=NOW - timedelta(hours=2),
        )
        mail = db.session.query(OutgoingMail).filter_by(key=key).one()
        mail.state = state
        for name, value in values.items():
            setattr(mail, name, value)
        return mail.public_id


def a_parked_letter() -> str:
    """Leave a letter that was set aside three hours ago."""
    three_hours_ago = NOW - timedelta(hours=3)
    return a_letter(MailState.PARKED, reason="TimeoutError", final_at=three_hours_ago, attempts=5)


def state_of(public_id: str) -> str:
    """Return what has become of a letter."""
    return db.session.query(OutgoingMail).filter_by(public_id=public_id).one().state


def test_everything_runs_when_every_job_ran_lately(signed_in: SignedIn) -> None:
    all_jobs_ran(NOW - timedelta(minutes=1))

    page = words(signed_in(a_person("Sol", operates=True)).get("/operating"))

    assert "Everything runs." in page
    assert "deliver , other messages sent. Ran one minute ago." in page
    assert "Nothing is set aside." in page


def test_a_clock_that_has_stopped_is_said_to_be_late(signed_in: SignedIn) -> None:
    all_jobs_ran(NOW - timedelta(days=4))

    page = words(signed_in(a_person("Sol", operates=True)).get("/operating"))

    assert "Something needs a look." in page
    assert page.count("late") == len(JOBS) + 1
    assert "The clock has stopped, so nothing is being sent." in page


def test_a_heartbeat_from_the_future_is_said_to_be_wrong(signed_in: SignedIn) -> None:
    all_jobs_ran(NOW + timedelta(hours=3))

    page = words(signed_in(a_person("Sol", operates=True)).get("/operating"))

    assert "This machine’s clock was set back, or is wrong." in page
    assert page.count("wrong time") == len(JOBS)


def test_one_job_that_never_ran_is_said_to_be_late(signed_in: SignedIn) -> None:
    all_jobs_ran(NOW)
    with transaction():
        db.session.query(JobRun).filter_by(name="remind").delete()

    page = words(signed_in(a_person("Sol", operates=True)).get("/operating"))

    assert "1 job hasn’t run properly for too long." in page
    assert "Hasn’t run yet. late" in page


def test_the_trouble_of_a_job_is_shown(signed_in: SignedIn) -> None:
    all_jobs_ran(NOW, trouble="OperationalError")

    page = words(signed_in(a_person("Sol", operates=True)).get("/operating"))

    assert "Something needs a look." in page
    assert "Trouble: OperationalError" in page


def test_letters_that_are_not_finished_are_counted_and_the_oldest_is_told(
    signed_in: SignedIn,
) -> None:
    a_letter(MailState.DUE, "one")
    a_letter(MailState.DUE, "two")
    a_letter(MailState.SENDING, "three")
    for number, state in enumerate(set(MailState) - {MailState.DUE, MailState.SENDING}):
        a_letter(state, f"other {number}", final_at=NOW)

    page = words(signed_in(a_person("Sol", operates=True)).get("/operating"))

    said = "Waiting to leave 2 Being sent just now 1 Set aside after five tries 1 The oldest one"
    assert f"Messages {said} was due two hours ago." in page


def test_where_every_letter_has_left_it_is_said(signed_in: SignedIn) -> None:
    a_letter(MailState.SENT, final_at=NOW)

    page = words(signed_in(a_person("Sol", operates=True)).get("/operating"))

    assert "Messages None are waiting." in page


def test_letters_set_aside_are_shown_oldest_first(signed_in: SignedIn) -> None:
    hours = {1: "one hour", 3: "three hours", 2: "two hours"}
    for ago in hours:
        a_letter(MailState.PARKED, f"{ago}", final_at=NOW - timedelta(hours=ago))

    page = words(signed_in(a_person("Sol", operates=True)).get("/operating"))

    said = [f"Set aside {hours[ago]} ago" for ago in (3, 2, 1)]
    assert [page.index(words) for words in said] == sorted(page.index(words) for words in said)


def test_a_letter_set_aside_shows_nothing_about_its_reader(signed_in: SignedIn) -> None:
    public_id = a_parked_letter()

    page = signed_in(a_person("Sol", operates=True)).get("/operating").get_data(as_text=True)

    assert public_id in page
    assert "Set aside three hours ago. Something unexpected happened." in page
    assert "TimeoutError" in page
    assert "amina" not in page


def test_a_letter_set_aside_can_be_tried_again(signed_in: SignedIn) -> None:
    public_id = a_parked_letter()
    browser = signed_in(a_person("Sol", operates=True))

    page = browser.post(f"/operating/letters/{public_id}/retry", follow_redirects=True)

    assert "It is tried again within a minute." in words(page)
    assert state_of(public_id) == MailState.DUE


def test_a_letter_set_aside_can_be_given_up(signed_in: SignedIn) -> None:
    public_id = a_parked_letter()
    browser = signed_in(a_person("Sol", operates=True))

    page = browser.post(f"/operating/letters/{public_id}/drop", follow_redirects=True)

    assert "Given up. It is not sent." in words(page)
    assert state_of(public_id) == MailState.SUPERSEDED


def test_a_letter_that_is_no_longer_kept_is_not_tried_again(signed_in: SignedIn) -> None:
    public_id = a_parked_letter()
    with transaction():
        mail = db.session.query(OutgoingMail).filter_by(public_id=public_id).one()
        mail.body = None
    browser = signed_in(a_person("Sol", operates=True))

    page = browser.post(f"/operating/letters/{public_id}/retry", follow_redirects=True)

    assert "out of date or no longer kept" in words(page)
    assert state_of(public_id) == MailState.PARKED


def test_only_letters_set_aside_can_be_settled(signed_in: SignedIn) -> None:
    public_id = a_letter(MailState.SENT)
    browser = signed_in(a_person("Sol", operates=True))

    assert browser.post(f"/operating/letters/{public_id}/drop").status_code == 404
    assert browser.post("/operating/letters/nothing/retry").status_code == 404


def test_nobody_but_operators_finds_the_page(signed_in: SignedIn, client: FlaskClient) -> None:
    public_id = a_parked_letter()
    facilitator = signed_in(a_facilitator())

    assert facilitator.get("/operating").status_code == 404
    assert facilitator.post(f"/operating/letters/{public_id}/drop").status_code == 404
    assert client.get("/operating").status_code == 303
    assert state_of(public_id) == MailState.PARKED


def test_no_figure_tells_whether_an_address_is_known_here(
    signed_in: SignedIn, client: PageClient
) -> None:
    sol = signed_in(a_person("Sol", operates=True))
    a_person("Amina", "amina@people.example")
    before = words(sol.get("/operating"))

    pages = []
    for address in ("amina@people.example", "nobody@people.example"):
        client.post("/sign-in", data={"address": address})
        pages.append(words(sol.get("/operating")))

    assert pages == [before, before]
    assert db.session.query(OutgoingMail).count() == 2

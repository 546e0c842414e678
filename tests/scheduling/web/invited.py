"""Groups with places offered, for the tests of the pages of an invited person."""

from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from core.db import Base, db
from core.transaction import transaction
from groups.models import Cohort, CohortState, PlaceOffer
from tests.build import a_cohort, a_member, a_person, a_series, a_session, an_offer
from tests.conftest import NOW
from tests.page import PageClient

YES = {"agree": "y", "entry": "neutral", "words": "", "kept_by": "invitations"}


def a_group(**values: Any) -> Cohort:
    """A group with two dates to come, one over and one cancelled."""
    cohort = a_cohort(**values)
    series = a_series(cohort)
    a_session(series, date(2026, 11, 12))
    a_session(series, date(2026, 12, 10), number=2)
    a_session(series, date(2027, 1, 14), number=3)
    a_session(series, date(2027, 2, 11), number=4, state="cancelled")
    return cohort


def an_open_offer(cohort: Cohort | None = None, **values: Any) -> tuple[PlaceOffer, str]:
    """An offer to Dev, and the path of its page."""
    offer, token = an_offer(cohort or a_group(), **values)
    return offer, f"/i/{token}"


def everything() -> list[Any]:
    """Return every row of every table."""
    tables = Base.metadata.sorted_tables
    return [[tuple(row) for row in db.session.execute(select(table))] for table in tables]


def make_situation(kind: str) -> str:
    """Return the path of an offer of which this is true."""
    cohort = a_group(places=1 if kind == "full" else None)
    stored = {"open": "open", "full": "open", "expired": "open", "ended": "open"}.get(kind, kind)
    expires_at = NOW - timedelta(days=1) if kind == "expired" else NOW + timedelta(days=14)
    membership = a_member(cohort, a_person("Dev")) if kind == "accepted" else None
    if kind == "full":
        a_member(cohort)
    if kind == "ended":
        with transaction():
            cohort.state = CohortState.ENDED
    _, path = an_open_offer(cohort, state=stored, expires_at=expires_at, membership=membership)
    return path


HEADINGS = {
    "open": "Thursday evenings",
    "withdrawn": "This invitation was taken back",
    "expired": "This invitation has run out",
    "accepted": "This invitation has been answered",
    "declined": "You said no, thank you",
    "full": "This group is full",
    "ended": "This group has ended",
}


def a_browser(app: Flask) -> PageClient:
    """Another browser, in which nobody is signed in."""
    app.test_client_class = PageClient
    browser = app.test_client()
    assert isinstance(browser, PageClient)
    return browser

"""A group with a run of sessions, for the tests of the pages that change runs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from core.db import db
from core.outbox import MailState, OutgoingMail
from groups.models import Cohort, Person
from scheduling.models import PeerSession, Series
from tests import build
from tests.page import PageClient

#: The second Thursdays from December on, 6pm in London; in summer that is 5pm in UTC.
DAYS = (
    date(2026, 12, 10),
    date(2027, 1, 14),
    date(2027, 2, 11),
    date(2027, 3, 11),
    date(2027, 4, 8),
    date(2027, 5, 13),
)


@dataclass(frozen=True)
class Run:
    """Somebody's group with two members, and six sessions to come."""

    facilitator: Person
    cohort: Cohort
    series: Series
    sessions: list[PeerSession]

    def at(self, path: str = "") -> str:
        """The address of a page of the group."""
        return f"/groups/{self.cohort.public_id}{path}"

    def of(self, number: int, path: str = "") -> str:
        """The address of a page of one session, counted from 1."""
        return self.at(f"/sessions/{self.sessions[number - 1].public_id}{path}")

    def days(self) -> list[date]:
        """The days of the sessions that take place, in order."""
        rows = db.session.scalars(
            select(PeerSession)
            .where(PeerSession.series_id == self.series.id, PeerSession.state == "planned")
            .order_by(PeerSession.starts_at)
        )
        return [row.starts_at.date() for row in rows]


def a_run(facilitator: Person | None = None, **values: Any) -> Run:
    """Make one; values are those of its series."""
    amara = facilitator or build.a_facilitator()
    cohort = build.a_cohort(amara)
    for name in ("Amina", "Dev"):
        build.a_member(cohort, build.a_person(name))
    series = build.a_series(cohort, **{"count": len(DAYS), **values})
    sessions = [build.a_session(series, day, number=n) for n, day in enumerate(DAYS, start=1)]
    return Run(amara, cohort, series, sessions)


def waiting() -> list[str]:
    """The addresses of letters that wait to leave, sorted."""
    mails = db.session.scalars(select(OutgoingMail).where(OutgoingMail.state == MailState.DUE))
    return sorted(mail.recipient for mail in mails)


def confirm(visitor: PageClient, path: str, typed: dict[str, str], how: str = "yes") -> Any:
    """Send a form as its check page does."""
    return visitor.post(path, data={**typed, "confirmed": how})

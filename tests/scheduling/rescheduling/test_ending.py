"""Ending a group."""

from datetime import date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import db
from core.errors import DomainError
from core.outbox import MailState, OutgoingMail
from core.transaction import transaction
from groups.models import CohortState
from scheduling.models import Invitation, PeerSession, SessionState
from tests.build import a_cohort, a_facilitator, a_member, a_person, a_series, a_session
from tests.scheduling import invitations
from tests.scheduling.changed import end_group

MONTHS = (date(2026, 12, 10), date(2027, 1, 14), date(2027, 2, 11), date(2027, 3, 11))


def test_every_entry_in_a_calendar_is_cancelled_and_later_dates_are_not_mailed(
    app: Flask, now: datetime
) -> None:
    amara = a_facilitator()
    cohort = a_cohort(amara)
    amina = a_member(cohort, a_person("Amina"))
    series = a_series(cohort, invitations_ahead=1)
    coming = [a_session(series, day, number=place) for place, day in enumerate(MONTHS, 1)]
    with transaction():
        for session in coming[:3]:
            invitations.issue(session, amina, now=now)
        for mail in db.session.scalars(select(OutgoingMail)):
            mail.state = MailState.SENT

    with transaction():
        end_group(series.cohort, now=now, by=amara)

    methods = set(db.session.scalars(select(Invitation.method)))
    letters = select(OutgoingMail.id).where(OutgoingMail.kind == "ended")
    states = set(db.session.scalars(select(PeerSession.state)))
    assert methods == {"CANCEL"}
    # Amina and Amara are told once.
    assert len(db.session.scalars(letters).all()) == 2
    assert states == {SessionState.CANCELLED}
    assert cohort.state == CohortState.ENDED


def test_a_group_that_has_ended_cannot_be_ended_again(app: Flask, now: datetime) -> None:
    amara = a_facilitator()
    series = a_series(a_cohort(amara, state=CohortState.ENDED))

    with pytest.raises(DomainError), transaction():
        end_group(series.cohort, now=now, by=amara)

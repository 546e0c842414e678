"""Letters say the group's time and, to somebody who lives elsewhere, their own as well."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from core.transaction import transaction
from groups.models import Membership
from scheduling.letters.reminders import remind_due
from scheduling.models import KeptBy, PeerSession
from tests import build
from tests.scheduling import invitations
from tests.scheduling.post import kept_by, letters

BOTH = "6pm to 7:30pm, UK time (1pm your time)"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def amina(amina: Membership) -> Membership:
    """A member who lives in New York."""
    with transaction():
        amina.person.time_zone = "America/New_York"
    return amina


@pytest.mark.parametrize("keeps", [KeptBy.INVITATIONS, KeptBy.FEED, KeptBy.NEITHER])
def test_the_first_letter_says_both_times(
    session: PeerSession, amina: Membership, keeps: KeptBy
) -> None:
    kept_by(amina.person, keeps)

    with transaction():
        invitations.welcome(amina, now=NOW)

    found = letters(to=amina.person)
    assert [BOTH in letter.text and BOTH in letter.html for letter in found] == [True] * len(found)
    assert {letter.kind for letter in found} >= {"dates"}


def test_a_reminder_names_the_zone_in_its_subject(session: PeerSession, amina: Membership) -> None:
    build.a_member(session.cohort, build.a_person("Dev"))

    remind_due(session.starts_at - timedelta(days=2))

    subjects = {letter.to.partition("@")[0]: letter.subject for letter in letters("reminder")}
    assert subjects == {
        "amara": "Thursday, 6pm",
        "amina": "Thursday, 6pm UK time",
        "dev": "Thursday, 6pm",
    }


def test_a_letter_near_a_change_of_the_clocks_says_what_it_does(app: Flask) -> None:
    session = build.a_session(build.a_series(build.a_cohort()), date(2027, 4, 1))
    member = build.a_member(session.cohort)

    remind_due(session.starts_at - timedelta(days=2))

    [letter] = letters("reminder", to=member.person)
    note = "The clocks went forward on Sunday 28 March. It is 6pm, UK time, by the clock"
    assert letter.text.replace("\r\n", "\n").startswith(
        f"Thursday 1 April\n6pm to 7:30pm, UK time\n{note} before and after.\n\nYour page:"
    )
    assert f"6pm to 7:30pm, UK time<br>{note} before and after.</p>" in letter.html

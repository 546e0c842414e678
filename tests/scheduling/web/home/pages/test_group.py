"""The facilitator's page of one group, its place, its end, and what became of its letters."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from core.db import db
from core.outbox import MailState, OutgoingMail
from core.refusals import Reason
from core.transaction import transaction
from groups.models import (
    Cohort,
    CohortState,
    Membership,
    MembershipState,
    OfferState,
    Person,
)
from scheduling.letters.bulk_invitations import welcome
from scheduling.models import Answer, PeerSession, Reply, Series
from tests import build
from tests.conftest import NOW
from tests.core.letters import a_mail
from tests.page import PageClient, words
from tests.scheduling import changed
from tests.scheduling.queries import counted

pytestmark = pytest.mark.usefixtures("clock")

Browser = Callable[[Person], PageClient]


def at(cohort: Cohort, path: str = "") -> str:
    """The address of a page of the group."""
    return f"/groups/{cohort.public_id}{path}"


def say(session: PeerSession, membership: Membership, answer: Answer) -> None:
    """Note an answer."""
    with transaction():
        db.session.add(
            Reply(
                session_id=session.id,
                membership_id=membership.id,
                answer=answer,
                answered_at=NOW,
            )
        )


def cancel(session: PeerSession, amara: Person) -> None:
    """Cancel it, so that letters wait."""
    with transaction():
        changed.cancel(session, now=NOW, by=amara)


def letters() -> list[OutgoingMail]:
    """All letters, oldest first."""
    return list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def test_the_page_says_who_said_what_about_the_next_session(
    amaras_browser: PageClient, cohort: Cohort, session: PeerSession
) -> None:
    say(session, build.a_member(cohort), Answer.COMING)
    say(session, build.a_member(cohort, build.a_person("Dev")), Answer.NOT_THIS_TIME)
    build.a_member(cohort, build.a_person("Rhys"))

    page = words(amaras_browser.get(at(cohort)))

    assert "One coming, one not this time, one still to answer." in page
    assert "Amina is coming" in page
    assert "Dev is not coming this time" in page
    assert "Three members." in page


def test_only_who_facilitates_reaches_any_of_these_pages(
    signed_in: Browser, cohort: Cohort, session: PeerSession
) -> None:
    member = signed_in(build.a_member(cohort).person)
    stranger = signed_in(build.a_facilitator("Tom"))

    for path in ("", "/delivery", "/place", "/end", "/people", "/people/invite", "/prompts"):
        assert member.get(at(cohort, path)).status_code == 404
        assert stranger.get(at(cohort, path)).status_code == 404


def test_a_draft_leads_to_where_it_is_set_up(amaras_browser: PageClient, amara: Person) -> None:
    draft = build.a_cohort(amara, state=CohortState.DRAFT)
    build.a_series(draft)

    response = amaras_browser.get(at(draft))

    assert (response.status_code, response.location) == (303, at(draft, "/check"))


def test_the_page_warns_of_another_own_group_at_the_same_time(
    amaras_browser: PageClient, cohort: Cohort, session: PeerSession, amara: Person
) -> None:
    other = build.a_cohort(amara, name="Mornings")
    build.a_session(build.a_series(other))

    page = words(amaras_browser.get(at(cohort)))

    assert "One session is at the same time as another group of yours." in page
    assert "You have Mornings at that time." in page


def test_the_page_says_that_somebody_could_not_be_reached(
    amaras_browser: PageClient, cohort: Cohort, session: PeerSession, amara: Person
) -> None:
    cancel(session, amara)
    with transaction():
        letters()[0].state = MailState.REFUSED

    page = words(amaras_browser.get(at(cohort)))

    assert "One person could not be reached by e-mail." in page


def test_the_page_asks_the_same_number_of_questions_for_one_and_for_twelve_people(
    amaras_browser: PageClient, cohort: Cohort, session: PeerSession
) -> None:
    say(session, build.a_member(cohort), Answer.COMING)
    amaras_browser.get(at(cohort))
    with counted() as for_one:
        amaras_browser.get(at(cohort))
    for number in range(11):
        say(session, build.a_member(cohort, build.a_person(f"P{number}")), Answer.UNSURE)
        build.a_session(build.series_of(session), date(2027, 1, 1) + timedelta(days=number))
    with counted() as for_twelve:
        amaras_browser.get(at(cohort))

    assert len(for_twelve) == len(for_one)


def test_the_delivery_page_says_in_words_what_went_wrong(
    amaras_browser: PageClient, cohort: Cohort, session: PeerSession, amara: Person
) -> None:
    cancel(session, amara)
    with transaction():
        mail = letters()[0]
        mail.state, mail.reason, mail.final_at = MailState.REFUSED, Reason.MAILBOX_FULL, NOW

    page = words(amaras_browser.get(at(cohort, "/delivery")))

    assert "Amara : session cancelled" in page
    assert Reason.MAILBOX_FULL.words in page


def test_a_refused_letter_can_be_sent_again_by_who_facilitates_alone(
    amaras_browser: PageClient,
    signed_in: Browser,
    cohort: Cohort,
    session: PeerSession,
    amara: Person,
) -> None:
    cancel(session, amara)
    with transaction():
        letters()[0].state = MailState.REFUSED
    path = at(cohort, f"/delivery/{letters()[0].public_id}/again")

    assert signed_in(build.a_facilitator("Tom")).post(path).status_code == 404
    assert letters()[0].state == MailState.REFUSED
    assert amaras_browser.post(path).status_code == 303
    assert letters()[0].state == MailState.DUE


def test_a_refused_letter_is_not_sent_again_to_somebody_who_has_gone(
    amaras_browser: PageClient, cohort: Cohort, session: PeerSession
) -> None:
    membership = build.a_member(cohort)
    with transaction():
        welcome(membership, now=NOW)
        letter = letters()[0]
        letter.state, membership.state = MailState.REFUSED, MembershipState.LEFT

    amaras_browser.post(at(cohort, f"/delivery/{letter.public_id}/again"))

    assert letter.state == MailState.REFUSED


def test_the_delivery_page_asks_no_more_for_many_places_that_were_taken(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    _refused_to_who_took_a_place(cohort, "P0")
    amaras_browser.get(at(cohort, "/delivery"))
    with counted() as for_one:
        amaras_browser.get(at(cohort, "/delivery"))
    for number in range(1, 6):
        _refused_to_who_took_a_place(cohort, f"P{number}")
    with counted() as for_six:
        page = words(amaras_browser.get(at(cohort, "/delivery")))

    assert len(for_six) == len(for_one)
    assert all(f"P{number}" in page for number in range(6))


def _refused_to_who_took_a_place(cohort: Cohort, name: str) -> None:
    """Let somebody take a place whose offer could not be delivered at first."""
    place = build.a_member(cohort, build.a_person(name))
    offer, _ = build.an_offer(
        cohort, f"{name}@people.example", state=OfferState.ACCEPTED, membership_id=place.id
    )
    mail = a_mail(NOW, name, topic=cohort.public_id, addressee=offer.public_id)
    with transaction():
        mail.state, mail.final_at = MailState.REFUSED, NOW


@pytest.mark.parametrize(
    ("name", "state", "shown"),
    [
        (None, MembershipState.ACTIVE, "amina@people.example"),
        (None, MembershipState.LEFT, "Somebody who left"),
        ("Amina", MembershipState.LEFT, "Amina"),
    ],
)
@pytest.mark.usefixtures("session")
def test_the_delivery_page_shows_no_address_of_somebody_who_left(
    amaras_browser: PageClient, cohort: Cohort, name: str | None, state: MembershipState, shown: str
) -> None:
    place = build.a_member(cohort)
    offer, _ = build.an_offer(cohort, place.person.email, membership_id=place.id)
    with transaction():
        welcome(place, now=NOW)
        place.person.name, place.state = name, state
        parked = letters()[1]
        parked.addressee, parked.state, parked.final_at = offer.public_id, MailState.REFUSED, NOW

    page = words(amaras_browser.get(at(cohort, "/delivery")))

    assert f"Send again to {shown} {shown} : all dates" in page
    assert ("amina@people.example" in page) == ("@" in shown)


def test_the_place_of_the_run_is_checked_changed_and_taken_back(
    amaras_browser: PageClient, cohort: Cohort, session: PeerSession
) -> None:
    typed = {"place_kind": "in_person", "place": "12 High Street", "room": ""}
    series: Series = build.series_of(session)

    check = words(amaras_browser.post(at(cohort, "/place"), data=typed))
    assert "12 High Street" in check
    assert (series.place, letters()) == ("Online", [])
    done = amaras_browser.post(at(cohort, "/place"), data={**typed, "confirmed": "yes"})

    assert done.status_code == 303
    assert (series.place, len(letters())) == ("12 High Street", 1)
    page = words(amaras_browser.get(at(cohort)))
    assert "The place is saved. One message leaves at 9:10am." in page


def test_a_place_is_saved_quietly_where_no_diary_shows_it(
    amaras_browser: PageClient, cohort: Cohort, session: PeerSession
) -> None:
    typed = {"place_kind": "online", "place": "Elsewhere", "quiet": "y", "confirmed": "yes"}

    amaras_browser.post(at(cohort, "/place"), data=typed)

    assert (build.series_of(session).place, letters()) == ("Elsewhere", [])


def test_a_place_in_person_needs_words_and_what_was_typed_stays(
    amaras_browser: PageClient, cohort: Cohort, session: PeerSession
) -> None:
    response = amaras_browser.post(
        at(cohort, "/place"), data={"place_kind": "in_person", "place": "", "room": "http://x"}
    )

    assert response.status_code == 422
    assert "Say where you meet" in words(response)
    assert 'value="http://x"' in response.text


def test_ending_is_looked_at_first_and_getting_the_page_changes_nothing(
    amaras_browser: PageClient, cohort: Cohort, session: PeerSession
) -> None:
    page = words(amaras_browser.get(at(cohort, "/end")))
    assert "One coming session is cancelled." in page
    assert (cohort.state, letters()) == (CohortState.OPEN, [])

    amaras_browser.post(at(cohort, "/end"))

    assert cohort.state == CohortState.ENDED
    assert "This group has ended." in words(amaras_browser.get(at(cohort)))


def test_a_forged_token_undoes_nothing(
    amaras_browser: PageClient, cohort: Cohort, session: PeerSession
) -> None:
    amaras_browser.post(at(cohort, "/undo"), data={"undo_token": "forged"})

    assert "It is too late to undo this." in words(amaras_browser.get(at(cohort)))

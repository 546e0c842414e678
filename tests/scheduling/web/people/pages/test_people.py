"""Who belongs: the list, inviting more, sending again, withdrawing, and ending a place."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from core.db import db
from core.outbox import MailState, OutgoingMail
from core.outbox_upkeep import lapse
from core.refusals import Reason
from core.transaction import transaction
from groups.models import (
    Cohort,
    DoNotWrite,
    Membership,
    MembershipState,
    OfferState,
    Person,
    PlaceOffer,
    Role,
)
from tests import build
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.scheduling.queries import counted
from tests.scheduling.undoing import press_undo

pytestmark = pytest.mark.usefixtures("clock")

Browser = Callable[[Person], PageClient]
INVITE = {"people": "Dev <dev@people.example>\nrhys@people.example", "role": "member"}


@pytest.fixture
def cohort(cohort: Cohort) -> Cohort:
    """Her group, with a session to come."""
    session = build.a_session(build.a_series(cohort))
    assert session.starts_at > NOW
    return cohort


def at(cohort: Cohort, path: str = "") -> str:
    """The address of a page about its people."""
    return f"/groups/{cohort.public_id}/people{path}"


def offers() -> list[PlaceOffer]:
    """Every offer, oldest first."""
    return list(db.session.scalars(select(PlaceOffer).order_by(PlaceOffer.id)))


def letters() -> list[OutgoingMail]:
    """Every letter, oldest first."""
    return list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def test_the_list_says_in_words_how_everybody_stands(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    build.a_member(cohort)
    paused = build.a_member(cohort, build.a_person("Priya"))
    build.an_offer(cohort)
    build.an_offer(cohort, "no@people.example", state=OfferState.DECLINED)
    build.an_offer(cohort, "old@people.example", expires_at=NOW - timedelta(days=2))
    with transaction():
        paused.state = MembershipState.PAUSED

    page = words(amaras_browser.get(at(cohort)))

    assert "Two members. One person has still to answer." in page
    for said in ("Has a place", "Paused, place kept", "Waiting for an answer", "Said no"):
        assert said in page
    assert "Expired on Thursday 19 November" in page


def test_a_yes_from_the_letter_is_said_to_be_one(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    build.a_member(cohort)
    build.a_member(cohort, build.a_person("Dev", proved_at=None))

    page = words(amaras_browser.get(at(cohort)))

    assert "Two members. One of them said yes from the e-mail." in page
    assert "Dev dev@people.example Member. Yes, from the e-mail. End the place of Dev" in page
    assert "We keep their place." in page


def test_a_yes_that_was_taken_back_is_a_no_and_nothing_else(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    taken_back = build.a_member(cohort, build.a_person("Dev", proved_at=None))
    build.an_offer(cohort, name="Dev", state=OfferState.DECLINED, membership=taken_back)
    with transaction():
        taken_back.state, taken_back.left_at = MembershipState.LEFT, NOW

    page = words(amaras_browser.get(at(cohort)))

    assert "Dev dev@people.example Said no." in page
    assert page.count("Dev") == 1


@pytest.mark.parametrize("name", ["Amina", None])
def test_the_address_of_somebody_who_has_gone_is_shown_no_more(
    amaras_browser: PageClient, cohort: Cohort, name: str | None
) -> None:
    gone = build.a_member(cohort, build.a_person("Amina", "new@people.example"))
    with transaction():
        gone.state, gone.left_at, gone.person.name = MembershipState.LEFT, NOW, name

    page = words(amaras_browser.get(at(cohort)))

    assert f"{name or 'Somebody'} Member. Left on Saturday 21 November." in page
    assert "new@people.example" not in page


def test_trouble_with_a_letter_is_said_in_words(amaras_browser: PageClient, cohort: Cohort) -> None:
    amaras_browser.post(at(cohort, "/invite"), data={**INVITE, "confirmed": "yes"})
    with transaction():
        letters()[0].state, letters()[0].reason = MailState.REFUSED, Reason.MAILBOX_UNKNOWN

    page = words(amaras_browser.get(at(cohort)))

    assert page.count(Reason.MAILBOX_UNKNOWN.words) == 1


def test_the_list_asks_the_same_number_of_questions_for_one_and_for_twelve_people(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    build.a_member(cohort)
    build.an_offer(cohort)
    amaras_browser.get(at(cohort))
    with counted() as for_one:
        amaras_browser.get(at(cohort))
    for number in range(11):
        build.a_member(cohort, build.a_person(f"P{number}"))
        build.an_offer(cohort, f"asked{number}@people.example")
    with counted() as for_twelve:
        amaras_browser.get(at(cohort))

    assert len(for_twelve) == len(for_one)


def test_thirty_people_stand_on_one_page(amaras_browser: PageClient, cohort: Cohort) -> None:
    for number in range(35):
        build.an_offer(cohort, f"asked{number}@people.example")

    first, last = (
        amaras_browser.get(at(cohort)).text,
        amaras_browser.get(at(cohort, "?page=9")).text,
    )

    assert [page.count("@people.example</strong>") for page in (first, last)] == [29, 6]
    assert "Page 2 of 2" in last


def test_inviting_is_looked_at_first_and_sends_nothing(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    page = words(amaras_browser.post(at(cohort, "/invite"), data=INVITE))

    assert "Send two invitations" in page
    assert "Dev, dev@people.example" in page
    assert (offers(), letters()) == ([], [])


def test_what_became_of_each_line_is_shown_before_invitations_leave(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    build.an_offer(cohort, "olu@people.example")
    people = "Name\tE-mail\nDev\tdev@people.example\nolu@people.example\nDEV@people.example"

    page = words(amaras_browser.post(at(cohort, "/invite"), data={**INVITE, "people": people}))

    assert "3 of 3 addresses read" in page
    assert "Line 1: Name E-mail Left out: not a person" in page
    assert "Dev dev@people.example Dev, dev@people.example" in page
    assert "olu@people.example has already been invited or is in the group. Not sent again" in page
    assert "DEV@people.example is already above. We’ll send one invitation" in page
    assert "Send one invitation" in page


def test_confirmed_invitations_wait_and_can_be_undone(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    amaras_browser.post(at(cohort, "/invite"), data={**INVITE, "confirmed": "yes"})
    page = amaras_browser.get(at(cohort))
    assert "Two invitations leave at 9:10am." in words(page)
    assert words(page).count("Leaves at 9:10am") == 2

    press_undo(amaras_browser, page.text)

    assert offers() == []
    assert {mail.state for mail in letters()} == {MailState.RECALLED}


def test_a_parcel_of_another_group_is_not_taken_back(
    amaras_browser: PageClient, signed_in: Browser, cohort: Cohort
) -> None:
    amaras_browser.post(at(cohort, "/invite"), data={**INVITE, "confirmed": "yes"})
    tom = build.a_facilitator("Tom")
    other = build.a_cohort(tom)
    build.a_series(other)

    token = {"undo_token": letters()[0].parcel or ""}
    signed_in(tom).post(f"/groups/{other.public_id}/undo", data=token)

    assert {mail.state for mail in letters()} == {MailState.DUE}
    assert len(offers()) == 2


def test_invitations_that_have_left_are_not_taken_back(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    amaras_browser.post(at(cohort, "/invite"), data={**INVITE, "confirmed": "yes"})
    offered = amaras_browser.get(at(cohort)).text

    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        press_undo(amaras_browser, offered)
        page = words(amaras_browser.get(at(cohort)))

    assert "These messages have already left." in page
    assert len(offers()) == 2


def test_lines_that_cannot_be_read_are_numbered_and_kept(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    typed = "dev@people.example\nno address"

    response = amaras_browser.post(
        at(cohort, "/invite"), data={"people": typed, "role": "member", "confirmed": "yes"}
    )

    assert response.status_code == 422
    assert "Line 2:" in words(response)
    assert "dev@people.example\nno address" in response.text
    assert offers() == []


def test_whoever_has_been_asked_or_belongs_is_passed_over(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    build.an_offer(cohort)
    build.a_member(cohort)
    people = "dev@people.example\namina@people.example\nrhys@people.example"

    amaras_browser.post(
        at(cohort, "/invite"), data={"people": people, "role": "member", "confirmed": "yes"}
    )

    assert [offer.email for offer in offers()] == ["dev@people.example", "rhys@people.example"]
    assert len(letters()) == 1


def test_somebody_can_be_asked_to_facilitate(amaras_browser: PageClient, cohort: Cohort) -> None:
    amaras_browser.post(
        at(cohort, "/invite"),
        data={"people": "tom@people.example", "role": "co_facilitator", "confirmed": "yes"},
    )

    assert [offer.role for offer in offers()] == [Role.CO_FACILITATOR]


def test_more_people_than_places_is_said_and_does_not_stand_in_the_way(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    with transaction():
        cohort.places = 1

    page = words(amaras_browser.post(at(cohort, "/invite"), data=INVITE))

    assert "There are fewer free places (1) than invitations (2)." in page
    assert "Send two invitations" in page


def test_an_address_that_asked_for_silence_looks_like_any_other(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    amaras_browser.post(at(cohort, "/invite"), data={**INVITE, "confirmed": "yes"})
    usual = words(amaras_browser.get(at(cohort)))
    with transaction():
        for mail in letters():
            db.session.delete(mail)
        for offer in offers():
            db.session.add(DoNotWrite(email_index=offer.email_index, asked_at=NOW))
            db.session.delete(offer)

    amaras_browser.post(at(cohort, "/invite"), data={**INVITE, "confirmed": "yes"})

    assert words(amaras_browser.get(at(cohort))) == usual


def test_an_offer_is_sent_again_and_withdrawn(amaras_browser: PageClient, cohort: Cohort) -> None:
    offer, _ = build.an_offer(cohort)

    amaras_browser.post(at(cohort, f"/{offer.public_id}/resend"))
    assert [mail.due_at for mail in letters()] == [NOW + timedelta(minutes=10)]
    amaras_browser.post(at(cohort, f"/{offer.public_id}/withdraw"))

    assert offer.state == OfferState.WITHDRAWN
    assert [mail.state for mail in letters()] == [MailState.SUPERSEDED]


def test_a_place_ends_only_after_it_was_looked_at(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    amina: Membership = build.a_member(cohort)
    path = at(cohort, f"/{amina.public_id}/remove")

    assert "End the place of Amina" in words(amaras_browser.get(path))
    assert amina.state == MembershipState.ACTIVE
    amaras_browser.post(path)

    assert amina.state == MembershipState.REMOVED
    with amaras_browser.session_transaction() as cookie:
        # It is signed but not sealed, so what waits in it names nobody.
        assert "Amina" not in str(dict(cookie))
    assert "Their place has ended." in words(amaras_browser.get(at(cohort)))


def test_looking_at_an_invitation_never_shows_the_link_of_its_reader(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    offer, token = build.an_offer(cohort, "dev@people.example", state=OfferState.DECLINED)

    page = amaras_browser.post(at(cohort, "/invite"), data=INVITE).get_data(as_text=True)

    # An offer that is drafted anew keeps its link, which opens the place in its reader's name.
    assert (offer.state, token in page) == (OfferState.DECLINED, False)
    assert "/i/a-link-of-their-own" in page


def test_nobody_reaches_people_of_a_group_they_do_not_facilitate(
    amaras_browser: PageClient, signed_in: Browser, cohort: Cohort, amara: Person
) -> None:
    offer, _ = build.an_offer(cohort)
    amina = build.a_member(cohort)
    own = build.a_cohort(amara, name="Other")
    tom = signed_in(build.a_facilitator("Tom"))

    for path in (f"/{offer.public_id}/withdraw", f"/{amina.public_id}/remove"):
        for someone, where in (
            (tom, cohort),
            (amaras_browser, own),
            (signed_in(amina.person), cohort),
        ):
            assert someone.post(at(where, path)).status_code == 404
    assert (offer.state, amina.state) == (OfferState.OPEN, MembershipState.ACTIVE)


@pytest.mark.parametrize("state", [OfferState.DECLINED, OfferState.WITHDRAWN])
def test_a_refused_letter_is_not_sent_again_once_its_offer_is_answered(
    amaras_browser: PageClient, cohort: Cohort, state: OfferState
) -> None:
    letter = a_refused_invitation(amaras_browser, cohort)
    with transaction():
        offers()[0].state = state

    amaras_browser.post(f"/groups/{cohort.public_id}/delivery/{letter.public_id}/again")

    assert letter.state == MailState.REFUSED


def test_sending_again_to_somebody_who_asked_for_silence_looks_the_same_and_lapses(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    letter = a_refused_invitation(amaras_browser, cohort)
    with transaction():
        db.session.add(DoNotWrite(email_index=offers()[0].email_index, asked_at=NOW))

    amaras_browser.post(f"/groups/{cohort.public_id}/delivery/{letter.public_id}/again")

    assert "It is sent again in a moment." in words(amaras_browser.get(at(cohort)))
    with transaction():
        lapse(NOW)
    assert letter.state == MailState.SUPERSEDED


def a_refused_invitation(amaras_browser: PageClient, cohort: Cohort) -> OutgoingMail:
    """Invite Dev, whose mail system does not take the letter."""
    invited = {"people": "dev@people.example", "role": "member", "confirmed": "yes"}
    amaras_browser.post(at(cohort, "/invite"), data=invited)
    with transaction():
        letter = letters()[0]
        letter.state, letter.reason, letter.final_at = MailState.REFUSED, Reason.BLOCKED, NOW
    return letter


def test_an_invitation_that_has_not_left_can_only_be_held_back(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    offer, _ = build.an_offer(cohort)
    amaras_browser.post(at(cohort, f"/{offer.public_id}/resend"))

    shown = words(amaras_browser.get(at(cohort)))
    assert "Don’t send" in shown
    assert "Send again" not in shown
    assert "Withdraw" not in shown
    amaras_browser.post(at(cohort, f"/{offer.public_id}/withdraw"))

    assert "Withdrawn. Nothing was sent." in words(amaras_browser.get(at(cohort)))


def test_an_invitation_that_has_left_can_be_sent_again_or_withdrawn(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    offer, _ = build.an_offer(cohort)

    shown = words(amaras_browser.get(at(cohort)))
    assert "Don’t send" not in shown
    assert "Send again" in shown
    amaras_browser.post(at(cohort, f"/{offer.public_id}/withdraw"))

    said = "Withdrawn. The link in the e-mail no longer works."
    assert said in words(amaras_browser.get(at(cohort)))


def test_ending_a_place_says_when_the_messages_leave_and_can_be_undone(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    amina: Membership = build.a_member(cohort)
    amaras_browser.post(at(cohort, f"/{amina.public_id}/remove"))
    page = amaras_browser.get(at(cohort))

    assert "Their place has ended. One message leaves at 9:10am." in words(page)
    press_undo(amaras_browser, page.text)

    assert amina.state == MembershipState.ACTIVE
    assert "They have their place back" in words(amaras_browser.get(at(cohort)))


def test_the_end_of_a_group_holds_back_its_invitations(
    amaras_browser: PageClient, cohort: Cohort
) -> None:
    offer, _ = build.an_offer(cohort)
    amaras_browser.post(at(cohort, f"/{offer.public_id}/resend"))
    end = f"/groups/{cohort.public_id}/end"

    said = "One invitation has not left yet, and will not be sent."
    assert said in words(amaras_browser.get(end))
    amaras_browser.post(end, data={"confirmed": "y"})

    assert [mail.state for mail in letters() if mail.kind == "offer"] == [MailState.SUPERSEDED]
    assert "Never answered" in words(amaras_browser.get(at(cohort)))
    assert "still to answer" not in words(amaras_browser.get(f"/groups/{cohort.public_id}"))

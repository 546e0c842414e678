"""Setting up a group in two screens: nothing is sent before its facilitator says so."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from core.db import db
from core.outbox import MailState, OutgoingMail
from groups.models import Cohort, CohortState, Membership, OfferState, Person, PlaceOffer
from scheduling.models import PeerSession, Series
from tests.build import (
    a_cohort,
    a_facilitator,
    a_member,
    a_person,
    a_series,
    a_session,
    an_offer,
)
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.scheduling.undoing import press_undo

pytestmark = pytest.mark.usefixtures("clock")

Browser = Callable[[Person], PageClient]
ANSWERS = {
    "name": "Thursday evenings",
    "first_on": "2027-01-14",
    "starts": "6pm",
    "ends": "7:30pm",
    "sessions": "12",
    "how_often": "monthly",
    "weeks": "4",
    "dates": "",
    "bank_holidays": "england-and-wales",
    "august": "y",
    "place_kind": "online",
    "place": "",
    "room": "https://rooms.example/thursday",
    "pqe_most": "10",
    "places": "",
    "people": "Amina Khan <amina@example.org>\nr.patel@example.org",
}
#: First Mondays: 3 May 2027 is a bank holiday.
MONDAYS = {"first_on": "2027-02-01", "sessions": "6"}


@pytest.fixture
def amara(signed_in: Browser) -> PageClient:
    """The browser of somebody who may set up groups."""
    return signed_in(a_facilitator())


def save(browser: PageClient, **changes: str) -> str:
    """Send the first screen and return the address of the second."""
    response = browser.post("/groups/new", data={**ANSWERS, **changes})
    assert response.status_code == 303, words(response)
    return str(response.location)


def the_cohort() -> Cohort:
    return db.session.scalars(select(Cohort)).one()


def dates_held() -> list[str]:
    rows = db.session.scalars(select(PeerSession).order_by(PeerSession.starts_at))
    return [session.starts_at.date().isoformat() for session in rows]


def letters(state: MailState) -> int:
    count = select(func.count()).where(OutgoingMail.state == state)
    return int(db.session.scalar(count) or 0)


def test_two_screens_and_three_answers_set_up_twelve_sessions(amara: PageClient) -> None:
    check = save(amara)
    sent = amara.post(check.replace("/check", "/send"))

    cohort = the_cohort()
    assert sent.location == f"/groups/{cohort.public_id}"
    assert (cohort.name, cohort.state) == ("Thursday evenings", CohortState.OPEN)
    assert len(dates_held()) == 12
    assert letters(MailState.DUE) == 2


def test_saving_sends_nothing(amara: PageClient) -> None:
    save(amara)

    assert the_cohort().state == CohortState.DRAFT
    assert db.session.scalars(select(PlaceOffer.state)).all() == [OfferState.DRAFTED] * 2
    assert letters(MailState.DUE) == 0


def test_saving_for_later_leads_back_to_the_groups(amara: PageClient) -> None:
    response = amara.post("/groups/new", data={**ANSWERS, "later": "y"})

    assert response.location == "/groups"
    assert "Saved as a draft. Nothing has been sent." in words(amara.get("/groups"))


def test_first_screen_needs_only_name_and_date(amara: PageClient) -> None:
    save(amara, people="")

    assert "Nobody is invited yet" in words(amara.get(f"/groups/{the_cohort().public_id}/check"))


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Enter a name for the group"),
        ("name", "x" * 10_000, "Keep this to 60 characters or fewer"),
        ("name", "<b>Evenings</b>", "Leave out < and >, which calendars may misread"),
        ("name", "Even\u202eings", "line breaks or hidden characters"),
        ("name", "Even\x00ings", "line breaks or hidden characters"),
        ("name", "Evenings\nBcc: all", "line breaks or hidden characters"),
        ("first_on", "", "Enter the date of the first session"),
        ("first_on", "31 April 2027", "There is no 31 April in 2027"),
        ("first_on", "20 November 2026", "Friday 20 November has passed. Choose a later date"),
        ("first_on", "2072-01-14", "Thursday 14 January 2072 is over five years away"),
        ("starts", "", "Write a time like 6pm or 18:00"),
        ("starts", "6", "Write 6am or 6pm"),
        ("ends", "6pm", "A session ends after it starts, on the same day"),
        ("ends", "5pm", "A session ends after it starts, on the same day"),
        ("starts", "9am", "A session lasts eight hours at most"),
        ("sessions", "0", "Write a number from 1 to 60"),
        ("sessions", "500", "Write a number from 1 to 60"),
        ("sessions", "²", "Write a number from 1 to 60"),
        ("room", "http://rooms.example", "Write a link that begins with https://"),
        ("room", "javascript:alert(1)", "Write a link that begins with https://"),
        ("pqe_most", "many", "Write a number from 0 to 60"),
        ("places", "0", "Write a number from 1 to 100"),
        ("people", "amina@example.org\njo.example.org", "Line 2: “jo.example.org” needs an @"),
    ],
)
def test_first_screen_says_what_is_amiss_and_stores_nothing(
    amara: PageClient, field: str, typed: str, said: str
) -> None:
    # "There is no 31 April" is said without its year, which makes no difference there.
    said = said.removesuffix(" in 2027")
    response = amara.post("/groups/new", data={**ANSWERS, field: typed})

    page = words(response)
    assert response.status_code == 422
    assert page.count(said) == 2, "in the summary and beside the field"
    assert db.session.scalars(select(Cohort)).all() == []


def test_first_screen_keeps_what_was_typed(amara: PageClient) -> None:
    typed = {**ANSWERS, "name": "<b>Mine", "first_on": "next Thursday", "sessions": "500"}
    page = amara.post("/groups/new", data=typed).get_data(as_text=True)

    assert 'value="&lt;b&gt;Mine"' in page
    assert 'type="text" value="next Thursday"' in page
    assert 'value="500"' in page
    assert "r.patel@example.org</textarea>" in page


def test_first_session_later_today_is_fine_and_earlier_today_is_not(amara: PageClient) -> None:
    earlier = {**ANSWERS, "first_on": "2026-11-21", "starts": "8:30am", "ends": "10am"}

    refused = amara.post("/groups/new", data=earlier)
    save(amara, first_on="2026-11-21")

    assert "By then it would already have begun" in words(refused)


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({"first_on": "14 January 2027"}, ["2027-01-14", "2027-02-11", "2027-03-11"]),
        (
            {"first_on": "2027-01-28", "how_often": "last"},
            ["2027-01-28", "2027-02-25", "2027-03-25"],
        ),
        ({"how_often": "weeks", "weeks": "2"}, ["2027-01-14", "2027-01-28", "2027-02-11"]),
        (
            {"how_often": "chosen", "dates": "16 February 2027\n\n3 May 2027"},
            ["2027-01-14", "2027-02-16", "2027-05-03"],
        ),
    ],
)
def test_rhythms_give_their_dates(
    amara: PageClient, changes: dict[str, str], held: list[str]
) -> None:
    save(amara, sessions="3", **changes)

    assert dates_held() == held


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"how_often": "last"}, "The last Thursday of January 2027 is Thursday 28 January 2027"),
        ({"how_often": "weeks", "weeks": "53"}, "Write a number from 1 to 52"),
        ({"how_often": "chosen", "dates": "31 April 2027"}, "Line 1: There is no 31 April"),
        # Compared with one another these would take minutes.
        ({"how_often": "chosen", "dates": "1 March 2027\n" * 20_000}, "Choose up to 60 dates"),
        (
            {"how_often": "chosen", "dates": "1 March 2027\n1 March 2027"},
            "Monday 1 March 2027 is on the list twice",
        ),
        (
            {"how_often": "chosen", "dates": "1 December 2026"},
            "Tuesday 1 December is before the first session",
        ),
        (
            {"how_often": "chosen", "dates": "1 March 2026"},
            "Sunday 1 March has passed",
        ),
        (
            {"first_on": "2027-08-31", "how_often": "weeks", "weeks": "52"},
            "These choices leave no dates",
        ),
        ({"place_kind": "in_person"}, "Say where you meet"),
    ],
)
def test_choices_that_do_not_fit_together_are_told(
    amara: PageClient, changes: dict[str, str], said: str
) -> None:
    response = amara.post("/groups/new", data={**ANSWERS, **changes})

    assert response.status_code == 422
    assert said in words(response)
    assert db.session.scalars(select(Series)).all() == []


def test_run_that_goes_on_needs_no_number(amara: PageClient) -> None:
    check = save(amara, goes_on="y", sessions="")

    assert db.session.scalars(select(Series.sessions)).one() is None
    assert "It keeps going until you end it." in words(amara.get(check))


def test_duplicates_are_merged_and_said(amara: PageClient) -> None:
    people = "amina@example.org\nAMINA@example.org\nr.patel@example.org"
    check = save(amara, people=people)

    page = words(amara.get(check))
    assert "You entered 1 address more than once. We’ll send each one invitation." in page
    assert len(the_cohort().offers) == 2


def test_how_many_addresses_were_read_is_said_before_anything_is_sent(amara: PageClient) -> None:
    people = "E-mail;Name\namina@example.org;Amina\nAMINA@example.org\nben@example.org"

    page = words(amara.get(save(amara, people=people)))

    assert "3 of 3 addresses read. Each is listed under “Who gets it”." in page
    assert "Amina, amina@example.org: the invitation above" in page


def test_what_became_of_each_line_is_shown_while_one_cannot_be_read(amara: PageClient) -> None:
    people = "amina@example.org, jo.example.org\nAMINA@example.org\nOkafor, Ben\n<ben@example.org>"

    response = amara.post("/groups/new", data={**ANSWERS, "people": people})

    page = words(response)
    assert response.status_code == 422
    assert "2 of 5 addresses read" in page
    assert "AMINA@example.org is already above. We’ll send one invitation" in page
    assert page.count("“<ben@example.org>” may continue from the line above.") == 3
    assert people.splitlines()[0] in page
    assert db.session.scalars(select(Series)).all() == []


def test_of_many_lines_that_cannot_be_read_ten_are_listed_above(amara: PageClient) -> None:
    people = "\n".join(f"person {number}" for number in range(40))

    page = words(amara.post("/groups/new", data={**ANSWERS, "people": people}))

    assert "0 of 40 addresses read" in page
    assert "30 more lines couldn’t be read" in page
    assert "Show the other 28" in page


@pytest.mark.parametrize(
    ("changes", "is_said"),
    [
        ({"first_on": "01/02/2027", "how_often": "weeks"}, True),
        ({"first_on": "14-Jan-27"}, False),
        ({"how_often": "chosen", "dates": "02/03/2027\n14-Apr-27"}, True),
    ],
)
def test_dates_in_figures_are_read_day_first_and_it_is_said(
    amara: PageClient, changes: dict[str, str], is_said: bool
) -> None:
    page = words(amara.get(save(amara, **changes)))

    assert ("We read dates in figures with the day first" in page) is is_said


def test_own_address_is_left_out_and_said(amara: PageClient) -> None:
    check = save(amara, people="amara@people.example\nr.patel@example.org")

    assert "We left out your own address because you’re already in the group." in words(
        amara.get(check)
    )
    assert [offer.email for offer in the_cohort().offers] == ["r.patel@example.org"]


def test_list_from_a_spreadsheet_keeps_names(amara: PageClient) -> None:
    save(amara, people="Name\tE-mail\nAmina Khan\tamina@example.org")

    assert [(offer.name, offer.email) for offer in the_cohort().offers] == [
        ("Amina Khan", "amina@example.org")
    ]


def test_check_shows_every_date_in_words_with_its_number(amara: PageClient) -> None:
    page = words(amara.get(save(amara)))

    assert "Twelve dates, 6pm to 7:30pm, UK time" in page
    assert "1. Thursday 14 January 2027 Change" in page
    assert "12. Thursday 13 January 2028 Change" in page
    assert "Thursday 12 August 2027 August." in page


def test_check_shows_the_letter_and_who_gets_it_without_anybodys_link(amara: PageClient) -> None:
    check = save(amara)
    page = words(amara.get(check))

    assert "What two people will get From: Alcove Subject: Dates from Thursday 14 January" in page
    assert "Amina Khan, amina@example.org: the invitation above" in page
    assert "http://alcove.example/i/a-link-of-their-own" in page
    assert "Thursday evenings" not in page.partition("From: Alcove")[2].partition("Subjects")[0]


def test_check_offers_the_day_after_a_bank_holiday_in_one_tap(amara: PageClient) -> None:
    check = save(amara, **MONDAYS)
    page = words(amara.get(check))
    assert "Monday 3 May 2027 Early May Bank Holiday in England and Wales." in page
    assert "Use Tuesday 4 May 2027 instead" in page

    moved = amara.post(f"{check}/2027-05-03", data={"held_on": "2027-05-04"})

    assert moved.location == check
    assert "2027-05-04" in dates_held()
    assert "Instead of Monday 3 May 2027" in words(amara.get(check))


def test_check_tells_of_court_vacations_and_of_another_own_group(amara: PageClient) -> None:
    me = db.session.scalars(select(Person)).one()
    a_session(a_series(a_cohort(me, name="Tuesday lunchtimes")), NOW.date().replace(2027, 1, 14))

    page = words(amara.get(save(amara, court_vacations="y")))

    assert "You have Tuesday lunchtimes at that time. Move to Friday 15 January 2027" in page
    assert "Thursday 9 September 2027 Long vacation in the High Court." in page


def test_date_can_be_left_out_and_put_back(amara: PageClient) -> None:
    check = save(amara)
    before = dates_held()

    amara.post(f"{check}/2027-03-11/leave-out")
    without = dates_held()
    page = words(amara.get(check))
    amara.post(f"{check}/2027-03-11/put-back")

    assert "2027-03-11" not in without
    assert len(without) == 12
    assert "Thursday 11 March 2027 is left out. Undo" in page
    assert "Put it back Thursday 11 March 2027" in page
    assert dates_held() == before


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("", "Enter another day, or go back"),
        ("31 February", "There is no 31 February"),
        ("2027-02-11", "Choose a day after the session before it, Thursday 11 February 2027"),
    ],
)
def test_other_day_that_will_not_do_is_told(amara: PageClient, day: str, said: str) -> None:
    check = save(amara)
    before = dates_held()

    response = amara.post(f"{check}/2027-03-11", data={"held_on": day})

    assert response.status_code == 422
    assert said in words(response)
    assert dates_held() == before


@pytest.mark.parametrize("day", ["2027-03-12", "tomorrow", "2026-12-10"])
def test_day_that_is_no_date_of_the_draft_is_not_there(amara: PageClient, day: str) -> None:
    assert amara.get(f"{save(amara)}/{day}").status_code == 404


def test_changing_a_draft_keeps_adds_and_removes_people(amara: PageClient) -> None:
    check = save(amara)
    kept = the_cohort().offers[0].public_id
    people = "Amina K <amina@example.org>\nnew@example.org"

    response = amara.post(
        check.replace("/check", "/set-up"),
        data={**ANSWERS, "name": "Fridays", "first_on": "2027-01-15", "people": people},
    )

    cohort = the_cohort()
    assert (response.location, cohort.name) == (check, "Fridays")
    assert dates_held()[:2] == ["2027-01-15", "2027-02-19"]
    assert [(offer.name, offer.email) for offer in cohort.offers] == [
        ("Amina K", "amina@example.org"),
        (None, "new@example.org"),
    ]
    assert cohort.offers[0].public_id == kept


def test_changing_a_draft_starts_from_what_was_said(amara: PageClient) -> None:
    check = save(amara, how_often="weeks", weeks="3", places="9", bank_holidays="none")

    page = amara.get(check.replace("/check", "/set-up")).get_data(as_text=True)

    assert 'value="2027-01-14"' in page
    assert 'value="weeks" checked' in page
    assert '<option selected value="none">' in page
    assert "&#34;Amina Khan&#34; &lt;amina@example.org&gt;" in page


def test_sending_waits_and_can_be_undone(amara: PageClient) -> None:
    check = save(amara)
    amara.post(check.replace("/check", "/send"))
    page = amara.get("/groups")
    assert "Two invitations leave at 9:10am. Undo" in words(page)
    due = db.session.scalars(select(OutgoingMail.due_at)).all()
    assert due == [NOW + timedelta(minutes=10)] * 2

    undone = press_undo(amara, page.text)

    cohort = the_cohort()
    assert undone.location == check
    assert (cohort.state, cohort.parcel) == (CohortState.DRAFT, None)
    assert [offer.state for offer in cohort.offers] == [OfferState.DRAFTED] * 2
    assert letters(MailState.RECALLED) == 2


def test_sending_again_after_undoing_writes_new_letters(amara: PageClient) -> None:
    check = save(amara)
    amara.post(check.replace("/check", "/send"))
    press_undo(amara, amara.get("/groups").text)

    amara.post(check.replace("/check", "/send"))

    assert (letters(MailState.RECALLED), letters(MailState.DUE)) == (2, 2)


def test_sending_twice_writes_to_nobody_twice(amara: PageClient) -> None:
    check = save(amara)
    amara.post(check.replace("/check", "/send"))

    again = amara.post(check.replace("/check", "/send"))

    assert again.location == check
    assert letters(MailState.DUE) == 2


def test_sending_is_refused_when_the_first_date_has_passed(
    amara: PageClient, clock: time_machine.Traveller
) -> None:
    check = save(amara, first_on="2026-11-21")
    clock.shift(timedelta(hours=11))
    # Sign-ins end by themselves, so this is the next one.
    amara.sign_in(db.session.scalars(select(Person)).one())

    amara.post(check.replace("/check", "/send"))

    assert "The first date has passed. Change it before you send." in words(amara.get(check))
    assert the_cohort().state == CohortState.DRAFT


def test_opening_without_people_writes_to_nobody(amara: PageClient) -> None:
    check = save(amara, people="")
    assert "Open the group" in words(amara.get(check))

    amara.post(check.replace("/check", "/send"))

    assert "Nobody has been written to yet" in words(amara.get("/groups"))
    assert the_cohort().state == CohortState.OPEN
    assert letters(MailState.DUE) == 0


def test_opened_group_has_no_set_up_pages_any_more(amara: PageClient) -> None:
    check = save(amara)
    amara.post(check.replace("/check", "/send"))
    group = check.removesuffix("/check")

    assert amara.get(check).location == group
    assert amara.get(f"{group}/set-up").location == group
    assert amara.get(f"{group}/delete-draft").status_code == 404
    assert amara.post(f"{check}/2027-03-11/leave-out").status_code == 404


def test_undo_after_the_letters_have_left_says_so(amara: PageClient) -> None:
    cohort = a_cohort(db.session.scalars(select(Person)).one())

    response = amara.post(f"/groups/{cohort.public_id}/undo")

    assert response.location == f"/groups/{cohort.public_id}"
    assert cohort.state == CohortState.OPEN


def test_deleting_asks_first_and_leaves_nothing(amara: PageClient) -> None:
    group = save(amara).removesuffix("/check")
    asked = amara.get(f"{group}/delete-draft")
    assert "It cannot be brought back." in words(asked)
    assert the_cohort().name == "Thursday evenings"

    amara.post(f"{group}/delete-draft")

    left = [db.session.scalars(select(row)).all() for row in (Cohort, PlaceOffer, PeerSession)]
    assert left == [[], [], []]


def test_last_time_brings_people_and_times_but_no_dates(signed_in: Browser) -> None:
    me = a_facilitator()
    cohort = a_cohort(me, name="Tuesday lunchtimes", places=9)
    a_series(cohort)
    a_member(cohort, a_person("Amina"))
    an_offer(cohort)
    browser = signed_in(me)

    assert "Tuesday lunchtimes : one member, 6pm" in words(browser.get("/groups/new"))
    page = browser.get(f"/groups/new?like={cohort.public_id}").get_data(as_text=True)

    assert "amina@people.example" in page
    assert "dev@people.example" in page
    assert 'value="https://rooms.example/thursday"' in page
    assert "2026-12-10" not in page
    assert 'value="Tuesday lunchtimes"' not in page


def test_setting_up_is_not_there_for_people_who_may_not(signed_in: Browser) -> None:
    browser = signed_in(a_person("Amina"))

    assert browser.get("/groups/new").status_code == 404
    assert browser.post("/groups/new", data=ANSWERS).status_code == 404
    assert db.session.scalars(select(Membership)).all() == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/set-up"),
        ("POST", "/set-up"),
        ("GET", "/check"),
        ("POST", "/send"),
        ("POST", "/undo"),
        ("GET", "/delete-draft"),
        ("POST", "/delete-draft"),
        ("GET", "/check/2027-03-11"),
        ("POST", "/check/2027-03-11"),
        ("POST", "/check/2027-03-11/leave-out"),
        ("POST", "/check/2027-03-11/put-back"),
    ],
)
def test_draft_of_somebody_else_is_not_there(
    amara: PageClient, signed_in: Browser, method: str, path: str
) -> None:
    group = save(amara).removesuffix("/check")
    before = dates_held()
    other = signed_in(a_facilitator("Tom"))

    response = other.open(group + path, method=method, data=ANSWERS)
    like = other.get(f"/groups/new?like={group.rpartition('/')[2]}")

    assert (response.status_code, like.status_code) == (404, 404)
    assert (the_cohort().state, dates_held()) == (CohortState.DRAFT, before)

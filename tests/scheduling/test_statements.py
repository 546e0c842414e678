"""How many statements the acts need that tell many people of many dates: as many for many as for
few. ``python -m benchmarks.acts`` counts the same in an installation of its own.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from groups.models import Membership, Person
from scheduling.jobs import JOBS
from scheduling.models import PeerSession
from tests.build import FIRST, a_cohort, a_member, a_person, a_series, a_session
from tests.conftest import NOW
from tests.page import PageClient, words
from tests.pressing import Form, forms_on, press
from tests.scheduling.post import all_left
from tests.scheduling.queries import counted

pytestmark = pytest.mark.usefixtures("clock")

Browser = Callable[[Person], PageClient]
#: What begins and ends a unit of work, and the look at a column before it is changed.
FRAMING = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
WEEKS = 4
#: The most that each may take.
MOVING, MOVING_AGAIN = 40, 40
THREE_SESSIONS, WHOLE_RUN = 60, 80
SENDING = 70


class Group:
    """A group in which everybody has their invitations, and nothing waits."""

    def __init__(self, amara: Person, browser: PageClient, members: int, sessions: int) -> None:
        self.browser = browser
        self.cohort = a_cohort(amara)
        self.members: list[Membership] = [
            a_member(self.cohort, a_person(f"Member {n}", f"m{n}.of{members}@people.example"))
            for n in range(members)
        ]
        series = a_series(self.cohort, count=sessions)
        self.sessions: list[PeerSession] = [
            a_session(series, FIRST + n * timedelta(weeks=WEEKS), number=n + 1)
            for n in range(sessions)
        ]
        [invite] = [job for job in JOBS if job.name == "invite"]
        assert invite.run(NOW) == (members + 1) * min(sessions, 3)
        all_left(NOW)

    def at(self, page: str) -> str:
        """The path of a page about the first session."""
        return f"/groups/{self.cohort.public_id}/sessions/{self.sessions[0].public_id}/{page}"

    def change(self, page: str, typed: dict[str, str]) -> int:
        """Fill a form in, look at its check, confirm it; return how many statements that took."""
        [form] = [one for one in asked(self.browser, self.at(page)) if set(typed) <= names(one)]
        check = press(self.browser, filled(form, typed))
        [confirming] = [one for one in forms_on(check) if one.action.startswith(self.at(""))]
        return pressed(self.browser, confirming)


def asked(browser: PageClient, path: str) -> list[Form]:
    return [form for form in forms_on(browser.get(path)) if form.method == "POST"]


def names(form: Form) -> set[str]:
    return {name for name, _ in [*form.fields, *form.choices]}


def filled(form: Form, typed: dict[str, str]) -> Form:
    form.fields = [(name, value) for name, value in form.fields if name not in typed]
    form.fields += typed.items()
    return form


def pressed(browser: PageClient, form: Form) -> int:
    """Press the form's first button; return how many statements the answer took."""
    with counted() as statements:
        answer = press(browser, form)
    assert answer.status_code == 303, words(answer)
    return len([one for one in statements if not one.startswith(FRAMING)])


Make = Callable[[int, int], Group]


@pytest.fixture
def group(amara: Person, signed_in: Browser) -> Make:
    """Return what makes a group of so many members with so many sessions."""
    return lambda members, sessions: Group(amara, signed_in(amara), members, sessions)


@pytest.mark.parametrize("members", [2, 8, 16])
def test_moving_one_session(group: Make, members: int) -> None:
    one = group(members, 12)

    spent = one.change("move", {"on": "2026-12-11"})
    again = one.change("move", {"on": "2026-12-12"})

    assert spent <= MOVING
    assert again <= MOVING_AGAIN


def test_moving_one_session_for_sixteen_takes_hardly_more_than_for_two(group: Make) -> None:
    few, many = (group(members, 12).change("move", {"on": "2026-12-11"}) for members in (2, 16))

    assert many - few <= 5


def test_moving_three_sessions_of_sixteen_members(group: Make) -> None:
    assert group(16, 3).change("change/days?which=all", {"days": "7"}) <= THREE_SESSIONS


def test_moving_a_whole_run_of_thirty_people(group: Make) -> None:
    assert group(30, 12).change("change/days?which=all", {"days": "7"}) <= WHOLE_RUN


def set_up_and_send(browser: PageClient, invited: int) -> int:
    [form] = [one for one in asked(browser, "/groups/new") if "first_on" in names(one)]
    people = "\n".join(f"member{n}@people.example" for n in range(invited))
    typed = {"name": f"Evenings for {invited}", "first_on": "2027-01-14", "people": people}
    with counted() as statements:
        saved = press(browser, filled(form, typed))
    saving = len([one for one in statements if not one.startswith(FRAMING)])
    assert saved.status_code == 303, words(saved)
    [sending] = [one for one in asked(browser, saved.location) if one.action.endswith("/send")]
    return saving + pressed(browser, sending)


def test_setting_up_and_sending(amara: Person, signed_in: Browser) -> None:
    few, many = (set_up_and_send(signed_in(amara), invited) for invited in (8, 30))

    assert max(few, many) <= SENDING
    assert many - few <= 10

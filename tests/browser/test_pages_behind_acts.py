"""Pages that no link on a page leads to: behind letters, behind forms, and once hours have passed.

Each is looked at as those are that links lead to.
"""

import re

import pytest

from tests.browser.conftest import Arrive
from tests.browser.demo_server import Demo
from tests.browser.looking import look_at, look_over
from tests.browser.pages_on_offer import one_of_each_kind
from tests.browser.steps import be, draft
from tests.browser.walk import Walk
from tests.browser.watching import Visitor

pytestmark = pytest.mark.browser

LETTERS = re.compile(r'<th scope="row"><a href="(/demo/mail/[^"]+)">([^<]+)')
#: What a letter has for whoever reads it: an answer, no more reminders, an offer, "it wasn't me".
LINKS = re.compile(r'<a href="https?://[^/"]+(/(?:r|stop|i|not-me)/[^"/]+)"')
CODE = re.compile(r"\b\d{3} ?\d{3}\b")
#: The subject of a reminder in the group that meets on Tuesdays.
REMINDER = "Tuesday, "
#: These pages have one column, which is the same at every width.
PHONE = (390,)
AN_HOUR_AGO = "UPDATE sign_in SET started_at = datetime(started_at, '-1 hour') || '.000000'"
SET_ASIDE = """UPDATE outgoing_mail SET state = '{state}', reason = 'TimeoutError'
  WHERE id = (SELECT max(id) FROM outgoing_mail WHERE kind = 'reminder')"""


def letters_to(visitor: Visitor, name: str, about: str) -> list[str]:
    """Return the letters to one of the made-up people with these words in their subjects, as
    pages, the newest first.
    """
    ask = visitor.context.request
    listed = ask.get(f"/demo/mail?to={name}@people.example").text()
    found = LETTERS.findall(listed)
    return [ask.get(path).text() for path, subject in found if about in subject]


def links_to(visitor: Visitor, name: str, about: str) -> list[str]:
    """Return where such letters lead without signing in."""
    return [link for letter in letters_to(visitor, name, about) for link in LINKS.findall(letter)]


@pytest.fixture
def anybody(arrive: Arrive) -> Visitor:
    """Somebody who is not signed in."""
    return arrive()


def test_pages_that_letters_open_have_no_barriers(anybody: Visitor) -> None:
    invited, offered = links_to(anybody, "sam", "Invitation"), links_to(anybody, "sam", "Dates")
    reminded = links_to(anybody, "ben", REMINDER)

    links = [*invited, *offered, *reminded]
    paths = one_of_each_kind(anybody, links)

    assert {path.split("/")[1] for path in paths} == {"r", "stop", "i"}
    # Open, moved since the letter, cancelled, over, and gone with the place.
    assert sum(path.startswith("/r/") for path in paths) >= 5
    wrong = [words for path in paths for words in look_over(anybody.page, path, widths=PHONE)]
    walk = Walk(anybody.page)
    walk.open(invited[0])
    walk.tap("Send my answer")
    unchosen = look_at(walk.page, "nothing chosen", widths=PHONE)
    assert "Choose one of these first. Nothing has changed." in walk.words
    walk.start_counting()
    walk.open(invited[0])
    walk.choose("Not sure yet")
    walk.tap("Send my answer")
    assert (walk.note(), walk.taps) == ("Saved: not sure yet.", 3)
    assert [*wrong, *unchosen, *look_at(walk.page, "answered", widths=PHONE)] == []


def test_a_change_of_address_has_no_barriers_on_its_way(
    demo: Demo, arrive: Arrive, anybody: Visitor
) -> None:
    walk = Walk(arrive().page)
    be(walk, demo, "Kofi")
    walk.page.goto("/account/address")
    walk.type("Your new e-mail address", "kofi.moves@people.example")
    walk.tap("E-mail me a code")
    code = CODE.search(letters_to(anybody, "kofi.moves", "code")[0])
    assert code is not None
    walk.type("Your code", "none")
    walk.tap("Change my address")
    wrong = look_at(walk.page, "a wrong code", widths=PHONE)
    walk.type("Your code", code[0])
    walk.tap("Change my address")
    assert walk.note().startswith("Your address is changed.")

    (not_me,) = links_to(anybody, "kofi", "address")
    stop = next(path for path in links_to(anybody, "kofi", REMINDER) if path.startswith("/stop/"))

    wrong += [
        words for path in (stop, not_me) for words in look_over(anybody.page, path, widths=PHONE)
    ]
    deciding = Walk(anybody.page)
    deciding.choose("No, it wasn’t me")
    deciding.tap("Send my answer")
    assert [*wrong, *look_at(anybody.page, "signed out everywhere", widths=PHONE)] == []


def test_signing_in_again_first_has_no_barriers(demo: Demo, arrive: Arrive) -> None:
    page = arrive().page
    page.goto(demo.way_in("Grace"))
    # Who facilitates a group alone is told what stands against deleting the account.
    wrong = look_over(page, "/account/delete")
    demo.alter(AN_HOUR_AGO)

    wrong += look_over(page, "/account/delete")

    assert page.get_by_role("heading", level=1).inner_text() == "Sign in again first"
    assert wrong == []


def test_letters_set_aside_are_shown_without_barriers(demo: Demo, arrive: Arrive) -> None:
    page = arrive().page
    page.goto(demo.way_in("Sol"))
    demo.alter(SET_ASIDE.format(state="parked"))

    wrong = look_over(page, "/operating")

    assert page.get_by_role("button", name="Try again").count() == 1
    demo.alter(SET_ASIDE.format(state="sent"))
    assert wrong == []


def test_pages_behind_a_change_of_a_run_have_no_barriers(demo: Demo, arrive: Arrive) -> None:
    walk = Walk(arrive().page)
    draft(walk, demo, "Meadow")
    walk.tap("Open the group")

    wrong = [*_ask_for_a_break(walk), *_check_another_rhythm(walk), *_move_them_all(walk)]

    assert walk.heading == "Meadow"
    assert walk.page.get_by_role("button", name="Undo").count() == 1
    assert wrong == []


def _ask_for_a_break(walk: Walk) -> list[str]:
    walk.tap("Change dates")
    walk.tap("Take a break")
    walk.tap("Check the break")
    alike = walk.page.locator("#errors a").all_inner_texts()
    assert [words.split(":")[0] for words in alike] == [
        "First day of the break",
        "Last day of the break",
    ]
    return look_at(walk.page, "a break without dates")


def _check_another_rhythm(walk: Walk) -> list[str]:
    walk.tap("Leave it as it is")
    walk.tap("Another rhythm")
    walk.choose("Every few weeks")
    walk.tap("Check the new dates")
    assert walk.heading == "Check the new dates"
    return look_at(walk.page, "another rhythm")


def _move_them_all(walk: Walk) -> list[str]:
    walk.tap("Leave it as it is")
    walk.tap("Change dates")
    walk.tap("Move them by days")
    walk.tap("Check the new dates")
    walk.tap("Change twelve dates")
    return look_at(walk.page, "a way to undo")


def test_an_answer_from_a_letter_needs_neither_script_nor_mouse(arrive: Arrive) -> None:
    visitor = arrive(javascript=False)
    page = visitor.page
    page.goto(links_to(visitor, "sam", "Invitation")[0])

    page.get_by_label("I’ll be there").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.get_by_label("Not this time").is_checked()
    page.keyboard.press("Tab")
    on_button = page.evaluate("document.activeElement.textContent")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert (chosen, on_button) == (True, "Send my answer")
    assert Walk(page).note() == "Saved: not this time."
    assert "You said: not this time. You can change it here until it starts." in Walk(page).words

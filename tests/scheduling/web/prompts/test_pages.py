"""The library, the prompts of a run, and those of one session."""

from collections.abc import Callable

import pytest

from core.transaction import transaction
from groups.agreement_text import LIMITS
from groups.models import Cohort, Person
from scheduling.models import PeerSession
from scheduling.reflection import prompts, themes
from tests import build
from tests.conftest import NOW
from tests.page import PageClient, words

pytestmark = pytest.mark.usefixtures("clock")

Browser = Callable[[Person], PageClient]
DUTIES = LIMITS[4:]


def at(session: PeerSession, path: str = "") -> str:
    """The address of its prompts."""
    return f"/groups/{session.cohort.public_id}/sessions/{session.public_id}/prompts{path}"


def words_of(session: PeerSession) -> list[str]:
    """The words of its prompts, in order."""
    return [prompt.words for prompt in session.prompts]


def choose(session: PeerSession, key: str) -> None:
    """Choose its theme."""
    with transaction():
        prompts.choose_theme(session, key, now=NOW)


def test_the_library_shows_every_prompt_and_marks_heavy_themes(amaras_browser: PageClient) -> None:
    page = words(amaras_browser.get("/prompts"))

    for theme in themes.library():
        assert theme.title in page
        assert all(prompt.words in page for prompt in theme.prompts)
    heavy = sum(theme.heavy for theme in themes.library())
    assert page.count("Leave time to come back to the ordinary") == heavy


def test_members_have_no_library(signed_in: Browser, cohort: Cohort) -> None:
    assert signed_in(build.a_member(cohort).person).get("/prompts").status_code == 404


def test_the_theme_of_mistakes_comes_with_the_duties_to_report(
    amaras_browser: PageClient, session: PeerSession
) -> None:
    choose(session, "mistakes")

    page = words(amaras_browser.get(at(session)))

    assert "duties to report" in page
    for duty in DUTIES:
        assert duty in page


@pytest.mark.parametrize(
    "key", [theme.key for theme in themes.library() if theme.key != "mistakes"]
)
def test_every_other_theme_comes_without_them(
    amaras_browser: PageClient, session: PeerSession, key: str
) -> None:
    choose(session, key)

    page = words(amaras_browser.get(at(session)))

    assert not [duty for duty in DUTIES if duty in page]


def test_a_member_does_not_see_the_duties_beside_the_prompts(
    signed_in: Browser, cohort: Cohort, session: PeerSession
) -> None:
    choose(session, "mistakes")
    with transaction():
        session.prompts_shown_at = NOW
    member = signed_in(build.a_member(cohort).person)

    page = words(member.get(f"/g/{cohort.public_id}/s/{session.public_id}"))

    assert session.prompts[0].words in page
    assert not [duty for duty in DUTIES if duty in page]


def test_a_theme_is_chosen_and_taken_off(amaras_browser: PageClient, session: PeerSession) -> None:
    amaras_browser.post(at(session, "/theme"), data={"theme": "burnout"})
    assert (session.theme, len(session.prompts)) == ("burnout", 2)

    amaras_browser.post(at(session, "/theme"), data={"theme": ""})

    assert (session.theme, session.prompts) == (None, [])


def test_own_words_are_added_moved_and_removed(
    amaras_browser: PageClient, session: PeerSession
) -> None:
    amaras_browser.post(at(session), data={"words": "What restores you?"})
    amaras_browser.post(at(session), data={"words": "What tires you?"})
    second = session.prompts[1].public_id

    amaras_browser.post(at(session, f"/{second}/move"), data={"way": "up"})
    assert words_of(session) == ["What tires you?", "What restores you?"]
    amaras_browser.post(at(session, f"/{second}/remove"))

    assert words_of(session) == ["What restores you?"]


def test_words_that_seem_to_name_a_case_are_saved_with_a_gentle_note(
    amaras_browser: PageClient, session: PeerSession
) -> None:
    amaras_browser.post(at(session), data={"words": "What did Smith v Jones teach you?"})

    assert words_of(session) == ["What did Smith v Jones teach you?"]
    assert prompts.NAMING_NOTE in words(amaras_browser.get(at(session)))


def test_words_that_are_too_long_are_kept_and_explained(
    amaras_browser: PageClient, session: PeerSession
) -> None:
    response = amaras_browser.post(at(session), data={"words": "a" * 301})

    assert response.status_code == 422
    assert "Keep this to 300 characters or fewer" in words(response)
    assert "a" * 301 in response.text


def test_a_prompt_of_the_library_is_used_once(
    amaras_browser: PageClient, session: PeerSession
) -> None:
    for _ in range(2):
        amaras_browser.post(at(session, "/use"), data={"key": "stopped-first"})

    assert [prompt.key for prompt in session.prompts] == ["stopped-first"]


def test_hostile_words_stay_words(amaras_browser: PageClient, session: PeerSession) -> None:
    amaras_browser.post(at(session), data={"words": "<script>alert(1)</script> {{ 7 * 7 }}?"})

    page = amaras_browser.get(at(session))

    assert "<script>alert(1)</script> {{ 7 * 7 }}?" in words(page)
    assert "<script>alert" not in page.text


def test_the_plan_of_a_run_changes_from_when_prompts_are_seen(
    amaras_browser: PageClient, cohort: Cohort, session: PeerSession
) -> None:
    choose(session, "burnout")
    path = f"/groups/{cohort.public_id}/prompts"
    assert "Burnout" in words(amaras_browser.get(path))

    refused = amaras_browser.post(path, data={"days": "61"})
    amaras_browser.post(path, data={"days": "14"})

    assert refused.status_code == 422
    assert build.series_of(session).prompt_days == 14
    assert "Members see them from Thursday 26 November" in words(amaras_browser.get(at(session)))


def test_nobody_else_changes_prompts(signed_in: Browser, session: PeerSession) -> None:
    prompt = build.a_prompt(session, "Stays?")
    tom = signed_in(build.a_facilitator("Tom"))
    member = signed_in(build.a_member(session.cohort).person)

    for path in ("", "/theme", "/use", f"/{prompt.public_id}/remove"):
        for someone in (tom, member):
            data = {"words": "x", "theme": "burnout", "key": "stopped-first"}
            assert someone.post(at(session, path), data=data).status_code == 404
    assert words_of(session) == ["Stays?"]

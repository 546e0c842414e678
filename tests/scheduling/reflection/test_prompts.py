"""Themes and prompts: planned for a run, changed by hand, and shown when it is time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from core.errors import DomainError, NotFound
from core.transaction import transaction
from groups.models import Cohort, CohortState
from scheduling.models import PeerSession, Series, SessionState
from scheduling.reflection import prompts, themes
from tests import build

DAYS = [date(2026, 12, 10), date(2027, 1, 14), date(2027, 2, 11), date(2027, 3, 11)]


@pytest.fixture
def series(cohort: Cohort) -> Series:
    """A run of four sessions."""
    return build.a_series(cohort, count=4)


@pytest.fixture
def run(series: Series) -> list[PeerSession]:
    """Its sessions, without themes."""
    return [build.a_session(series, day, number=place) for place, day in enumerate(DAYS, start=1)]


@pytest.fixture
def session(run: list[PeerSession]) -> PeerSession:
    """The first of them, on 10 December."""
    return run[0]


def plan(series: Series, now: datetime) -> None:
    """Plan its themes."""
    with transaction():
        prompts.plan_themes(series, now=now)


def words_of(session: PeerSession) -> list[str]:
    """The words of its prompts, in order."""
    return [prompt.words for prompt in session.prompts]


def test_planning_opens_closes_and_gives_each_session_two_fresh_prompts(
    series: Series, run: list[PeerSession], now: datetime
) -> None:
    plan(series, now)

    assert [one.theme for one in run] == list(themes.rotation(4))
    assert [len(one.prompts) for one in run] == [2, 2, 2, 2]
    keys = [prompt.key for one in run for prompt in one.prompts]
    assert len(set(keys)) == 8
    assert [prompt.position for prompt in run[0].prompts] == [1, 2]


def test_a_run_without_end_never_closes(app: Flask, now: datetime) -> None:
    series = build.a_series(build.a_cohort(), count=None)
    run = [build.a_session(series, day, number=place) for place, day in enumerate(DAYS, start=1)]

    plan(series, now)

    assert [one.theme for one in run] == list(themes.rotation(4, ends=False))


def test_planning_again_changes_nothing_and_keeps_what_was_chosen(
    series: Series, run: list[PeerSession], now: datetime
) -> None:
    with transaction():
        prompts.choose_theme(run[1], "mistakes", now=now)
    plan(series, now)
    before = [(one.theme, words_of(one)) for one in run]

    plan(series, now)

    assert [(one.theme, words_of(one)) for one in run] == before
    assert run[1].theme == "mistakes"


def test_a_new_theme_brings_two_prompts_and_keeps_own_words(
    session: PeerSession, now: datetime
) -> None:
    with transaction():
        prompts.choose_theme(session, "burnout", now=now)
        prompts.add_prompt(session, "What do you hope for?", now=now)

    with transaction():
        prompts.choose_theme(session, "boundaries", now=now)

    known = {prompt.key for prompt in themes.theme("boundaries").prompts}
    assert words_of(session)[0] == "What do you hope for?"
    assert [prompt.key in known for prompt in session.prompts] == [False, True, True]


def test_an_unknown_theme_is_refused(session: PeerSession, now: datetime) -> None:
    with pytest.raises(DomainError, match="Choose one of the themes"), transaction():
        prompts.choose_theme(session, "made-up", now=now)


def test_prompts_are_put_in_order_and_removed(session: PeerSession, now: datetime) -> None:
    with transaction():
        for words in ("One?", "Two?", "Three?"):
            prompts.add_prompt(session, words, now=now)
    first, _, third = (prompt.public_id for prompt in session.prompts)

    with transaction():
        prompts.move_prompt(session, third, up=True, now=now)
        prompts.move_prompt(session, first, up=True, now=now)
    assert words_of(session) == ["One?", "Three?", "Two?"]
    with transaction():
        prompts.remove_prompt(session, first, now=now)

    assert words_of(session) == ["Three?", "Two?"]
    assert [prompt.position for prompt in session.prompts] == [1, 2]


def test_a_prompt_of_another_session_is_not_there(run: list[PeerSession], now: datetime) -> None:
    other = build.a_prompt(run[1], "Elsewhere?")

    with pytest.raises(NotFound), transaction():
        prompts.remove_prompt(run[0], other.public_id, now=now)


@pytest.mark.parametrize("words", ["", "\u200b", "a" * 301])
def test_words_that_cannot_be_shown_are_refused(
    session: PeerSession, now: datetime, words: str
) -> None:
    with pytest.raises(DomainError), transaction():
        prompts.add_prompt(session, words, now=now)


def test_a_seventh_prompt_is_refused(session: PeerSession, now: datetime) -> None:
    with transaction():
        for number in range(6):
            prompts.add_prompt(session, f"Number {number}?", now=now)

    with pytest.raises(DomainError, match="up to 6"), transaction():
        prompts.add_prompt(session, "One more?", now=now)


def test_prompts_of_a_session_that_has_begun_stay(session: PeerSession) -> None:
    with pytest.raises(DomainError, match="has begun"), transaction():
        prompts.add_prompt(session, "Too late?", now=session.starts_at)


def test_prompts_show_at_midnight_so_many_days_before(session: PeerSession, now: datetime) -> None:
    build.a_prompt(session, "What restores you?")
    midnight = datetime(2026, 12, 3, tzinfo=UTC)

    assert prompts.reveal_due(midnight - timedelta(seconds=1)) == 0
    assert prompts.reveal_due(midnight) == 1
    assert session.prompts_shown_at == midnight
    assert session.details_changed_at == midnight
    assert prompts.reveal_due(midnight + timedelta(minutes=1)) == 0


def test_prompts_of_drafts_cancelled_and_begun_sessions_are_not_shown(
    session: PeerSession, now: datetime
) -> None:
    build.a_prompt(session, "What restores you?")
    draft = build.a_session(
        build.a_series(build.a_cohort(build.a_facilitator("Tom"), state=CohortState.DRAFT))
    )
    build.a_prompt(draft, "Not yet?")
    with transaction():
        session.state = SessionState.CANCELLED

    assert prompts.reveal_due(datetime(2026, 12, 9, tzinfo=UTC)) == 0
    with transaction():
        session.state = SessionState.PLANNED
    assert prompts.reveal_due(session.starts_at) == 0


def test_changing_prompts_raises_the_details_only_once_they_are_shown(
    session: PeerSession, now: datetime
) -> None:
    before = session.details_changed_at
    with transaction():
        prompts.add_prompt(session, "Hidden still?", now=now)
    assert session.details_changed_at == before
    with transaction():
        session.prompts_shown_at = now

    with transaction():
        prompts.add_prompt(session, "Seen now?", now=now)

    assert session.details_changed_at == now


def test_days_outside_their_bounds_are_refused(series: Series) -> None:
    for days in (-1, 61):
        with pytest.raises(DomainError, match="0 to 60"):
            prompts.set_prompt_days(series, days)


@pytest.mark.parametrize(
    "words",
    [
        "What did Smith v Jones teach you?",
        "Think of R v Brown.",
        "What would you say to Amina Khan?",
        "Re B again: what stays?",
    ],
)
def test_words_shaped_like_a_name_or_a_case_get_a_gentle_note(words: str) -> None:
    assert prompts.naming_note(words) == prompts.NAMING_NOTE


def test_the_library_itself_names_nobody() -> None:
    noted = [
        prompt.words
        for theme in themes.library()
        for prompt in theme.prompts
        if prompts.naming_note(prompt.words)
    ]

    assert noted == []

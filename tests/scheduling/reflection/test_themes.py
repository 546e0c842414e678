"""The library is whole, and the rotation keeps its rules for every length of run."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.reflection.themes import (
    CLOSING_THEME,
    OPENING_THEMES,
    Depth,
    UnknownTheme,
    draw_prompts,
    library,
    rotation,
    theme,
)

COUNTS = st.integers(min_value=1, max_value=60)
HEAVY = {"vicarious-trauma", "when-we-lose", "mistakes", "moral-strain"}
KEYS = [entry.key for entry in library()]
LIGHT = [key for key in KEYS if key not in HEAVY]
HISTORIES = st.lists(st.sampled_from([*KEYS, None, "a-subject-of-their-own"]), max_size=40)


def heavy_neighbours(keys: list[str | None]) -> list[tuple[str | None, str | None]]:
    return [(one, next_) for one, next_ in pairwise(keys) if one in HEAVY and next_ in HEAVY]


def passes(keys: tuple[str, ...], length: int) -> list[tuple[str, ...]]:
    return [keys[start : start + length] for start in range(0, len(keys), length)]


def test_library_holds_fifteen_themes_of_which_four_are_heavy() -> None:
    assert len(set(KEYS)) == 15
    assert {entry.key for entry in library() if entry.heavy} == HEAVY


def test_library_gives_every_prompt_a_key_and_words_of_its_own() -> None:
    prompts = [prompt for entry in library() for prompt in entry.prompts]

    assert len({prompt.key for prompt in prompts}) == len(prompts)
    assert len({prompt.words for prompt in prompts}) == len(prompts)


@pytest.mark.parametrize("key", KEYS)
def test_theme_offers_six_prompts_with_a_choice_of_depth(key: str) -> None:
    depths = Counter(prompt.depth for prompt in theme(key).prompts)

    assert depths.total() >= 6
    assert min(depths[Depth.LIGHTER], depths[Depth.DEEPER]) >= 2


@pytest.mark.parametrize("key", KEYS)
def test_prompts_ask_one_short_thing(key: str) -> None:
    words = [prompt.words for prompt in theme(key).prompts]

    assert [text for text in words if text.count("?") != 1 or not text.endswith("?")] == []
    assert [text for text in words if len(text.split()) > 25] == []


def test_theme_is_found_by_its_key() -> None:
    assert theme("burnout").title == "Burnout"


def test_theme_with_an_unknown_key_is_refused() -> None:
    with pytest.raises(UnknownTheme, match="gardening"):
        theme("gardening")


def test_rotation_of_six_sessions_begins_with_care_and_ends_with_endings() -> None:
    assert rotation(6) == (
        "collective-care",
        "vicarious-trauma",
        "burnout",
        "boundaries",
        "self-care",
        "endings-and-change",
    )


def test_rotation_of_no_session_is_empty() -> None:
    assert rotation(0) == ()


def test_rotation_of_a_single_session_opens_rather_than_closes() -> None:
    assert rotation(1) == ("collective-care",)


def test_rotation_of_one_more_session_closes_a_run() -> None:
    assert rotation(1, taken=["collective-care", "burnout"]) == (CLOSING_THEME,)


def test_rotation_of_fewer_than_no_sessions_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        rotation(-1)


@given(count=COUNTS, ends=st.booleans())
def test_rotation_gives_every_session_a_theme_of_the_library(count: int, ends: bool) -> None:
    themes = rotation(count, ends=ends)

    assert len(themes) == count
    assert set(themes) <= set(KEYS)


@given(count=COUNTS, ends=st.booleans())
def test_rotation_opens_with_an_opening_theme(count: int, ends: bool) -> None:
    assert rotation(count, ends=ends)[0] in OPENING_THEMES


@given(count=st.integers(min_value=2, max_value=60))
def test_rotation_that_ends_has_the_closing_theme_last_and_nowhere_else(count: int) -> None:
    themes = rotation(count)

    assert [place for place, key in enumerate(themes) if key == CLOSING_THEME] == [count - 1]


@given(count=COUNTS)
def test_rotation_without_end_repeats_no_theme_until_all_are_used(count: int) -> None:
    for one_pass in passes(rotation(count, ends=False), length=15):
        assert len(set(one_pass)) == len(one_pass)


@given(count=st.integers(min_value=2, max_value=60))
def test_rotation_that_ends_repeats_no_theme_until_all_others_are_used(count: int) -> None:
    for one_pass in passes(rotation(count)[:-1], length=14):
        assert len(set(one_pass)) == len(one_pass)


@given(count=st.integers(min_value=16, max_value=60))
def test_rotation_starts_over_with_the_theme_unused_for_longest(count: int) -> None:
    themes = rotation(count, ends=False)

    assert themes[15:] == themes[:-15]


@given(count=COUNTS, ends=st.booleans())
def test_rotation_never_puts_heavy_themes_back_to_back(count: int, ends: bool) -> None:
    assert heavy_neighbours(list(rotation(count, ends=ends))) == []


@given(count=COUNTS, taken=HISTORIES, ends=st.booleans())
def test_rotation_after_any_history_keeps_heavy_themes_apart(
    count: int, taken: list[str | None], ends: bool
) -> None:
    planned = rotation(count, taken=taken, ends=ends)

    assert heavy_neighbours([*taken[-1:], *planned]) == []


@given(taken=HISTORIES)
def test_rotation_after_any_history_brings_every_theme_in_time(taken: list[str | None]) -> None:
    # What is left of one pass through the library takes at most 15 sessions, and so does the next.
    assert set(rotation(15 + 15, taken=taken, ends=False)) == set(KEYS)


@given(before=COUNTS, after=COUNTS, ends=st.booleans())
def test_rotation_planned_in_two_parts_equals_one_plan(before: int, after: int, ends: bool) -> None:
    whole = rotation(before + after, ends=ends)

    assert rotation(after, taken=whole[:before], ends=ends) == whole[before:]


@given(chosen=st.permutations(LIGHT))
def test_rotation_spaces_heavy_themes_when_only_they_are_left(chosen: list[str]) -> None:
    planned = rotation(7, taken=chosen, ends=False)

    assert [key in HEAVY for key in planned] == [True, False] * 3 + [True]
    assert planned[1] == chosen[0]


@pytest.mark.parametrize(
    "planned",
    [
        ("when-we-lose", "boundaries", "mistakes", "self-care", "moral-strain"),
        ("boundaries", "mistakes", "self-care", "moral-strain"),
    ],
)
def test_rotation_takes_a_heavy_theme_early_when_lighter_ones_are_scarce(
    planned: tuple[str, ...],
) -> None:
    taken = [key for key in KEYS if key not in planned]

    assert rotation(len(planned), taken=taken, ends=False) == planned


def test_draw_offers_one_lighter_and_then_one_deeper_prompt() -> None:
    drawn = draw_prompts(theme("burnout"))

    assert [prompt.key for prompt in drawn] == ["stopped-first", "which-tiredness"]


def test_draw_leaves_out_what_the_group_has_met() -> None:
    taken = {"stopped-first", "which-tiredness"}

    drawn = draw_prompts(theme("burnout"), taken=taken)

    assert [prompt.key for prompt in drawn] == ["ten-per-cent", "voice-of-stopping"]


def test_draw_puts_fresh_prompts_before_known_ones() -> None:
    burnout = theme("burnout")
    taken = {prompt.key for prompt in burnout.prompts} - {"called-busy"}

    drawn = draw_prompts(burnout, taken=taken)

    assert [prompt.key for prompt in drawn] == ["called-busy", "stopped-first"]


@given(key=st.sampled_from(KEYS), how_many=st.integers(min_value=-1, max_value=9), data=st.data())
def test_draw_is_ordered_and_as_long_as_asked(key: str, how_many: int, data: st.DataObject) -> None:
    subject = theme(key)
    taken = data.draw(st.sets(st.sampled_from([prompt.key for prompt in subject.prompts])))

    drawn = draw_prompts(subject, taken=taken, how_many=how_many)

    order = [(prompt.key in taken, prompt.depth is Depth.DEEPER) for prompt in drawn]
    assert order == sorted(order)
    assert len(set(drawn)) == len(drawn) == min(max(how_many, 0), len(subject.prompts))

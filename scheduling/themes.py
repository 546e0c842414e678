"""The library of themes: what it holds, which theme comes next, which prompts to show.

Pure: reads its own data file once and knows neither groups nor dates.
"""

import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

LIBRARY_PATH = Path(__file__).with_name("library") / "themes.toml"

OPENING_THEMES = ("collective-care", "feeling-like-a-fraud")
CLOSING_THEME = "endings-and-change"


class Scope(StrEnum):
    """Whose matter a theme is: one person's, a team's, an organisation's, the profession's."""

    SELF = "self"
    TEAM = "team"
    ORGANISATION = "organisation"
    PROFESSION = "profession"


class Depth(StrEnum):
    """How much a prompt asks of the person who reads it."""

    LIGHTER = "lighter"
    DEEPER = "deeper"


class UnknownTheme(LookupError):  # noqa: N818 - it names the fact, as every error here does
    """No theme of the library has this key."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question to think about before a session. It is never answered in writing."""

    key: str
    words: str
    depth: Depth


@dataclass(frozen=True, slots=True)
class Theme:
    """The subject of a session. Two heavy themes never follow each other."""

    key: str
    title: str
    intent: str
    scope: Scope
    heavy: bool
    prompts: tuple[Prompt, ...]


@cache
def library() -> tuple[Theme, ...]:
    """Return every theme, in the order in which the library presents them."""
    with LIBRARY_PATH.open("rb") as file:
        return tuple(_read_theme(table) for table in tomllib.load(file)["themes"])


def theme(key: str) -> Theme:
    """Return the theme with this key; raise `UnknownTheme` if there is none."""
    for candidate in library():
        if candidate.key == key:
            return candidate
    raise UnknownTheme(key)


def rotation(count: int, taken: Sequence[str | None] = (), ends: bool = True) -> tuple[str, ...]:
    """Return theme keys for the next `count` sessions after those of `taken`, in order.

    `taken` holds the keys of all earlier sessions; None, or a key the library does not know,
    stands for a session with a subject of its own. `ends` says that the last of the `count`
    sessions is the group's last. Equal arguments give equal answers, and planning a run in two
    parts gives the same themes as planning it at once.

    No theme returns until all have been used, then the one unused for longest comes first.
    Heavy themes never follow each other. A group opens with an opening theme. A run that ends
    closes with the theme of endings and has it nowhere else; a group that meets only once is
    opened rather than closed.
    """
    if count < 0:
        raise ValueError("The number of sessions cannot be negative.")
    closes = ends and count > 0 and len(taken) + count > 1
    pool = tuple(entry for entry in library() if not (ends and entry.key == CLOSING_THEME))
    history = list(taken)
    for _ in range(count - closes):
        history.append(_next_theme(history, pool).key)
    if closes:
        history.append(CLOSING_THEME)
    return tuple(key for key in history[len(taken) :] if key is not None)


def draw_prompts(
    theme: Theme, taken: Collection[str] = (), how_many: int = 2
) -> tuple[Prompt, ...]:
    """Return up to `how_many` prompts of the theme: fresh ones first, lighter before deeper.

    `taken` holds the keys of prompts the group has met before. The draw is mixed, so that two
    prompts are one lighter and one deeper as long as the theme has both to offer.
    """
    fresh = _mixed(prompt for prompt in theme.prompts if prompt.key not in taken)
    known = _mixed(prompt for prompt in theme.prompts if prompt.key in taken)
    drawn = (fresh + known)[: max(how_many, 0)]
    return tuple(sorted(drawn, key=lambda prompt: (prompt.key in taken, _is_deeper(prompt))))


def _next_theme(history: Sequence[str | None], pool: Sequence[Theme]) -> Theme:
    if not history:
        return next(entry for entry in pool if entry.key in OPENING_THEMES)
    last_used = {key: position for position, key in enumerate(history)}
    heavy = [entry for entry in pool if entry.heavy]
    lighter = [entry for entry in pool if not entry.heavy]
    waiting = _waiting(history, pool)
    # Between two heavy themes there is always a lighter one, even if it comes back early: two
    # heavy months in a row weigh more than a theme met twice. A heavy theme is taken before its
    # turn as soon as there are just enough lighter ones left to keep the heavy ones apart.
    if any(entry.key == history[-1] for entry in heavy):
        choice = lighter
    elif sum(entry.heavy for entry in waiting) > len(waiting) / 2:
        choice = heavy
    else:
        choice = waiting
    return min(choice, key=lambda entry: last_used.get(entry.key, -1))


def _waiting(history: Iterable[str | None], pool: Sequence[Theme]) -> list[Theme]:
    """Return the themes of the pool that this pass through the library has not used yet."""
    waiting = list(pool)
    for key in history:
        waiting = [entry for entry in waiting if entry.key != key] or list(pool)
    return waiting


def _mixed(prompts: Iterable[Prompt]) -> list[Prompt]:
    """Return the prompts as one lighter, one deeper, one lighter and so on."""
    offered = list(prompts)
    lighter = [prompt for prompt in offered if not _is_deeper(prompt)]
    deeper = [prompt for prompt in offered if _is_deeper(prompt)]
    pairs = zip_longest(lighter, deeper)
    return [prompt for prompt in chain.from_iterable(pairs) if prompt is not None]


def _is_deeper(prompt: Prompt) -> bool:
    return prompt.depth is Depth.DEEPER


def _read_theme(table: dict[str, Any]) -> Theme:
    prompts = tuple(
        Prompt(key=row["key"], words=row["words"], depth=Depth(row["depth"]))
        for row in table["prompts"]
    )
    return Theme(
        key=table["key"],
        title=table["title"],
        intent=table["intent"],
        scope=Scope(table["scope"]),
        heavy=table["heavy"],
        prompts=prompts,
    )

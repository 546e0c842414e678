"""The library of themes: what it holds, which theme comes next, which prompts to show.

Pure: reads its own data file once and knows neither groups nor dates.
"""

import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
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


class UnknownTheme(LookupError):
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
    return _rotation(count, tuple(taken), ends)


# Most groups leave the themes as they were planned, so many have the same ones behind them.
@lru_cache(maxsize=1024)
def _rotation(count: int, taken: tuple[str | None, ...], ends: bool) -> tuple[str, ...]:
    closes = ends and count > 0 and len(taken) + count > 1
    rota = _Rota(tuple(entry for entry in library() if not (ends and entry.key == CLOSING_THEME)))
    for key in taken:
        rota.add(key)
    keys = []
    for _ in range(count - closes):
        keys.append(rota.next_theme().key)
        rota.add(keys[-1])
    return (*keys, CLOSING_THEME) if closes else tuple(keys)


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


class _Rota:
    """The themes a group has had so far, and which of the others this pass has yet to bring."""

    def __init__(self, pool: Sequence[Theme]) -> None:
        self._pool = pool
        self._waiting = list(pool)
        self._last_used: dict[str | None, int] = {}
        self._held = 0
        self._last: str | None = None

    def add(self, key: str | None) -> None:
        """Note the theme of one more session."""
        self._waiting = [entry for entry in self._waiting if entry.key != key] or list(self._pool)
        self._last_used[key] = self._held
        self._held += 1
        self._last = key

    def next_theme(self) -> Theme:
        """Return the theme whose turn it is."""
        if not self._held:
            return next(entry for entry in self._pool if entry.key in OPENING_THEMES)
        return min(self._choice(), key=lambda entry: self._last_used.get(entry.key, -1))

    def _choice(self) -> list[Theme]:
        # Between two heavy themes there is always a lighter one, even if it comes back early: two
        # heavy months in a row weigh more than a theme met twice. A heavy theme is taken before
        # its turn as soon as there are just enough lighter ones left to keep the heavy ones apart.
        if any(entry.heavy and entry.key == self._last for entry in self._pool):
            return [entry for entry in self._pool if not entry.heavy]
        if sum(entry.heavy for entry in self._waiting) > len(self._waiting) / 2:
            return [entry for entry in self._pool if entry.heavy]
        return self._waiting


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

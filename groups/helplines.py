"""Where a person can turn to: the numbers shown in every footer and on the help page."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from dateutil.relativedelta import relativedelta

HELPLINES_PATH = Path(__file__).with_name("helplines.toml")

CHECK_EVERY = relativedelta(months=6)


@dataclass(frozen=True, slots=True)
class Helpline:
    """One service and how to reach it.

    `words` is what a person reads; `tel` and `text_to` are the digits of a link that starts a
    call or a text message, None where there is nothing to ring or to text. `nations` names the
    parts of the United Kingdom it serves. `verified_on` is the day somebody last checked it.
    """

    key: str
    name: str
    words: str
    hours: str
    who_for: str
    nations: tuple[str, ...]
    verified_on: date
    tel: str | None = None
    text_to: str | None = None
    email: str | None = None
    in_footer: bool = False


def read_helplines(path: Path) -> tuple[Helpline, ...]:
    """Return the helplines of a TOML file, in its order.

    Raise `tomllib.TOMLDecodeError` if it is not TOML, and `TypeError` if an entry lacks
    something or has something that a helpline does not have.
    """
    with path.open("rb") as file:
        return tuple(_read(table) for table in tomllib.load(file)["helplines"])


@cache
def helplines() -> tuple[Helpline, ...]:
    """Return every helpline that ships with this software, in the order to show them."""
    return read_helplines(HELPLINES_PATH)


def footer() -> tuple[Helpline, ...]:
    """Return the few helplines that stand at the foot of every page."""
    return tuple(line for line in helplines() if line.in_footer)


def stale(today: date, lines: Sequence[Helpline] | None = None) -> tuple[Helpline, ...]:
    """Return the helplines last checked more than six months before `today`, oldest first."""
    offered = helplines() if lines is None else lines
    overdue = [line for line in offered if line.verified_on + CHECK_EVERY < today]
    return tuple(sorted(overdue, key=lambda line: line.verified_on))


def _read(table: dict[str, Any]) -> Helpline:
    return Helpline(**{**table, "nations": tuple(table.get("nations", ()))})

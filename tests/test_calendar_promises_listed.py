"""docs/calendar.md is true: every promise is in it, and names a test and a place that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOW_MANY = {"D": 4, "F": 19, "H": 15, "I": 14, "M": 12, "R": 14, "T": 7}
NUMBERS = [f"{letter}{one}" for letter, most in HOW_MANY.items() for one in range(1, most + 1)]
ROW = re.compile(r"\| ([DFHIMRT]\d+) \| (.+) \| (.+) \| `(test_\w+)` \|")


def rows() -> dict[str, tuple[str, list[str], str]]:
    """Promise, places and test of every row of the page, by its number."""
    found = {}
    for line in (ROOT / "docs" / "calendar.md").read_text().splitlines():
        if match := ROW.fullmatch(line):
            number, promise, places, test = match.groups()
            assert number not in found
            found[number] = (promise, re.findall(r"`([^`]+)`", places), test)
    return found


@cache
def every_test() -> set[str]:
    """The name of every test there is."""
    return {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def names_in(path: Path) -> set[str]:
    """What a module defines."""
    names = set[str]()
    for node in ast.parse(path.read_text()).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.Assign(targets=targets):
                names |= {one.id for one in targets if isinstance(one, ast.Name)}
    return names


def exists(place: str) -> bool:
    """Whether a file, a module, or something that a module defines is there."""
    if "/" in place:
        return (ROOT / place).exists()
    *parts, last = place.split(".")
    if (ROOT.joinpath(*parts, f"{last}.py")).exists():
        return True
    module = ROOT.joinpath(*parts).with_suffix(".py")
    return module.exists() and last in names_in(module)


def test_every_promise_is_listed_and_nothing_else() -> None:
    assert list(rows()) == NUMBERS


def test_every_promise_says_something_of_its_own() -> None:
    promises = [promise for promise, _, _ in rows().values()]

    assert len(set(promises)) == len(promises)
    assert [promise for promise in promises if not promise.endswith(".")] == []


@pytest.mark.parametrize("number", NUMBERS)
def test_every_promise_names_a_test_that_carries_its_number_and_a_place_that_exists(
    number: str,
) -> None:
    _, places, test = rows()[number]

    assert test in every_test()
    assert f"_{number.lower()}_" in test
    assert places
    assert [place for place in places if not exists(place)] == []

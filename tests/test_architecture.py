"""What a reviewer would otherwise count: sizes, open doors, and words that pages do not use."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from core.db import Base
from core.web import is_public

ROOT = Path(__file__).parent.parent
MOST_LINES_OF_A_MODULE = 400
MOST_LINES_OF_A_FUNCTION = 40
MOST_LINES_OF_A_ROUTE = 25
MOST_LINES_OF_A_TEST = 40

#: Everything somebody can reach without being signed in. A new line here is a decision.
OPEN_DOORS = {
    "public.door",
    "public.help",
    "public.safety",
    "public.privacy",
    "public.accessibility",
    "public.confidentiality",
    "public.alive",
    "public.robots",
    "public.security",
    "sign_in.ask",
    "sign_in.code",
    "sign_in.again",
    "sign_in.forget",
    "sign_in.letter",
    "sign_in.leave",
    "sign_in.out",
    "offers.show",
    "offers.accept",
    "offers.go_on",
    "offers.take_back",
    "offers.decline",
    "offers.reconsider",
    "offers.stop",
    "answering.answer",
    "answering.show",
    "calendar.stop",
    "disowning.act",
    "disowning.show",
    "feeds.show",
    "static",
}


def modules(*folders: str) -> list[Path]:
    """Return the Python files of these folders."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a file, nested ones among them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function has from ``def`` to its end."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def is_route(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function is decorated as a page."""
    return any("route" in ast.unparse(decorator) for decorator in node.decorator_list)


@pytest.mark.parametrize("path", modules("core", "groups", "scheduling"), ids=str)
def test_a_module_stays_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES_OF_A_MODULE


def test_create_app_stays_a_page_of_wiring() -> None:
    assert len((ROOT / "app.py").read_text().splitlines()) <= 120


def test_functions_stay_short() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": length(node)
        for path in modules("core", "groups", "scheduling")
        for node in functions(path)
        if length(node) > (MOST_LINES_OF_A_ROUTE if is_route(node) else MOST_LINES_OF_A_FUNCTION)
    }

    assert long == {}


def test_tests_stay_short() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": length(node)
        for path in modules("tests")
        for node in functions(path)
        if length(node) > MOST_LINES_OF_A_TEST and "browser" not in path.parts
    }

    assert long == {}


def test_every_module_says_what_lives_in_it() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in [ROOT / "app.py", *modules("core", "groups", "scheduling", "tests")]
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]

    assert silent == []


def public_functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Yield the functions of a module and the methods of its classes that others can call."""
    tree = ast.parse(path.read_text())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    ours = [node for node in classes if "TypeDecorator" not in ast.unparse(node).split(":")[0]]
    for node in [*tree.body, *(member for found in ours for member in found.body)]:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def test_every_public_function_says_what_it_does() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in modules("core", "groups", "scheduling")
        for node in public_functions(path)
        if not ast.get_docstring(node)
    ]

    assert silent == []


def test_nothing_is_called_utils_or_helpers() -> None:
    banned = {"utils", "util", "helpers", "helper", "common", "manager", "service", "misc"}

    assert {
        path.stem for path in modules("core", "groups", "scheduling", "tests")
    } & banned == set()


def test_the_open_doors_are_the_ones_we_decided_on(app: Flask) -> None:
    found = {rule.endpoint for rule in app.url_map.iter_rules() if is_public(app, rule.endpoint)}

    assert found == OPEN_DOORS


def test_every_arrow_between_tables_is_a_foreign_key() -> None:
    diagram = (
        (ROOT / "docs" / "architecture.md").read_text().split("```mermaid\n")[1].split("```")[0]
    )
    drawn = re.findall(r"^  (\w+) -.*> (\w+)$", diagram, flags=re.MULTILINE)
    known = {
        (table.name, key.column.table.name)
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
    }

    assert len(drawn) == len(diagram.splitlines()) - 1
    assert set(drawn) - known == set()
    assert len({name for arrow in drawn for name in arrow}) >= 12

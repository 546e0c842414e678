"""One table of messages: no kind beside it, none without its templates, no page named elsewhere."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from groups import links
from groups.messages import SPECS, MessageKind
from groups.models import Cohort
from tests import build

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates" / "emails"
OURS = [path for name in ("core", "groups", "scheduling") for path in (ROOT / name).rglob("*.py")]


def for_a_kind(node: ast.AST) -> list[ast.expr]:
    """What a piece of code gives as the kind of a letter, or compares with one."""
    match node:
        case ast.Call(func=func, args=args, keywords=keywords):
            named = [one.value for one in keywords if one.arg == "kind"]
            called = ast.unparse(func)
            asked = args if called.endswith((".kind.in_", ".kind.not_in")) else []
            return named + asked + (args[:1] if called == "message" else [])
        case ast.Compare(left=ast.Attribute(attr="kind", value=owner), comparators=values):
            return values if ast.unparse(owner) in ("mail", "letter", "OutgoingMail") else []
        case ast.Match(subject=subject, cases=cases) if ast.unparse(subject).endswith("kind"):
            patterns = [one.pattern for one in cases]
            return [one.value for one in patterns if isinstance(one, ast.MatchValue)]
    return []


def strings_for_kinds(path: Path) -> Iterator[str]:
    """Every place in a module where the kind of a letter is written as a bare string."""
    for node in ast.walk(ast.parse(path.read_text())):
        for value in for_a_kind(node):
            for one in ast.walk(value):
                if isinstance(one, ast.Constant) and one.value in set(MessageKind):
                    yield f"{path}:{one.lineno} {one.value}"


def test_no_kind_is_written_as_a_bare_string() -> None:
    assert [found for path in OURS for found in strings_for_kinds(path)] == []


@pytest.mark.parametrize(
    "code",
    [
        'post(letter, kind="moved")',
        'message("dates", letter)',
        'OutgoingMail.kind.in_(["moved", "place"])',
        'mail.kind == "withdrawn"',
        'match mail.kind:\n    case "moved":\n        pass',
    ],
)
def test_a_bare_string_is_noticed(code: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(code)

    assert list(strings_for_kinds(tmp_path / "wrong.py"))


def test_every_kind_has_its_row_and_every_row_its_kind() -> None:
    assert set(SPECS) == set(MessageKind)


@pytest.mark.parametrize("kind", list(MessageKind))
def test_every_kind_has_its_three_templates(kind: MessageKind) -> None:
    for template in SPECS[kind].templates:
        for part in ("subject", "txt", "html"):
            assert (TEMPLATES / f"{template}.{part}").is_file()


def test_no_template_is_without_its_kind() -> None:
    found = {path.stem for path in TEMPLATES.glob("*.subject")}

    assert found == {template for spec in SPECS.values() for template in spec.templates}


def test_every_kind_is_used() -> None:
    code = "\n".join(path.read_text() for path in OURS if path.name != "messages.py")

    assert [kind.name for kind in MessageKind if f"MessageKind.{kind.name}" not in code] == []


def test_every_page_that_letters_name_is_there(app: Flask, cohort: Cohort) -> None:
    given = {"token": "t" * 43, "cohort": cohort, "session_id": "s"}
    pages = [
        one
        for _, one in inspect.getmembers(links, inspect.isfunction)
        if one.__module__ == links.__name__
    ]

    found = [
        one(**{name: given[name] for name in inspect.signature(one).parameters}) for one in pages
    ]

    adapter = app.url_map.bind("localhost")
    paths = [url.removeprefix(app.config.get("BASE_URL", "http://alcove.example")) for url in found]
    assert len(set(paths)) == len(pages) >= 12
    assert all(adapter.match(path, method="GET") for path in paths)


def test_pages_are_named_in_one_place() -> None:
    allowed = ("groups/links.py", "core/web.py", "scheduling/demo/world.py")
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in OURS
        if "web" not in path.parts and not str(path).endswith(allowed)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("link", "url_for")
    ]

    assert found == []


@pytest.fixture
def cohort(app: Flask) -> Cohort:
    """A group."""
    return build.a_cohort()

"""No note that is shown after an act carries what somebody has typed.

Notes travel in a cookie that is signed but can be read. So every call in the code is read here: it
may say our own sentences, and numbers, dates and hours in them. What a rule refuses can become a
note, so its sentences are held to the same.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from core.web import note

ROOT = Path(__file__).parent.parent
#: What says something in a note, and which of its arguments it says; wrappers of ``note`` too.
SAYING = {
    "DomainError": 0,
    "note": 0,
    "note_change": 0,
    "_note_invited": 0,
    "_home_after": 2,
    "_settle": 2,
    "_changed": 2,
}
#: What gathers sentences for a note: each that is appended or returned there is read.
GATHERING = {"_about_people", "_about_dates"}
#: What puts numbers, dates and hours into words, or chooses among our own sentences.
WORDING = GATHERING | {
    "ceil",
    "counted_words",
    "done_words",
    "leaves_words",
    "len",
    "naming_note",
    "problem_in",
    "saved_words",
    "say_count",
    "say_date",
    "say_time",
    "sent_words",
    "wait_words",
    # What a rule said against an act, which is read where it is raised.
    "_problem_with_coming_back",
    "_later_words",
}
#: Dates and hours that are in words already.
IN_WORDS = {"planned_words", "date_words", "times_words"}
#: It names groups, and is shown on the very page that was sent; it never becomes a note.
ON_ITS_OWN_PAGE = {"erasure.py"}


class Said:
    """One function, and whether what it says is ours alone."""

    def __init__(self, function: ast.FunctionDef) -> None:
        self.function = function
        parameters = [one.arg for one in function.args.args]
        position = SAYING.get(function.name)
        self.given = set() if position is None else {parameters[position]}

    def is_ours(self, node: ast.expr) -> bool:  # noqa: C901 - one case for each kind of expression
        """Return whether an expression can hold nothing that somebody typed."""
        match node:
            case ast.Constant():
                return True
            case ast.JoinedStr(values=parts) | ast.BoolOp(values=parts) | ast.List(elts=parts):
                return all(self.is_ours(part) for part in parts)
            case ast.FormattedValue(value=value) | ast.Starred(value=value):
                return self.is_ours(value)
            case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
                return self.is_ours(one) and self.is_ours(other)
            case ast.Tuple(elts=[first, *_]) | ast.Subscript(value=first):
                return self.is_ours(first)
            case ast.Attribute(value=ast.Name(id=name), attr="words"):
                return name in self._caught()
            case ast.Attribute(attr=attribute):
                return attribute in IN_WORDS
            case ast.Call(func=ast.Attribute(value=said, attr="capitalize")):
                return self.is_ours(said)
            case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join"), args=[said]):
                return self.is_ours(said)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                return name in WORDING
            case ast.Name(id=name):
                return name.isupper() or name in self.given or self._comes_from_ours(name)
        return False

    def _caught(self) -> set[str | None]:
        handlers = (one for one in ast.walk(self.function) if isinstance(one, ast.ExceptHandler))
        return {one.name for one in handlers if ast.unparse(one.type or one) == "DomainError"}

    def _comes_from_ours(self, name: str) -> bool:
        values = list(self._assigned(name))
        # A sentence that is added to itself was looked at where it began.
        own = [value for value in values if f"{{{name}}}" not in ast.unparse(value)]
        return bool(own) and all(self.is_ours(value) for value in own)

    def _assigned(self, name: str) -> Iterator[ast.expr]:
        for one in ast.walk(self.function):
            if not isinstance(one, ast.Assign):
                continue
            [target] = one.targets
            if isinstance(target, ast.Tuple) and isinstance(one.value, ast.Tuple):
                pairs = zip(target.elts, one.value.elts, strict=True)
                yield from (value for left, value in pairs if ast.unparse(left) == name)
            elif ast.unparse(target) == name:
                yield one.value


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Yield every function of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def sayings(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Yield what a function says in notes and refusals."""
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            position = SAYING.get(call.func.id, len(call.args))
            yield from call.args[position : position + 1]
    if function.name in GATHERING:
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Attribute(attr="append"), args=[said]):
                    yield said
                case ast.Return(value=ast.List() as said):
                    yield said


def strange(folder: Path) -> list[str]:
    """Return what is said somewhere that is not ours alone."""
    return [
        f"{path.relative_to(folder)}: {ast.unparse(said)}"
        for path in sorted(folder.rglob("*.py"))
        if str(path.relative_to(folder)) not in ON_ITS_OWN_PAGE
        for function in functions(path)
        for said in sayings(function)
        if not Said(function).is_ours(said)
    ]


def test_notes_and_refusals_say_our_own_sentences() -> None:
    found = [one for folder in ("groups", "scheduling") for one in strange(ROOT / folder)]

    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        'note(f"Made a private link for {feed.label}.")',
        'note("Withdrawn: " + offer.email)',
        "note(form.words.data)",
        "note(person.name or NOBODY)",
        'words = f"Welcome, {person.name}."; note(words)',
        'raise DomainError(f"{address} is on the list already.")',
        'note(" ".join([SAVED, form.words.data]))',
    ],
)
def test_a_note_with_something_typed_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "page.py").write_text(f"def act(feed, offer, form, person, address):\n    {line}\n")

    assert len(strange(tmp_path)) == 1


def test_what_is_gathered_for_a_note_is_read_where_it_is_gathered(tmp_path: Path) -> None:
    gathered = (
        "def _about_people(said, form):\n    said.append(form.people.data)\n    return [form]\n"
    )
    (tmp_path / "page.py").write_text(gathered)

    assert len(strange(tmp_path)) == 2


@pytest.mark.parametrize(
    ("text", "undo_url", "fields"),
    [
        ("Withdrawn: amina@people.example", None, {}),
        ("Saved.", "/calendar?label=Work%20laptop", {}),
        ("Saved.", "/undo", {"name": "Thursday evenings"}),
        ("Saved.", "/undo", {"address": "amina@people.example"}),
    ],
)
def test_an_address_and_an_undo_with_words_are_refused(
    app: Flask, text: str, undo_url: str | None, fields: dict[str, str]
) -> None:
    with app.test_request_context(), pytest.raises(ValueError, match="somebody typed"):
        note(text, undo_url=undo_url, undo_fields=fields)

"""What every template owes: words that are calm, macros that are used, nothing inline."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, RadioField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired

TEMPLATES = Path(__file__).parents[1] / "templates"
#: Those of the product, and those that only the style guide shows.
FOLDERS = (TEMPLATES, Path(__file__).parent / "style_guide" / "templates")
ENVIRONMENT = Environment(
    autoescape=True, loader=FileSystemLoader(FOLDERS), undefined=StrictUndefined
)
ENVIRONMENT.globals["csrf_token"] = lambda: "token"
ENVIRONMENT.globals["form_key"] = lambda to: f"key-for-{to}"
LONGEST = 150
NAMES = sorted(
    path.relative_to(folder).as_posix() for folder in FOLDERS for path in folder.rglob("*.html")
)
#: Mail programs know no style sheets, so the frame of an e-mail has to carry its styles inline.
PAGES = [name for name in NAMES if not name.startswith("emails/")]

BANNED = re.compile(
    r"!|(?<![-\w])(?:sorry you|don[’']t forget|failed|invalid|simply|please note)\b|\bstreak",
    re.IGNORECASE,
)
INLINE = re.compile(r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=", re.IGNORECASE)
READ_OUT = {"alt", "aria-label", "placeholder", "title"}


class Words(HTMLParser):
    """Collects what a person reads or hears: text, and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        # A style sheet is data to this parser too, but nobody reads it.
        if self.cdata_elem is None:
            self.said.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said.extend(value for name, value in attrs if name in READ_OUT and value)


def tree_of(source: str) -> nodes.Template:
    """Return the syntax tree of a template's source."""
    return ENVIRONMENT.parse(source)


def read(name: str) -> str:
    """Return the source of a template."""
    return _file_of(name).read_text(encoding="utf-8")


def _file_of(name: str) -> Path:
    """Return where a template is, or where it would be."""
    places = [folder / name for folder in FOLDERS]
    return next((place for place in places if place.exists()), places[0])


def constants(node: nodes.Node) -> Iterator[str]:
    """Yield the strings of a template's expressions, but not those it only compares with."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        if not isinstance(child, nodes.Compare):
            yield from constants(child)


def markup(tree: nodes.Template) -> str:
    """Return a template's HTML without its expressions and statements."""
    return "".join(data.data for data in tree.find_all(nodes.TemplateData))


def words(source: str) -> list[str]:
    """Return every string of a template's source that a person may come to read."""
    tree = tree_of(source)
    parser = Words()
    parser.feed(markup(tree))
    parser.close()
    return [*parser.said, *constants(tree)]


def unused_imports(source: str) -> set[str]:
    """Return the names that a template imports and never mentions again."""
    tree = tree_of(source)
    imported = {
        name[1] if isinstance(name, tuple) else name
        for statement in tree.find_all(nodes.FromImport)
        for name in statement.names
    }
    return imported - {name.name for name in tree.find_all(nodes.Name)}


def unresolved(source: str) -> set[str]:
    """Return the templates a template names that do not exist, and the macros they lack."""
    tree = tree_of(source)
    named = {
        template.value
        for kind in (nodes.FromImport, nodes.Include, nodes.Extends)
        for node in tree.find_all(kind)
        if isinstance(template := getattr(node, "template", None), nodes.Const)
    }
    missing = {name for name in named if not _file_of(name).exists()}
    for statement in tree.find_all(nodes.FromImport):
        if isinstance(statement.template, nodes.Const) and statement.template.value not in missing:
            missing |= _lacking(statement, statement.template.value)
    return missing


def _lacking(statement: nodes.FromImport, template: str) -> set[str]:
    macros = {macro.name for macro in tree_of(read(template)).find_all(nodes.Macro)}
    wanted = {name[0] if isinstance(name, tuple) else name for name in statement.names}
    return {f"{template}: {name}" for name in wanted - macros}


@pytest.mark.parametrize("name", NAMES)
def test_template_imports_only_what_it_uses(name: str) -> None:
    assert unused_imports(read(name)) == set()


@pytest.mark.parametrize("name", NAMES)
def test_template_names_only_files_and_macros_that_exist(name: str) -> None:
    assert unresolved(read(name)) == set()


@pytest.mark.parametrize("name", NAMES)
def test_template_uses_no_banned_word(name: str) -> None:
    assert [said for said in words(read(name)) if BANNED.search(said)] == []


@pytest.mark.parametrize("name", NAMES)
def test_template_is_short_enough_to_read(name: str) -> None:
    assert len(read(name).splitlines()) <= LONGEST


@pytest.mark.parametrize("name", PAGES)
def test_page_has_no_inline_style_or_script(name: str) -> None:
    assert INLINE.findall(markup(tree_of(read(name)))) == []


def test_checks_find_what_they_look_for() -> None:
    source = (
        '{% from "components/tag.html" import tag, label %}{% from "none.html" import icon as i %}'
        '{{ i("Invalid code") }}{% if state == "failed" %}'
        '<p title="Done!">Simply wait</p>{% endif %}'
    )

    assert unused_imports(source) == {"tag", "label"}
    assert unresolved(source) == {"none.html", "components/tag.html: label"}
    assert [said for said in words(source) if BANNED.search(said)] == [
        "Done!",
        "Simply wait",
        "Invalid code",
    ]


def test_script_is_short_and_keeps_nothing_global() -> None:
    script = (TEMPLATES.parent / "static" / "app.js").read_text(encoding="utf-8")

    assert len(script.splitlines()) <= LONGEST
    assert (
        re.findall(r"\bwindow\.\w+\s*=[^=]|\bglobalThis\b|\beval\b|innerHTML|\bfetch\(", script)
        == []
    )


#: Typed loosely because the stubs of WTForms do not know yet that words alone are enough.
RHYTHMS: list[Any] = ["monthly", "other"]
CLOSURES: list[Any] = ["Easter", "August"]


class SetUp(Form):
    """A form with one field of each kind that the macros treat differently."""

    name = StringField("Name", [DataRequired("Enter a name")])
    rhythm = RadioField("Rhythm", [InputRequired("Choose how often")], choices=RHYTHMS)
    leave_out = SelectMultipleField("Leave out", choices=CLOSURES)
    agreed = BooleanField("I agree", [DataRequired("Tick to agree")])


SESSION = {
    "state": "next",
    "until_words": "in 19 days",
    "date_words": "Thursday 10 December",
    "times_words": "6pm to 7:30pm, UK time",
    "starts_at_iso": "2026-12-10T18:00:00Z",
    "place_words": "Online",
    "room_url": "/room",
    "room_words": "from 5:50pm",
}


def rendered(component: str, expression: str, **values: object) -> str:
    """Return what one macro call of a component renders, with white space folded."""
    macro = expression.split("(")[0]
    source = f'{{% from "components/{component}.html" import {macro} %}}{{{{ {expression} }}}}'
    return " ".join(ENVIRONMENT.from_string(source).render(values).split())


def sent(**answers: str) -> SetUp:
    """Return the form as it comes back after these answers were sent and checked."""
    form = SetUp(MultiDict(answers))
    form.validate()
    return form


def test_field_is_described_by_its_hint_error_and_readers() -> None:
    html = rendered("field", "field(f, 'Plain', readers='Only Amara sees it')", f=sent().name)

    assert re.findall(r' id="([^"]+)"', html) == ["name-hint", "name-error", "name", "name-readers"]
    assert 'aria-describedby="name-hint name-error name-readers"' in html
    assert 'aria-invalid="true"' in html
    assert " required" not in html


def test_field_without_errors_says_nothing_about_them() -> None:
    html = rendered("field", "field(f)", f=sent(name="Thursday evenings").name)

    assert html == (
        '<div class="field"> <label for="name">Name</label> '
        '<input autocomplete="off" autocorrect="off" id="name" name="name" spellcheck="false" '
        'type="text" value="Thursday evenings" writingsuggestions="false"> </div>'
    )


def test_every_line_of_the_error_summary_leads_to_a_control() -> None:
    form = sent()
    page = rendered("errors", "errors(form, [('name', 'Also this')])", form=form)
    controls = rendered("field", "field(f)", f=form.name)
    controls += rendered("field", "choices(f)", f=form.rhythm)
    controls += rendered("field", "checkbox(f)", f=form.agreed)

    assert re.findall(r'href="#([^"]+)"', page) == ["name", "rhythm", "agreed", "name"]
    assert {"name", "rhythm", "agreed"} <= set(re.findall(r'<input[^>]* id="([^"]+)"', controls))


def test_choices_keep_what_was_chosen() -> None:
    html = rendered("field", "choices(f)", f=sent(leave_out="August").leave_out)

    assert re.findall(r'type="(\w+)"[^>]* value="(\w+)"( checked)?', html) == [
        ("checkbox", "Easter", ""),
        ("checkbox", "August", " checked"),
    ]


@pytest.mark.parametrize("state", ["next", "today", "moved"])
def test_session_to_come_offers_three_answers_of_which_one_is_given(state: str) -> None:
    session = {**SESSION, "state": state, "answer": "unsure"}
    html = rendered("session_card", "session_card(session, '/answer')", session=session)

    assert re.findall(r'value="(\w+)" aria-pressed="(\w+)"', html) == [
        ("coming", "false"),
        ("unsure", "true"),
        ("not_this_time", "false"),
    ]


@pytest.mark.parametrize("state", ["cancelled", "past"])
def test_session_that_is_over_or_off_asks_nothing(state: str) -> None:
    session = {**SESSION, "state": state}
    html = rendered("session_card", "session_card(session, '/answer')", session=session)

    assert re.findall(r"<button|/room", html) == []


def test_open_room_is_the_solid_button_today_and_a_link_before() -> None:
    before = rendered("session_card", "session_card(session)", session=SESSION)
    today = rendered("session_card", "session_card(session)", session={**SESSION, "state": "today"})

    assert '<a href="/room">Open the room</a> from 5:50pm.' in before
    assert re.findall(r"<a [^>]*>", today) == ['<a class="btn" href="/room">']


def test_prompts_are_words_and_never_a_box_to_fill_in() -> None:
    html = rendered("prompt", "prompts(['What helped?', 'Who could?'], 'Endings')")

    assert re.findall(r"<blockquote>(.*?)</blockquote>", html) == ["What helped?", "Who could?"]
    assert re.findall(r"<(?:input|textarea|form)", html) == []
    assert rendered("prompt", "prompts([])") == ""


def test_button_that_acts_is_a_form_with_the_token_and_its_fields() -> None:
    html = rendered("button", "post_button('Undo', '/undo', fields={'id': 7})")

    assert '<form class="inline" method="post" action="/undo">' in html
    assert re.findall(r'name="(\w+)" value="(\w+)"', html) == [("csrf_token", "token"), ("id", "7")]


def test_what_people_typed_is_escaped() -> None:
    assert "&lt;b&gt;" in rendered("tag", "tag(word)", word="<b>")

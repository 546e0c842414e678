"""The frame of every letter: readable everywhere, and nothing in it calls home."""

from pathlib import Path

import html5lib
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape


def page(**values: str) -> str:
    templates = FileSystemLoader(Path(__file__).parents[2] / "templates")
    environment = Environment(
        loader=templates, undefined=StrictUndefined, autoescape=select_autoescape()
    )
    source = (
        '{% extends "emails/layout.html" %}'
        '{% from "emails/macros.html" import button, date_block %}'
        "{% block preheader %}{{ when }}{% endblock %}"
        "{% block content %}{{ date_block(when, times) }}{{ button(label, url) }}{% endblock %}"
    )
    return environment.from_string(source).render(site_name="Alcove", **values)


WORDS = {
    "when": "Thursday 14 January",
    "times": "6pm to 7:30pm, UK time",
    "label": "See <your> dates",
    "url": "https://alcove.example/i/7?a=1&b=2",
    "why": "You get this because you have a place.",
    "stop_url": "https://alcove.example/stop/7",
}


def test_letter_frame_is_valid_loads_nothing_and_links_to_our_pages_only() -> None:
    parser = html5lib.HTMLParser(strict=True)

    tree = parser.parse(page(**WORDS))

    names = {
        element.tag.rpartition("}")[2] for element in tree.iter() if isinstance(element.tag, str)
    }
    links = [element.get("href") for element in tree.iter() if element.get("href")]
    assert names.isdisjoint({"img", "script", "link", "iframe", "form", "object", "svg"})
    assert not [element for element in tree.iter() if element.get("src")]
    assert links == [WORDS["url"], WORDS["url"], WORDS["stop_url"]]
    assert "url(" not in page(**WORDS)


def test_letter_frame_has_one_heading_one_column_and_the_preheader_first() -> None:
    tree = html5lib.parse(page(**WORDS), namespaceHTMLElements=False)

    body = tree.find("body")
    assert body is not None
    words = [text.strip() for text in body.itertext() if text.strip()]
    assert [heading.text for heading in tree.iter("h1")] == ["Thursday 14 January"]
    assert len(list(tree.iter("td"))) == 2
    assert words == [
        "Thursday 14 January",
        "Thursday 14 January",
        "6pm to 7:30pm, UK time",
        "See <your> dates",
        "If the button doesn’t work, go to",
        "https://alcove.example/i/7?a=1&b=2",
        "You get this because you have a place.",
        "Stop these e-mails",
        ".",
    ]

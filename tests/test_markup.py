"""A page is held to be valid only if it would be, whatever was found valid before it."""

import html5lib
import pytest
from html5lib.html5parser import ParseError

from tests.markup import check_markup, skeleton, words_of

PAGE = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Dates – Alcove</title></head>
<body><header>Alcove</header>
<main><h1>Your dates</h1>
<p class="lead" id="a1">Thursday 10 December, 6pm &amp; later, &#8217;tis all.</p>
<table><tr><td>Amina &lt;3</td></tr></table>
<form action="/answers?a=1&amp;b=2"><input type="text" name="words" value="x > y"></form>
</main><footer>Leave</footer></body></html>"""
#: What breaks the page, as what stands there and what is put in its place.
FAULTS = {
    "an end tag that closes nothing": ("</p>", "</p></b>"),
    "an element that stays open": ("</h1>", "</h1><b>"),
    "an attribute twice": ('class="lead"', 'class="lead" class="lead"'),
    "an attribute without a space before it": ('class="lead" id', 'class="lead"id'),
    "a reference without its end": ("&amp; later", "&amp later"),
    "a reference nobody knows": ("&amp; later", "&zzzz; later"),
    "a reference to no character": ("&#8217;", "&#0;"),
    "a reference to a control character": ("&#8217;", "&#129;"),
    "an element where only rows may be": ("<table>", "<table><p>words</p>"),
    "no doctype": ("<!doctype html>", ""),
    "another doctype": ("<!doctype html>", '<!doctype html public "x" "y">'),
    "a paragraph around a list": ("<p class", "<p><ul></ul></p><p class"),
    "a heading within a heading": ("Your dates", "Your <h2>dates</h2>"),
    "a button within a button": ("<h1>", "<button>One <button>two</button></button><h1>"),
    "quotation marks that do not close": ('name="words"', 'name="words'),
    "a slash where none may be": ("<h1>", "<h1/>"),
    "a character that may not be": ("Thursday", "Thurs\x01day"),
    "an attribute that is not quoted": ('value="x > y"', "value=x=y"),
    "an end tag with attributes": ("</h1>", '</h1 class="lead">'),
}


def is_valid(html: str) -> bool:
    """Return what the parser says by itself."""
    try:
        html5lib.HTMLParser(strict=True).parse(html)
    except ParseError:
        return False
    return True


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_after_the_page_was_found_valid(fault: str) -> None:
    here, there = FAULTS[fault]
    broken = PAGE.replace(here, there)
    check_markup(PAGE)

    assert (broken != PAGE, is_valid(broken)) == (True, False)
    for _ in range(2):
        with pytest.raises(ParseError):
            check_markup(broken)


def test_pages_that_differ_in_words_alone_are_one() -> None:
    other = PAGE.replace("Thursday 10 December, 6pm", "Monday").replace('id="a1"', 'id="Zq-9_x"')

    assert (other != PAGE, skeleton(other)) == (True, skeleton(PAGE))
    assert "&amp;" in skeleton(PAGE)
    assert "December" not in skeleton(PAGE)


def test_words_are_those_of_the_main_part() -> None:
    assert words_of(PAGE) == ("Your dates Thursday 10 December, 6pm & later, ’tis all. Amina <3")
    assert words_of("<!doctype html><title>Gone</title><p>Not <b>here</b></p>") == "Gone Not here"

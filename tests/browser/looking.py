"""Looking a page over: the rules of axe, sideways scrolling, sizes of what is tapped, calm."""

from typing import Any, Final, Literal

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

from tests.browser import gallery

AXE: Final = AXE_FILE_PATH.read_text(encoding="utf-8")
#: WCAG 2.2 A and AA, and what its makers call good practice.
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: The theme changes colours and nothing else, so in the dark one the rules of colour are enough.
RULES_OF_COLOUR: Final = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RUN_AXE: Final = """rules => axe.run({
  runOnly: rules,
  resultTypes: ["violations"],
}).then(results => results.violations.map(
  rule => `${rule.id}: ${rule.nodes.map(node => `${node.target} ${node.any.concat(node.all)
    .map(check => check.message)}`).join(" | ")}`))"""
WIDTHS: Final = (1280, 390)
THEMES: Final[tuple[tuple[Literal["light", "dark"], object], ...]] = (
    ("light", RULES),
    ("dark", RULES_OF_COLOUR),
)
NARROWEST: Final = 320
#: What spills over the right edge; an element that scrolls within itself does not.
SPILLS: Final = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")]
    .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
    .map(element => element.outerHTML.slice(0, 120)).slice(0, 5).concat("sideways")"""
#: Buttons, answers, navigation, what stands beside buttons, Hide and Leave that are lower than 44
#: pixels.
TOO_SMALL: Final = """() => [
  ...document.querySelectorAll(
    ".btn, .answer button, .choice, .nav a, .safe button, .row > a, .row .link, .note .link, "
      + ".pages a")]
  .filter(element => element.checkVisibility() && element.getBoundingClientRect().height < 44)
  .map(element => element.outerHTML.slice(0, 120))"""
SOLID: Final = """() => [...document.querySelectorAll("main .btn:not(.second)")]
  .filter(element => element.checkVisibility()).map(element => element.textContent.trim())"""
#: Twice the size of text, as somebody sets it who sees little.
ENLARGE: Final = """() => { document.documentElement.style.fontSize = "200%"; }"""


def look_over(
    page: Page, path: str, *, solid: int = 1, widths: tuple[int, ...] = WIDTHS
) -> list[str]:
    """Open a page and return what is wrong with it, in words, each with the path.

    It is loaded once; width and theme change while it is open. ``solid`` is how many solid
    buttons it may have; ``widths`` can be fewer for a page of one column, which they do not change.
    """
    page.goto(path)
    return look_at(page, path, solid=solid, widths=widths)


def look_at(
    page: Page, name: str, *, solid: int = 1, widths: tuple[int, ...] = WIDTHS
) -> list[str]:
    """Return what is wrong with the page that is open, in words, each with this name."""
    gallery.show(page, name)
    page.evaluate(AXE)
    wrong = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        for theme, rules in THEMES:
            page.emulate_media(color_scheme=theme)
            wrong += [f"{width} {theme} {words}" for words in page.evaluate(RUN_AXE, rules)]
    wrong += [f"lower than 44 pixels: {words}" for words in page.evaluate(TOO_SMALL)]
    buttons = page.evaluate(SOLID)
    if len(buttons) > solid:
        wrong.append(f"more than one solid button: {buttons}")
    return [f"{name}: {words}" for words in [*wrong, *_spills(page)]]


def _spills(page: Page) -> list[str]:
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    narrow: list[Any] = page.evaluate(SPILLS)
    page.set_viewport_size({"width": 2 * NARROWEST, "height": 900})
    page.evaluate(ENLARGE)
    enlarged: list[Any] = page.evaluate(SPILLS)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    return [f"320 pixels wide: {words}" for words in narrow] + [
        f"text twice as large: {words}" for words in enlarged
    ]

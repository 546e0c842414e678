"""The colours of the stylesheet can be read, in both themes: WCAG 2.2, 1.4.3 and 1.4.11."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STYLESHEET = (ROOT / "static" / "app.css").read_text(encoding="utf-8")
FOLDERS = (ROOT / "templates", ROOT / "tests" / "style_guide" / "templates")
TEMPLATES = [
    path for folder in FOLDERS for path in folder.rglob("*.html") if path.parent.name != "emails"
]
THEMES = ("light", "dark")
TOKEN = re.compile(r"--([a-z0-9-]+): var\(--light, (#[0-9a-f]{6})\) var\(--dark, (#[0-9a-f]{6})\);")
COLOURS = {
    name: dict(zip(THEMES, values, strict=True)) for name, *values in TOKEN.findall(STYLESHEET)
}
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

#: (what is read, what it stands on): every pair that a rule of the stylesheet makes.
TEXT_PAIRS = [
    *[("ink", ground) for ground in ("ground", "surface", "inset", "pine-soft", "amber-soft")],
    *[("ink-2", ground) for ground in ("ground", "surface", "inset")],
    *[("pine", ground) for ground in ("ground", "surface", "inset", "pine-soft", "amber-soft")],
    *[("brick", ground) for ground in ("ground", "surface", "brick-soft")],
    *[("amber", ground) for ground in ("surface", "amber-soft")],
    *[(ink, "heather-soft") for ink in ("heather", "heather-ink")],
    ("on-pine", "pine"),
    ("on-pine", "pine-deep"),
    ("ink-2", "heat-0"),
    ("ink", "heat-1"),
    ("ink", "heat-2"),
    ("on-heat-3", "heat-3"),
    ("on-heat-4", "heat-4"),
    ("on-heat-5", "heat-5"),
]
EDGE_PAIRS = [
    *[("edge", ground) for ground in ("ground", "surface", "inset")],
    *[("pine", ground) for ground in ("ground", "surface", "pine-soft")],
    *[("brick", ground) for ground in ("ground", "surface")],
    *[
        ("focus", ground)
        for ground in ("ground", "surface", "inset", "pine-soft", "amber-soft", "heather-soft")
    ],
    ("pine", "inset"),
]


def luminance(colour: str) -> float:
    """Return the relative luminance of "#rrggbb" as WCAG 2.2 defines it."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def too_faint(pairs: list[tuple[str, str]], theme: str, least: float) -> list[str]:
    """Return the pairs whose contrast in this theme is below the least, with the figure."""
    ratios = {
        f"{front} on {back}": contrast(COLOURS[front][theme], COLOURS[back][theme])
        for front, back in pairs
    }
    return [f"{pair}: {ratio:.2f}" for pair, ratio in ratios.items() if ratio < least]


def test_contrast_of_known_colours_is_what_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", THEMES)
def test_text_has_at_least_four_and_a_half_to_one(theme: str) -> None:
    assert too_faint(TEXT_PAIRS, theme, 4.5) == []


@pytest.mark.parametrize("theme", THEMES)
def test_edges_and_focus_have_at_least_three_to_one(theme: str) -> None:
    assert too_faint(EDGE_PAIRS, theme, 3.0) == []


def test_every_colour_that_words_are_written_in_is_checked() -> None:
    written_in = set(re.findall(r"[ {]color: var\(--([a-z0-9-]+)\)", STYLESHEET))

    assert written_in - {front for front, _ in TEXT_PAIRS} == set()


def test_every_colour_that_is_painted_behind_words_is_checked() -> None:
    painted = set(re.findall(r"background: var\(--([a-z0-9-]+)\)", STYLESHEET))

    assert painted - {back for _, back in TEXT_PAIRS} == set()


def test_every_token_that_is_used_is_defined_and_the_other_way_round() -> None:
    rules = COMMENT.sub("", STYLESHEET)
    used = set(re.findall(r"var\(--([a-z0-9-]+)", rules))
    defined = set(re.findall(r"--([a-z0-9-]+):", rules))

    assert used == defined


def test_stylesheet_loads_nothing() -> None:
    assert re.findall(r"url\(|@import|@font-face", STYLESHEET) == []


def test_every_class_of_the_templates_has_a_rule() -> None:
    ruled = set(re.findall(r"\.([a-z][a-z0-9-]*)", COMMENT.sub("", STYLESHEET)))
    markup = "".join(
        re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for path in TEMPLATES
    )
    used = {name for names in re.findall(r'\sclass="([^"]*)"', markup) for name in names.split()}

    assert used - ruled == set()

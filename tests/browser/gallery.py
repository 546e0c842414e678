"""Pictures of every page that is looked over, in one folder to leaf through: ``make look``.

They are for people to look at, and no test compares them.
"""

import os
import re
import shutil
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Page

from tests.browser.demo_server import ROOT

FOLDER: Final = ROOT / "build" / "gallery"
WIDTHS: Final = (1280, 390)
THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
#: Which test is running, as pytest says: ``path::test_name[case] (call)``.
TEST: Final = re.compile(r"::test_(?P<name>\w+)(\[(?P<case>[^\]]*)\])?")
HEAD: Final = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Every page</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 2rem; }
.row { display: flex; gap: 1rem; align-items: flex-start; overflow-x: auto; }
img { border: 1px solid GrayText; height: 28rem; width: auto; max-width: none; object-fit: cover;
  object-position: top; }
</style></head><body><h1>Every page</h1>
"""


@dataclass
class Gallery:
    """A folder of pictures, and which page each shows."""

    folder: Path
    pages: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def take(self, page: Page, looked_at_by: str, name: str) -> None:
        """Take the page that is open, at both widths in both themes."""
        shown = self.pages.setdefault(looked_at_by, {})
        number = 1 + sum(len(pages) for pages in self.pages.values())
        # One page can be looked at twice, before something was done there and after.
        title = name if name not in shown else f"{name} (looked at again, {number})"
        files = []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                file = f"{number:03}-{width}-{theme}.png"
                page.screenshot(path=self.folder / file, full_page=True)
                files.append(file)
        shown[title] = files

    def index(self) -> str:
        """Return the page that shows them all."""
        parts = [HEAD]
        for looked_at_by, pages in self.pages.items():
            parts.append(f"<h2>{escape(looked_at_by)}</h2>\n")
            for title, files in pages.items():
                parts.append(f'<h3>{escape(title)}</h3>\n<div class="row">\n')
                parts += [_picture(file) for file in files]
                parts.append("</div>\n")
        return "".join([*parts, "</body></html>\n"])


def _picture(file: str) -> str:
    alternative = file.removesuffix(".png").partition("-")[2].replace("-", " pixels wide, ")
    return f'<a href="{file}"><img src="{file}" alt="{alternative}" loading="lazy"></a>\n'


_open: list[Gallery] = []


def begin(folder: Path = FOLDER) -> Gallery:
    """Take pictures from now on, into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = Gallery(folder)
    _open.append(made)
    return made


def end() -> None:
    """Take no more, and write the page that shows them."""
    made = _open.pop()
    (made.folder / "index.html").write_text(made.index(), encoding="utf-8")


def show(page: Page, name: str) -> None:
    """Take the page that is open, if pictures are being taken; ``name`` is its path or what has
    happened to it.
    """
    if _open:
        _open[-1].take(page, _running_test(), name)


def _running_test() -> str:
    found = TEST.search(os.environ.get("PYTEST_CURRENT_TEST", ""))
    if found is None:
        return "Pages"
    words = found["name"].replace("_", " ").capitalize()
    return f"{words}: {found['case']}" if found["case"] else words

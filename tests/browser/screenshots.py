"""Takes the pictures of the README: ``python -m tests.browser.screenshots``.

Each is taken from the demo with fresh data, so that they show what somebody sees who tries it.
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser import chromium
from tests.browser.demo_server import ROOT, Demo, load, serving
from tests.browser.watching import visitor

PICTURES = ROOT / "docs" / "pictures"


@dataclass(frozen=True)
class Picture:
    """One picture: its file, who is looking, and the page or the link that leads to it.

    ``height`` cuts a long page; without it the whole page is shown.
    """

    file: str
    name: str
    path: str | None = None
    link: str | None = None
    width: int = 1280
    dark: bool = False
    height: int | None = None


THE_PICTURES = (
    Picture("home-1280.png", "Amina"),
    Picture("home-390-dark.png", "Amina", width=390, dark=True, height=1500),
    Picture("check-1280.png", "Amara", link="Wednesday early"),
    Picture("mail-1280.png", "Amara", path="/demo/mail", height=900),
)


def main() -> None:
    """Serve the demo, take every picture and say where they are."""
    executable = chromium.path()
    if executable is None:
        sys.exit(chromium.NONE_HERE)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder)
        load(instance)
        with serving(instance) as demo, chromium.launched(executable) as browser:
            for picture in THE_PICTURES:
                take(browser, demo, picture)
                print(PICTURES / picture.file)  # noqa: T201 - a command says what it made


def take(browser: Browser, demo: Demo, picture: Picture) -> None:
    """Take one picture."""
    looking = visitor(browser, demo.base_url, dark=picture.dark, width=picture.width)
    page = looking.page
    page.goto(demo.way_in(picture.name))
    _go_on(page, picture)
    if picture.height is not None:
        page.set_viewport_size({"width": picture.width, "height": picture.height})
    page.screenshot(path=PICTURES / picture.file, full_page=picture.height is None)
    looking.context.close()


def _go_on(page: Page, picture: Picture) -> None:
    if picture.path is not None:
        page.goto(picture.path)
    if picture.link is not None:
        page.get_by_role("link", name=picture.link).first.click()
        page.wait_for_load_state()


if __name__ == "__main__":
    main()

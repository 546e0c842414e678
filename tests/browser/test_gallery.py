"""The gallery that ``make look`` leaves behind."""

import re
from pathlib import Path

import pytest

from tests.browser import gallery
from tests.browser.conftest import Arrive
from tests.browser.looking import look_over

pytestmark = pytest.mark.browser


def test_a_page_that_is_looked_over_is_shown_four_times(arrive: Arrive, tmp_path: Path) -> None:
    page = arrive().page
    made = gallery.begin(tmp_path / "gallery")

    assert look_over(page, "/nothing-here") == []
    gallery.end()

    [(looked_at_by, pages)] = made.pages.items()
    assert looked_at_by == "A page that is looked over is shown four times"
    assert pages == {
        "/nothing-here": [
            "001-1280-light.png",
            "001-1280-dark.png",
            "001-390-light.png",
            "001-390-dark.png",
        ]
    }
    pictures = [(made.folder / file).read_bytes() for file in pages["/nothing-here"]]
    assert len(set(pictures)) == 4
    # Where a PNG says how wide it is.
    assert [int.from_bytes(picture[16:20]) for picture in pictures] == [1280, 1280, 390, 390]
    index = (made.folder / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'src="([^"]+)"', index) == pages["/nothing-here"]

"""Somebody walks through pages, and their taps and what they type are counted."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page


@dataclass
class Walk:
    """A walk over the pages of a browser window. Only what a person would do is counted."""

    page: Page
    taps: int = 0
    typed: int = 0
    screens: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Follow a link from outside, as from an e-mail: one tap."""
        self.taps += 1
        self.page.goto(address)
        self._arrive()

    def tap(self, label: str) -> None:
        """Tap the button of this name in the main part, or the link if there is no such button."""
        self.taps += 1
        main = self.page.locator("main")
        button = main.get_by_role("button", name=label)
        target = button if button.count() else main.get_by_role("link", name=label)
        with self.page.expect_navigation():
            target.first.click()
        self._arrive()

    def choose(self, label: str) -> None:
        """Tap an answer to pick, by the beginning of its words."""
        self.taps += 1
        self.page.locator("main").get_by_label(label).first.check()

    def type(self, label: str, words: str) -> None:
        """Fill in one field."""
        self.typed += 1
        self.page.get_by_label(label, exact=True).fill(words)

    def start_counting(self) -> None:
        """Forget what was counted so far; the page that is open is the first screen."""
        self.taps = self.typed = 0
        self.screens = []
        self._arrive()

    @property
    def path(self) -> str:
        """The path of the page that is open."""
        return urlsplit(self.page.url).path

    @property
    def heading(self) -> str:
        """The main heading of the page."""
        return self.page.get_by_role("heading", level=1).inner_text()

    @property
    def words(self) -> str:
        """Everything that can be read in the main part of the page, white space folded."""
        return " ".join(self.page.locator("main").inner_text().split())

    def note(self) -> str:
        """Return the words of the note at the top of the page."""
        return " ".join(self.page.locator("main .notes .note").first.inner_text().split())

    def _arrive(self) -> None:
        if self.path not in self.screens:
            self.screens.append(self.path)

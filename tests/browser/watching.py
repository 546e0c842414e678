"""A page that is watched: whatever its console says and wherever it asks is kept."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route

#: Where Leave goes. Nothing is fetched from there: a blank page answers in its stead.
ELSEWHERE = "https://www.bbc.co.uk/weather"
#: Chromium calls every answer that is not a success an error, also a form that came back.
ANSWERS = "Failed to load resource: the server responded with a status of 4"


@dataclass
class Watch:
    """What was seen of the pages of one visitor."""

    base_url: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def console(self, message: ConsoleMessage) -> None:
        """Keep an error or a warning, a broken content security policy among them."""
        if message.type in {"error", "warning"} and not message.text.startswith(ANSWERS):
            self.complaints.append(message.text)

    def request(self, request: Request) -> None:
        """Keep a request to anybody but us; a visit elsewhere by Leave is meant to be one."""
        parts = urlsplit(request.url)
        ours = f"{parts.scheme}://{parts.netloc}" == self.base_url
        if not ours and parts.scheme != "data" and request.url != ELSEWHERE:
            self.strangers.append(request.url)

    def calm(self) -> None:
        """Raise if anything was seen that should not be."""
        assert self.complaints == []
        assert self.strangers == []


@dataclass(frozen=True)
class Visitor:
    """Somebody at a browser of their own, and what was seen of it."""

    context: BrowserContext
    page: Page
    watch: Watch


def visitor(
    browser: Browser,
    base_url: str,
    *,
    javascript: bool = True,
    dark: bool = False,
    width: int = 1280,
    user_agent: str | None = None,
    zone: str = "Europe/London",
) -> Visitor:
    """Open a fresh browser window for somebody; nobody is signed in.

    ``user_agent`` is what the browser says of itself, where that is not what it is.
    """
    context = browser.new_context(
        base_url=base_url,
        java_script_enabled=javascript,
        color_scheme="dark" if dark else "light",
        # Colours that are still changing have no contrast that could be measured.
        reduced_motion="reduce",
        viewport={"width": width, "height": 900},
        locale="en-GB",
        timezone_id=zone,
        user_agent=user_agent,
    )
    context.set_default_timeout(30_000)
    watch = Watch(base_url)
    context.on("console", watch.console)
    context.on("weberror", lambda error: watch.complaints.append(str(error.error)))
    context.on("request", watch.request)
    context.route(f"{ELSEWHERE}*", _blank)
    return Visitor(context, context.new_page(), watch)


def _blank(route: Route) -> None:
    route.fulfill(body="<!doctype html><title>Weather</title>", content_type="text/html")

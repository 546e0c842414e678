"""What a browser calls itself, reduced to two families. Pure; no version and no model is kept."""

from collections.abc import Sequence
from typing import Final

# The order matters: most browsers also claim to be those further down.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device_words(user_agent: str) -> str:
    """Return the families of browser and system, such as "Firefox on Windows"."""
    browser = _first(user_agent, _BROWSERS) or "A browser"
    system = _first(user_agent, _SYSTEMS)
    return f"{browser} on {system}" if system else browser


def _first(text: str, families: Sequence[tuple[str, str]]) -> str | None:
    return next((name for mark, name in families if mark in text), None)

"""What stands in the navigation and the footer of every page."""

from dataclasses import dataclass
from typing import Any

from flask import g, url_for

from groups.cohorts import menu_of
from groups.helplines import footer


@dataclass(frozen=True)
class Item:
    """One link of the navigation; ``key`` is what a page sets as ``here``."""

    key: str
    label: str
    url: str


def navigation_context() -> dict[str, Any]:
    """Return the navigation of whoever is asking, and the helplines."""
    viewer = g.get("viewer")
    return {"navigation": _items(viewer) if viewer else [], "helplines": footer()}


def _items(viewer: Any) -> list[Item]:
    person = viewer.person
    facilitates, groups = menu_of(person)
    sets_up = facilitates or person.opens_groups
    items = []
    if sets_up:
        items.append(Item("groups", "Groups", url_for("groups.show")))
    if len(groups) == 1 and not facilitates:
        items.append(Item("home", "My group", url_for("home.show", cohort_id=groups[0])))
    if groups:
        items.append(Item("dates", "Dates", url_for("home.dates")))
        items.append(Item("calendar", "Calendar", url_for("calendar.show")))
    if sets_up:
        items.append(Item("prompts", "Prompts", url_for("prompts.library")))
    if person.operates:
        items.append(Item("operating", "Running", url_for("operating.show")))
    items.append(Item("account", "Account", url_for("account.show")))
    return items

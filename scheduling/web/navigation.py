"""What stands in the navigation and the footer of every page."""

from dataclasses import dataclass
from typing import Any

from flask import g, url_for

from core.lookup import ids_in, is_any
from groups.access import cohorts_facilitated_by, cohorts_seen_by
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
    runs = is_any(cohorts_facilitated_by(person))
    items = []
    if runs or person.opens_groups:
        items.append(Item("groups", "Groups", url_for("groups.show")))
    items += _member_items(person, runs)
    if runs or person.opens_groups:
        items.append(Item("prompts", "Prompts", url_for("prompts.library")))
    if person.operates:
        items.append(Item("operating", "Running", url_for("operating.show")))
    items.append(Item("account", "Account", url_for("account.show")))
    return items


def _member_items(person: Any, runs: bool) -> list[Item]:
    groups = ids_in(cohorts_seen_by(person), most=2)
    items = []
    if len(groups) == 1 and not runs:
        items.append(Item("home", "My group", url_for("home.show", cohort_id=groups[0])))
    if groups:
        items.append(Item("dates", "Dates", url_for("home.dates")))
        items.append(Item("calendar", "Calendar", url_for("calendar.show")))
    return items

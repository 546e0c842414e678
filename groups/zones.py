"""Time zones: how they are called, and in which order people are offered them. Pure."""

from collections import defaultdict
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

#: Those that most people here look for.
LIKELY: Final = ("Europe/London", "Europe/Dublin", "Europe/Brussels", "America/New_York", "UTC")
#: The parts of the world that the database sorts places by; its other names are old or technical.
REGIONS: Final = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia"),
    *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
)
#: Zones that go by their country, because all of it keeps the same time.
_BY_COUNTRY: Final = {
    "Europe/London": "UK time",
    "Europe/Belfast": "UK time",
    "Europe/Dublin": "Irish time",
}


def say_zone(zone_name: str) -> str:
    """Say an IANA time zone: "UK time", "Irish time", "New York time", "UTC"."""
    place = zone_name.rpartition("/")[2].replace("_", " ")
    return _BY_COUNTRY.get(zone_name) or (place if place == "UTC" else f"{place} time")


@lru_cache(maxsize=1)
def zone_groups() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return zones with their words under the part of the world they are in, likely ones first."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    groups["Often used"] = [(name, say_zone(name)) for name in LIKELY]
    for name in sorted(available_timezones()):
        region, _, place = name.partition("/")
        if region in REGIONS and place and name not in LIKELY:
            groups[region].append((name, place.replace("_", " ").replace("/", ", ")))
    return {region: tuple(zones) for region, zones in groups.items()}


def is_zone(name: str | None) -> bool:
    """Return whether this is a zone that can be picked."""
    return name in _names()


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(name for zones in zone_groups().values() for name, _ in zones)

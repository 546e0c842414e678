"""How each calendar program is given a private link, and which program fits the machine. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote

# Google's form has no description; for some accounts it does nothing, so its settings page stands
# beside it. Outlook's page wants the https address and a name.
_GOOGLE: Final = "https://calendar.google.com/calendar/r?cid={webcal}"
_OUTLOOK: Final = "https://outlook.{where}.com/calendar/0/addfromweb?url={https}&name=Calendar"
GOOGLE_BY_URL: Final = "https://calendar.google.com/calendar/r/settings/addbyurl"


class Machine(StrEnum):
    """Whose calendar is likely to be on the machine that asks."""

    APPLE = "apple"
    ANDROID = "google"
    WINDOWS = "outlook"
    OTHER = "other"


#: Tells machines apart, the first that fits: phones name the system they descend from as well.
_SIGNS: Final = (
    (("iphone", "ipad", "ipod"), Machine.APPLE),
    (("android", "cros", "chrome os", "chromium os"), Machine.ANDROID),
    (("windows",), Machine.WINDOWS),
    (("macintosh", "mac os", "macos"), Machine.APPLE),
)


@dataclass(frozen=True)
class Way:
    """One link that adds the calendar to one program: in full, and in a word."""

    key: str
    url: str
    words: str
    short: str


@dataclass(frozen=True)
class Program:
    """What one program does with a private link, in a line."""

    name: str
    words: str


HOW_SOON: Final = (
    Program("Apple", "about once an hour"),
    Program("Outlook", "every few hours, at most after a day"),
    Program("Google", "a few times a day, sometimes only after a day"),
)

OTHERS: Final = (
    Program(
        "Thunderbird",
        "New Calendar, On the Network, paste the private link. It needs no user name.",
    ),
    Program(
        "Proton Calendar",
        "in a browser: Settings, Calendars, Add calendar from URL. It looks every 4 to 16 hours.",
    ),
    Program(
        "Nextcloud",
        "New calendar, New subscription from link (read-only). It looks about every four hours.",
    ),
    Program("Android, without Google", "the app ICSx5 takes the private link."),
    Program("KDE and GNOME", "the link for Apple Calendar opens in them as well."),
)


def machine_of(user_agent: str, platform: str = "") -> Machine:
    """Tell what sort of machine asks, by its User-Agent and Sec-CH-UA-Platform.

    The second is the plainer of the two where a browser sends it.
    """
    for text in (platform.lower(), user_agent.lower()):
        for signs, machine in _SIGNS:
            if any(sign in text for sign in signs):
                return machine
    return Machine.OTHER


def webcal_of(url: str) -> str:
    """Return a feed's address in the scheme that makes programs subscribe instead of import."""
    return f"webcal:{url.partition(':')[2]}"


def ways(url: str, machine: Machine, *, reachable: bool) -> tuple[Way, ...]:
    """Return the links that add the feed at ``url``, the one that fits the machine first.

    Google and Outlook on the web fetch from their own servers, so they are left out where those
    cannot come; programs on the machine itself need nobody else. On a machine nobody recognises
    none comes first by right, and the private link itself is the safest.
    """
    webcal = webcal_of(url)
    apple = Way("apple", webcal, "Add to Apple Calendar", "Apple Calendar")
    if not reachable:
        here = Way("here", webcal, "Add to a calendar app here", "a calendar app here")
        return (apple if machine is Machine.APPLE else here,)
    https = quote(url, safe="")
    found = (
        apple,
        Way(
            "google",
            _GOOGLE.format(webcal=quote(webcal, safe="")),
            "Add to Google Calendar",
            "Google",
        ),
        Way("outlook", _OUTLOOK.format(where="live", https=https), "Add to Outlook", "Outlook"),
        Way(
            "outlook-work",
            _OUTLOOK.format(where="office", https=https),
            "Add to Outlook at work",
            "Outlook at work",
        ),
    )
    return tuple(sorted(found, key=lambda way: way.key != machine))

"""The first answer of a feed, as HTTP: address, redirects, headers (rules H1 to H5, H10, H12).

Pure. Values of headers are not repeated: proxies put addresses into them.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import log2
from typing import Final

from scheduling.feed_check.report import Finding
from scheduling.feed_check.requests import Address, Answer

FRESH_FOR: Final = 3600
SECRET_BITS: Final = 128
_A_LITTLE: Final = timedelta(minutes=5)
_STRONG: Final = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')
_WALLS: Final = {
    401: ("H1", "It asks for a password.", "Google, Outlook and Apple show nothing."),
    403: ("H13", "It keeps programs out (403).", "Calendars stay empty or as they were."),
    406: ("H9", "It goes by Accept (406).", "Google, which sends none, reads nothing."),
    429: ("H14", "It says that it is asked too often (429).", "Programs stop asking."),
}
_UNREAD: Final = "Google, Outlook and others read nothing."


def address_findings(asked: Address) -> Iterator[Finding]:
    """Say what is wrong with the address itself (H1, H2, H15)."""
    if not asked.secure and not asked.is_here:
        effect = "Everybody on the way can read the calendar and keep its address."
        yield Finding("H15", "It is fetched without encryption (http).", effect)
    if asked.query:
        effect = "Logs keep it, and some programs drop it."
        yield Finding("H1", "The address has a part after a question mark.", effect)
    last = asked.path.rsplit("/", 1)[-1]
    if not last.endswith(".ics"):
        found = "The address does not end in .ics."
        yield Finding("H1", found, "Proton does not take it for a calendar.")
    if _bits(asked.secret) < SECRET_BITS:
        found = f"The address holds no secret of {SECRET_BITS} bits."
        yield Finding("H1", found, "Somebody could guess it.")
    elif asked.secret == last:
        found = "The secret is the last part of the address."
        yield Finding("H1", found, "Thunderbird shows it as the calendar’s name.")


def _bits(secret: str) -> float:
    stem = secret.removesuffix(".ics")
    letters = 16 if re.fullmatch(r"[0-9a-fA-F-]*", stem) else 64
    return log2(letters) * len(stem.replace("-", "") if letters == 16 else stem)


def redirect_findings(redirects: list[Answer], first: Answer) -> Iterator[Finding]:
    """Say what is wrong with the way to the calendar (H1, H8, H15)."""
    for number, hop in enumerate(redirects, start=1):
        to = [*redirects, first][number].address
        if (to.host, to.port, to.path) == (hop.address.host, hop.address.port, hop.address.path):
            continue
        if _is_to_encryption(hop.address, to):
            if hop.status not in (301, 308):
                found = f"http leads to https by {hop.status} instead of 308."
                yield Finding("H15", found, "Programs ask without encryption each time.")
            continue
        elsewhere = to.host != hop.address.host
        where = f"another host, {to.origin}" if elsewhere else "another place on the same host"
        found = f"It redirects ({hop.status}) to {where}."
        effect = "Some programs do not follow; whoever is there learns the address."
        yield Finding("H1", found, effect if elsewhere else "Some programs do not follow.")


def _is_to_encryption(before: Address, after: Address) -> bool:
    same = (before.host, before.path) == (after.host, after.path)
    return same and after.secure and not before.secure


def wall_findings(first: Answer) -> Iterator[Finding]:
    """Say what stands in the way of the calendar, for an answer that is no 200."""
    if first.status in _WALLS:
        yield Finding(*_WALLS[first.status])
    elif first.status != 200:
        yield Finding("H1", f"The answer is {first.status} instead of 200.", _UNREAD)


def kind_findings(first: Answer) -> Iterator[Finding]:
    """Say what is wrong with what the answer calls itself (H3)."""
    kind, *parameters = [part.strip() for part in first.header("Content-Type").lower().split(";")]
    if kind != "text/calendar":
        found = "Content-Type is not text/calendar."
        yield Finding("H3", found, "Outlook refuses it, browsers show it as text.")
        return
    if parameters != ["charset=utf-8"] and parameters != ['charset="utf-8"']:
        method = any(part.startswith("method") for part in parameters)
        found = "Content-Type has a method." if method else "Content-Type lacks charset=utf-8."
        effect = "Outlook takes it for an invitation." if method else "Letters arrive garbled."
        yield Finding("H3", found, effect)
    disposition = first.header("Content-Disposition").lower()
    if not re.match(r'inline;.*filename="?[\w-]+\.ics"?', disposition):
        found = "Content-Disposition is not inline with a name that ends in .ics."
        yield Finding("H3", found, "Some programs save a file instead of subscribing.")


def marker_findings(first: Answer, now: datetime) -> Iterator[Finding]:
    """Say what is wrong with the tag and the date by which programs ask again (H4)."""
    tag = first.header("ETag")
    if not tag:
        effect = "Every reading fetches everything."
        yield Finding("H4", "There is no ETag.", effect)
    elif tag.startswith("W/"):
        effect = "That is a proxy that compresses or rewrites; Outlook stumbles over it."
        yield Finding("H4", "The ETag is weak.", effect)
    elif not _STRONG.fullmatch(tag):
        yield Finding("H4", "The ETag has no quotes.", "Programs cannot send it back.")
    changed = date_in(first.header("Last-Modified"))
    if changed is None:
        effect = "Apple, which asks by date, fetches everything each time."
        yield Finding("H4", "There is no Last-Modified that can be read.", effect)
    elif changed > now + _A_LITTLE:
        effect = "A change before that time never arrives at programs that ask by date."
        yield Finding("H4", "Last-Modified is in the future.", effect)


def date_in(text: str) -> datetime | None:
    """Return a date of HTTP as an aware time in UTC, or nothing where it cannot be read."""
    try:
        return parsedate_to_datetime(text).replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def caching_findings(first: Answer) -> Iterator[Finding]:
    """Say what is wrong with how long others may keep the answer (H5)."""
    words = {part.strip() for part in first.header("Cache-Control").lower().split(",")}
    ages = [word.partition("=")[2] for word in words if word.startswith(("max-age=", "s-maxage="))]
    too_long = any(not age.isdecimal() or int(age) > FRESH_FOR for age in ages)
    if words & {"public", "immutable"} or any(word.startswith("s-maxage") for word in words):
        effect = "Changes arrive late, and strangers’ caches keep the calendar."
        yield Finding("H5", "Cache-Control lets others keep it.", effect)
    elif too_long or not words & {"no-cache", "no-store", "private"}:
        effect = "Proxies and programs keep an old calendar."
        found = "Cache-Control is not “private, no-cache”, nor an hour at most."
        yield Finding("H5", found, effect)
    elif not words & {"private", "no-store"}:
        found = "Cache-Control does not say private."
        yield Finding("H5", found, "Strangers’ caches may keep the calendar.")
    if first.header("Age").isdecimal() or re.search(r"\bhit\b", _cache_words(first), re.I):
        effect = "Changes arrive late, and the cache holds the calendar."
        yield Finding("H5", "A cache in between gave the answer.", effect)


def _cache_words(answer: Answer) -> str:
    names = ("X-Cache", "X-Cache-Status", "CF-Cache-Status", "X-Proxy-Cache", "Cache-Status")
    return " ".join(answer.header(name) for name in names)


def privacy_findings(first: Answer) -> Iterator[Finding]:
    """Say which headers that keep the address to its owner are not there (H1, H12)."""
    if first.header("Set-Cookie"):
        effect = "Readings can be tied to a person; some programs refuse."
        yield Finding("H1", "It sets a cookie.", effect)
    robots = first.header("X-Robots-Tag").lower()
    wanted = (
        ("X-Robots-Tag", "noindex" in robots, "An address that leaks is found by searching."),
        (
            "Referrer-Policy",
            first.header("Referrer-Policy").lower() == "no-referrer",
            "A link that is followed gives the address away.",
        ),
        (
            "X-Content-Type-Options",
            first.header("X-Content-Type-Options").lower() == "nosniff",
            "Old browsers may run what stands in it.",
        ),
    )
    for name, is_right, effect in wanted:
        if not is_right:
            yield Finding("H12", f"{name} is not there, or says something else.", effect)

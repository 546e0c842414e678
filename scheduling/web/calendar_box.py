"""The box that offers a private calendar link: addresses for each program, and a picture."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import segno
from flask import request, url_for
from markupsafe import Markup

from core import config
from core.web import link
from groups.models import Person
from scheduling.calendars.subscribing import (
    GOOGLE_BY_URL,
    HOW_SOON,
    OTHERS,
    Machine,
    Program,
    Way,
    machine_of,
    ways,
    webcal_of,
)
from scheduling.keeping.diaries import feed_token
from scheduling.models import Diary, Feed, KeptBy
from scheduling.showing.member_view import DiaryPicture, diary_picture

KEPT: Final = {
    KeptBy.INVITATIONS: "Each session comes to you as an invitation by e-mail. If you add this "
    "calendar as well, every session shows twice, so choose one of the two.",
    KeptBy.FEED: None,
    KeptBy.NEITHER: "You keep the dates yourself. A private link would add the whole year and keep "
    "it up to date.",
}


@dataclass(frozen=True)
class CalendarBox:
    """What ``components/calendar_box.html`` shows; the addresses all lead to the same feed."""

    ways: tuple[Way, ...]
    machine: Machine
    https_url: str
    qr_svg: Markup
    entry: DiaryPicture
    reachable: bool
    settings_url: str
    download_url: str
    kept_by: str | None
    google_by_url: str = GOOGLE_BY_URL
    how_soon: tuple[Program, ...] = HOW_SOON
    others: tuple[Program, ...] = OTHERS


def calendar_box(feed: Feed, diary: Diary, person: Person, *, now: datetime) -> CalendarBox:
    """Return the box for one private link of this person, for the machine that asks."""
    url = link("feeds.show", token=feed_token(feed))
    machine = machine_of(
        request.headers.get("User-Agent", ""), request.headers.get("Sec-CH-UA-Platform", "")
    )
    reachable = config.current().reachable
    return CalendarBox(
        ways=ways(url, machine, reachable=reachable),
        machine=machine,
        https_url=url,
        qr_svg=_picture(webcal_of(url)),
        entry=diary_picture(person, diary, now=now),
        reachable=reachable,
        settings_url=url_for("calendar.show"),
        download_url=url_for("calendar.download"),
        kept_by=KEPT[KeptBy(diary.kept_by)],
    )


def _picture(address: str) -> Markup:
    # The library escapes what it writes, and writes neither styles nor scripts.
    return Markup(segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=2))  # noqa: S704 - drawn by the library from an address of our own

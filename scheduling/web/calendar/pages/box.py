"""The box that offers a private calendar link: addresses for each program, and a picture.

The picture takes longer to draw than all the rest of a page, and few people open it. So it has an
address of its own, from which it is fetched when its box is opened.
"""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final

import segno
from flask import request, url_for

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
from scheduling.web.home.view.member import DiaryPicture, diary_picture

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
    #: Where the picture of the link is; its address says nothing of the link itself.
    qr_url: str | None
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
        qr_url=url_for("calendar.qr_code", feed_id=feed.public_id),
        entry=diary_picture(person, diary, now=now),
        reachable=reachable,
        settings_url=url_for("calendar.show"),
        download_url=url_for("calendar.download"),
        kept_by=KEPT[KeptBy(diary.kept_by)],
    )


def qr_code(feed: Feed) -> bytes:
    """Return a private link as a picture that a phone's camera reads: black on white, in SVG."""
    address = webcal_of(link("feeds.show", token=feed_token(feed)))
    drawn = BytesIO()
    # No size of its own: the page that shows it has one. White, so that it can be read when it is
    # opened by itself in a dark browser.
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", omitsize=True, border=2, light="#fff", svgclass=None, lineclass=None
    )
    return drawn.getvalue()

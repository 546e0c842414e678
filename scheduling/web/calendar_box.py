"""The box that offers a private calendar link: addresses for each program, and a picture."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

import segno
from flask import url_for
from markupsafe import Markup

from core import config
from core.web import link
from groups.models import Person
from scheduling.diaries import feed_token
from scheduling.member_view import diary_picture
from scheduling.models import Diary, Feed, KeptBy

GOOGLE: Final = "https://calendar.google.com/calendar/r?cid={webcal}"
OUTLOOK: Final = "https://outlook.{where}.com/calendar/0/addfromweb?url={https}&name=Calendar"

KEPT: Final = {
    KeptBy.INVITATIONS: "Each session comes to you as an invitation by e-mail. If you add this "
    "calendar as well, every session shows twice, so choose one of the two.",
    KeptBy.FEED: None,
    KeptBy.NEITHER: "You keep the dates yourself. One tap would add the whole year and keep it up "
    "to date.",
}


@dataclass(frozen=True)
class CalendarBox:
    """What ``components/calendar_box.html`` shows; the addresses all lead to the same feed."""

    webcal_url: str
    google_url: str
    outlook_url: str
    outlook_work_url: str
    https_url: str
    qr_svg: Markup
    entry_words: str
    entry_time: str
    reachable: bool
    settings_url: str
    kept_by: str | None


def calendar_box(feed: Feed, diary: Diary, person: Person, *, now: datetime) -> CalendarBox:
    """Return the box for one private link of this person."""
    url = link("feeds.show", token=feed_token(feed))
    webcal = f"webcal:{url.partition(':')[2]}"
    entry_time, entry_words = diary_picture(person, diary, now=now)
    return CalendarBox(
        webcal_url=webcal,
        google_url=GOOGLE.format(webcal=quote(webcal, safe="")),
        outlook_url=OUTLOOK.format(where="live", https=quote(url, safe="")),
        outlook_work_url=OUTLOOK.format(where="office", https=quote(url, safe="")),
        https_url=url,
        qr_svg=_picture(webcal),
        entry_words=entry_words,
        entry_time=entry_time,
        reachable=config.current().reachable,
        settings_url=url_for("calendar.show"),
        kept_by=KEPT[KeptBy(diary.kept_by)],
    )


def _picture(address: str) -> Markup:
    # The library escapes what it writes, and writes neither styles nor scripts.
    return Markup(segno.make(address, error="m", micro=False).svg_inline(omitsize=True, border=2))  # noqa: S704 - drawn by the library from an address of our own

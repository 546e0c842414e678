"""What is kept of a private calendar between two readings, and what it is good for.

A body is made of the diary's revision, those of its owner's groups, the day, our address and our
way of writing. As long as all of that is the same, so are the bytes.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import String, Text, cast, func, select
from werkzeug.http import http_date

from core import config
from core.db import db
from core.encryption import key_ring
from groups.models import Cohort, Membership
from scheduling.models import Diary, KeptFeed

#: Raise it whenever the same rows are written as other bytes.
FORMAT: Final = "2"


@dataclass(frozen=True)
class Reading:
    """One answer of a feed: its bytes, its strong entity tag (without the quotes), when anything
    about it is said to have last changed, to the second, and what it was made of, if that is good
    to be kept.
    """

    body: bytes
    etag: str
    changed_at: datetime
    made_of: str | None = field(default=None, compare=False)


def revisions() -> Any:
    """Select the revisions that a body of a diary's feed is made of, as one text.

    Which groups they are of changes only with the diary's own, so a sum says enough.
    """
    groups = (
        select(func.coalesce(func.sum(Cohort.revision), 0))
        .join(Membership, Membership.cohort_id == Cohort.id)
        .where(Membership.person_id == Diary.person_id)
        .correlate(Diary)
        .scalar_subquery()
    )
    return cast(Diary.revision, String) + "." + cast(groups, Text)


@lru_cache(maxsize=8)
def beside_revisions(day: int, base_url: str, key: str) -> str:
    """Return what else a body is made of: the day (UTC, counted since 1970), our address, and the
    key that seals it.
    """
    return f"{FORMAT} {day} {base_url} {key} "


def day_of(now: datetime) -> int:
    """Return the day of a moment, counted since 1970 in UTC."""
    return int(now.timestamp()) // 86_400


def made_of(diary: Diary, *, now: datetime) -> str:
    """Return what the body of this diary's feed would be made of now."""
    found = db.session.scalars(select(revisions()).where(Diary.id == diary.id)).one()
    beside = beside_revisions(day_of(now), config.current().base_url, key_ring().current)
    return f"{beside}{found}"


def is_kept(diary: Diary, known: str) -> bool:
    """Return whether a body made of this is kept."""
    kept = select(KeptFeed.made_of).where(KeptFeed.diary_id == diary.id)
    return db.session.scalars(kept).one_or_none() == known


def keep(diary: Diary, reading: Reading, *, now: datetime) -> None:
    """Keep what was read, unless something has changed since: then it may hold what its reader is
    no longer to see.
    """
    # Whatever ends access raises this row's revision, so it comes either before us or after.
    db.session.execute(select(Diary.id).where(Diary.id == diary.id).with_for_update())
    if made_of(diary, now=now) != reading.made_of:
        return
    row = db.session.get(KeptFeed, diary.id) or KeptFeed(diary_id=diary.id)
    row.made_of, row.etag, row.body = reading.made_of, reading.etag, reading.body
    row.last_modified = http_date(reading.changed_at)
    db.session.add(row)

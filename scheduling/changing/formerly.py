"""What stood before the changes of a run whose letters still wait, as kept for undoing them."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.db import db
from core.encryption import Unreadable
from groups.models import Cohort
from scheduling.changing.before import Before, Kept, rich
from scheduling.letters.taking_in import Formerly, Stood, parcels_waiting
from scheduling.models import PeerSession, Reversal, Series, SessionState

#: Letters wait for ten minutes; several changes in a row take in one another for longer.
LASTS = timedelta(hours=1)


def what_stood(cohort: Cohort, *, now: datetime) -> Formerly:
    """Return what stood before each change of a group's dates whose letters wait, by its parcel.
    Call it before they are changed once more.
    """
    if not parcels_waiting(cohort):
        return {}
    kept = db.session.scalars(select(Reversal).where(Reversal.made_at > now - LASTS))
    contents = (_content(reversal) for reversal in kept)
    return {
        content["parcel"]: _stood(Before.from_json(content["before"]))
        for content in contents
        if content.get("cohort") == cohort.public_id and content["parcel"]
    }


def _content(reversal: Reversal) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(reversal.content)
    except Unreadable:
        return {}
    return content


def _stood(before: Before) -> dict[int, Stood | None]:
    run = next((one.columns for one in before.rows if one.kind == "series"), {})
    dated = [one for one in before.rows if one.kind == "session" and "starts_at" in one.columns]
    zones = _zones([one.id for one in dated])
    found: dict[int, Stood | None] = {
        one.id: _session(one, run.get("time_zone") or zones.get(one.id)) for one in dated
    }
    return found | dict.fromkeys(before.added)


def _zones(ids: Sequence[int]) -> dict[int, str]:
    """Return the zones of the runs that sessions belong to."""
    rows = select(PeerSession.id, Series.time_zone).join(PeerSession.series)
    return dict(db.session.execute(rows.where(PeerSession.id.in_(ids))).all())


def _session(kept: Kept, zone_name: str | None) -> Stood | None:
    columns = kept.columns
    return Stood(
        rich(columns["starts_at"]),
        rich(columns["ends_at"]),
        str(columns.get("time_zone") or zone_name),
        columns.get("state", SessionState.PLANNED) == SessionState.PLANNED,
    )

"""What stood before the changes of a run whose letters still wait, as kept for undoing them."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.db import db
from core.encryption import Unreadable
from scheduling.changing.before import Before, Kept, rich
from scheduling.letters.taking_in import Formerly, Stood, parcels_waiting
from scheduling.models import Reversal, Series, SessionState

#: Letters wait for ten minutes; several changes in a row take in one another for longer.
LASTS = timedelta(hours=1)


def what_stood(series: Series, *, now: datetime) -> Formerly:
    """Return what stood before each change of a run whose letters wait, by its parcel. Call it
    before the run is changed once more.
    """
    if not parcels_waiting(series.cohort):
        return {}
    kept = db.session.scalars(select(Reversal).where(Reversal.made_at > now - LASTS))
    contents = (_content(reversal) for reversal in kept)
    return {
        content["parcel"]: _stood(Before.from_json(content["before"]), series)
        for content in contents
        if content.get("cohort") == series.cohort.public_id and content["parcel"]
    }


def _content(reversal: Reversal) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(reversal.content)
    except Unreadable:
        return {}
    return content


def _stood(before: Before, series: Series) -> dict[int, Stood | None]:
    run = next((one.columns for one in before.rows if one.kind == "series"), {})
    zone_name = str(run.get("time_zone") or series.time_zone)
    dated = (one for one in before.rows if one.kind == "session" and "starts_at" in one.columns)
    found: dict[int, Stood | None] = {one.id: _session(one, zone_name) for one in dated}
    return found | dict.fromkeys(before.added)


def _session(kept: Kept, zone_name: str) -> Stood | None:
    columns = kept.columns
    return Stood(
        rich(columns["starts_at"]),
        rich(columns["ends_at"]),
        str(columns.get("time_zone") or zone_name),
        columns.get("state", SessionState.PLANNED) == SessionState.PLANNED,
    )

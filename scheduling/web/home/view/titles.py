"""What page titles call a group: by when it meets, and never by its name.

A title appears in the browser's history, in its tabs, and on every shared screen.
"""

import json
from collections.abc import Mapping
from datetime import time
from typing import Any, Final

from sqlalchemy import Integer, Select, String, bindparam, case, cast, extract, func, select
from sqlalchemy.orm import aliased

from core.db import db
from groups.access import WHOEVER, cohorts_facilitated_by, cohorts_seen_by
from groups.models import Cohort, CohortState, Person
from scheduling.dates.recurrence import ChosenDates, MonthlyByWeekday, Pattern
from scheduling.dates.wording import WEEKDAYS, say_time
from scheduling.models import Series
from scheduling.runs.series import IS_CURRENT
from scheduling.runs.set_up import pattern_from_json

NEW_GROUP: Final = "New group"
ANY_GROUP: Final = "Group"


def group_title(cohort: Cohort, reader: Person) -> str:
    """Return what a title calls a group: "Thursdays, 6pm", in the group's own time zone.

    If several of this reader's groups meet at that time, all but the first have a number, in the
    order they were set up. A draft without dates is a new group, and an open one without a run
    just a group.
    """
    found = [
        (_words(json.loads(pattern), int(sunday_first - 1) % len(WEEKDAYS), starts), count, own)
        for pattern, sunday_first, starts, count, own in db.session.execute(
            AT_THAT_HOUR, {"person_id": reader.id, "cohort_id": cohort.id}
        )
    ]
    if not any(own for *_, own in found):
        return NEW_GROUP if cohort.state == CohortState.DRAFT else ANY_GROUP
    words, *_ = max(found, key=lambda one: one[2] or 0)
    before = sum(count - (own is not None) for said, count, own in found if said == words)
    return f"{words} ({before + 1})" if before else words


def _at_that_hour() -> Select[Any, int, time, int, int | None]:
    seen, facilitated = (
        scope(WHOEVER).with_only_columns(Cohort.id).order_by(None)
        for scope in (cohorts_seen_by, cohorts_facilitated_by)
    )
    cohort_id = bindparam("cohort_id", type_=Integer())
    same, own = aliased(Series), Series.cohort_id == cohort_id
    pattern = cast(Series.pattern, String)
    # The first date says on which weekday a pattern of weeks is; Sunday is 0 in both databases.
    day = extract("dow", Series.first_on)
    groups = func.count(Series.cohort_id.distinct())
    return (
        select(pattern, day, Series.starts, groups, func.max(case((own, Series.id))))
        .where(
            Series.cohort_id.in_(seen.union(facilitated)),
            Series.cohort_id <= cohort_id,
            Series.starts.in_(select(same.starts).where(same.cohort_id == cohort_id)),
            IS_CURRENT,
        )
        .group_by(pattern, day, Series.starts)
    )


#: Given ``person_id`` and ``cohort_id``: the patterns of this group and of those the reader had
#: before it that begin at the same hour, how many groups have each, and the id of this group's
#: newest run where it is its. However many groups there are, few patterns are.
AT_THAT_HOUR: Final = _at_that_hour()


def _words(pattern: Mapping[str, Any], first: int, starts: time) -> str:
    days = _weekdays(pattern_from_json(pattern), first)
    day = f"{WEEKDAYS[days.pop()]}s" if len(days) == 1 else "Several weekdays"
    return f"{day}, {say_time(starts)}"


def _weekdays(pattern: Pattern, first: int) -> set[int]:
    if isinstance(pattern, ChosenDates):
        return {day.weekday() for day in pattern.dates}
    if isinstance(pattern, MonthlyByWeekday):
        return {(pattern.weekday + pattern.days_later) % len(WEEKDAYS)}
    return {first}

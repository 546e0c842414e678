"""What page titles call a group: by when it meets, and never by its name.

A title appears in the browser's history, in its tabs, and on every shared screen.
"""

import json
from collections.abc import Mapping
from datetime import time
from typing import Any, Final

from sqlalchemy import Select, String, cast, extract, func, select

from core.db import db
from groups.access import cohorts_facilitated_by, cohorts_seen_by
from groups.models import Cohort, CohortState, Person
from scheduling.dates.recurrence import ChosenDates, MonthlyByWeekday, Pattern
from scheduling.dates.wording import WEEKDAYS, say_time
from scheduling.models import Series
from scheduling.runs.series import IS_CURRENT, current_series
from scheduling.runs.set_up import pattern_from_json

NEW_GROUP: Final = "New group"
ANY_GROUP: Final = "Group"


def group_title(cohort: Cohort, reader: Person) -> str:
    """Return what a title calls a group: "Thursdays, 6pm", in the group's own time zone.

    If several of this reader's groups meet at that time, all but the first have a number, in the
    order they were set up. A draft without dates is a new group, and an open one without a run
    just a group.
    """
    run = current_series(cohort)
    if run is None:
        return NEW_GROUP if cohort.state == CohortState.DRAFT else ANY_GROUP
    words = _words(run.pattern, run.first_on.weekday(), run.starts)
    before = sum(
        count
        for pattern, sunday_first, count in db.session.execute(earlier_at(run, reader))
        if _words(json.loads(pattern), int(sunday_first - 1) % len(WEEKDAYS), run.starts) == words
    )
    return f"{words} ({before + 1})" if before else words


def earlier_at(run: Series, reader: Person) -> Select[Any, int, int]:
    """Select the patterns of the groups this reader had before, at the same hour, and of how many
    groups each is: a few rows, however many groups there are.
    """
    seen, facilitated = (
        scope(reader).with_only_columns(Cohort.id).order_by(None)
        for scope in (cohorts_seen_by, cohorts_facilitated_by)
    )
    pattern = cast(Series.pattern, String)
    # The first date says on which weekday a pattern of weeks is; Sunday is 0 in both databases.
    day = extract("dow", Series.first_on)
    return (
        select(pattern, day, func.count(Series.cohort_id.distinct()))
        .where(
            Series.cohort_id.in_(seen.union(facilitated)),
            Series.cohort_id < run.cohort_id,
            Series.starts == run.starts,
            IS_CURRENT,
        )
        .group_by(pattern, day)
    )


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

"""What page titles call a group: by when it meets, and never by its name.

A title appears in the browser's history, in its tabs, and on every shared screen.
"""

from collections import Counter
from typing import Final

from sqlalchemy import or_, select

from core.db import db
from groups.access import cohorts_facilitated_by, cohorts_seen_by
from groups.models import Cohort, Person
from scheduling.dates.recurrence import ChosenDates, MonthlyByWeekday, Pattern
from scheduling.dates.wording import WEEKDAYS, say_time
from scheduling.models import Series
from scheduling.runs.laying_out import rule_of
from scheduling.runs.set_up import SetUp

NEW_GROUP: Final = "New group"


def group_title(cohort: Cohort, reader: Person) -> str:
    """Return what a title calls a group: "Thursdays, 6pm", in the group's own time zone.

    If several of this reader's groups meet at that time, all but the first have a number, in the
    order they were set up. One without dates is a new group.
    """
    reached = [
        scope(reader).with_only_columns(Cohort.id).order_by(None)
        for scope in (cohorts_seen_by, cohorts_facilitated_by)
    ]
    runs = db.session.scalars(
        select(Series)
        .where(or_(*(Series.cohort_id.in_(ids) for ids in reached)))
        .order_by(Series.cohort_id)
    )
    so_far = Counter[str]()
    for run in runs:
        words = when_words(rule_of(run))
        so_far[words] += 1
        if run.cohort_id == cohort.id:
            return words if so_far[words] == 1 else f"{words} ({so_far[words]})"
    return NEW_GROUP


def when_words(rule: SetUp) -> str:
    """Say on which weekday and at what time a run meets: "Thursdays, 6pm"."""
    days = _weekdays(rule.pattern, rule.first_on.weekday())
    day = f"{WEEKDAYS[days.pop()]}s" if len(days) == 1 else "Several weekdays"
    return f"{day}, {say_time(rule.starts)}"


def _weekdays(pattern: Pattern, first: int) -> set[int]:
    if isinstance(pattern, ChosenDates):
        return {day.weekday() for day in pattern.dates}
    if isinstance(pattern, MonthlyByWeekday):
        return {(pattern.weekday + pattern.days_later) % len(WEEKDAYS)}
    return {first}

"""What titles call a group: when it meets, and never its name."""

from datetime import date, time
from typing import Any

import pytest

from core.db import db
from core.transaction import transaction
from groups.models import Cohort, CohortState, MembershipState, Person
from scheduling.web.home.view.titles import AT_THAT_HOUR, NEW_GROUP, group_title
from tests.build import a_cohort, a_member, a_person, a_series
from tests.scheduling.queries import counted

pytestmark = pytest.mark.usefixtures("app")


def a_run(leader: Person, **values: Any) -> Cohort:
    """Return a group with a run, by default on Thursdays at 6pm."""
    cohort = a_cohort(leader, name="Vicarious trauma")
    a_series(cohort, **values)
    return cohort


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ({}, "Thursdays, 6pm"),
        ({"pattern": {"kind": "monthly", "weekday": 0, "nth": -1}}, "Mondays, 6pm"),
        (
            {"pattern": {"kind": "monthly", "weekday": 6, "nth": 1, "days_later": 2}},
            "Tuesdays, 6pm",
        ),
        (
            {"pattern": {"kind": "weeks", "weeks": 4}, "first": date(2027, 1, 13)},
            "Wednesdays, 6pm",
        ),
        ({"starts": time(7, 30), "ends": time(9)}, "Thursdays, 7:30am"),
        (
            {"pattern": {"kind": "chosen", "dates": ["2027-01-13", "2027-02-10"]}},
            "Wednesdays, 6pm",
        ),
        (
            {"pattern": {"kind": "chosen", "dates": ["2027-01-13", "2027-02-11"]}},
            "Several weekdays, 6pm",
        ),
    ],
)
def test_a_title_says_weekday_and_hour(amara: Person, values: dict[str, Any], title: str) -> None:
    assert group_title(a_run(amara, **values), amara) == title


def test_groups_of_one_reader_that_meet_at_one_time_are_told_apart(amara: Person) -> None:
    first, other, second = a_run(amara), a_run(amara, starts=time(17)), a_run(amara)

    titles = [group_title(cohort, amara) for cohort in (first, other, second)]

    assert titles == ["Thursdays, 6pm", "Thursdays, 5pm", "Thursdays, 6pm (2)"]


def test_groups_that_the_reader_does_not_reach_count_for_nothing(amara: Person) -> None:
    a_run(amara)
    second, reader = a_run(amara), a_person("Amina")
    left = a_member(a_run(amara), reader)
    a_member(second, reader)
    with transaction():
        left.state = MembershipState.LEFT

    assert group_title(second, reader) == "Thursdays, 6pm"


def test_a_draft_without_dates_is_a_new_group(amara: Person) -> None:
    draft = a_cohort(amara, name="Vicarious trauma", state=CohortState.DRAFT)

    assert group_title(draft, amara) == NEW_GROUP


def test_patterns_that_are_written_otherwise_but_meet_at_one_time_are_told_apart(
    amara: Person,
) -> None:
    patterns: list[dict[str, Any]] = [
        {"pattern": {"kind": "weeks", "weeks": 2}, "first": date(2026, 12, 10)},
        {"pattern": {"kind": "monthly", "weekday": 2, "nth": 1, "days_later": 1}},
        {"pattern": {"kind": "chosen", "dates": ["2027-01-14"]}},
        {"pattern": {"kind": "weeks", "weeks": 2}, "first": date(2026, 12, 13)},
        {"pattern": {"kind": "weeks", "weeks": 4}, "first": date(2027, 12, 9)},
    ]

    titles = [group_title(a_run(amara, **values), amara) for values in patterns]

    assert titles == [
        "Thursdays, 6pm",
        "Thursdays, 6pm (2)",
        "Thursdays, 6pm (3)",
        "Sundays, 6pm",
        "Thursdays, 6pm (4)",
    ]


def test_other_groups_are_counted_and_not_read(amara: Person) -> None:
    last = [a_run(amara) for _ in range(6)][-1]
    _ = amara.id, last.id

    with counted() as asked:
        title = group_title(last, amara)

    assert (title, len(asked)) == ("Thursdays, 6pm (6)", 1)
    names = {"person_id": amara.id, "cohort_id": last.id}
    assert len(db.session.execute(AT_THAT_HOUR, names).all()) == 1

"""Fields that read what is typed: the value, and what stands in the box."""

from datetime import date, time
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from scheduling.web.fields.typed import (
    ClockField,
    CountField,
    DayField,
    DaysField,
    PeopleField,
    TypedField,
)

TODAY = date(2026, 11, 30)


class Everything(Form):
    """One field of each kind."""

    today = TODAY
    on = DayField("Day", missing="Say which day")
    until = DayField("Until", since="on")
    starts = ClockField("Starts", default=time(18))
    ends = ClockField("Ends", default=time(19, 30), after="starts")
    count = CountField("How many", 60, optional=True)
    weeks = CountField("Weeks", 52, when=lambda form: bool(form.count.typed))
    days = DaysField("Days", fewer_than=4, beside="on")
    people = PeopleField("Who", missing="Write somebody")


GOOD = {
    "on": "20 December",
    "until": "3 January",
    "starts": "6pm",
    "ends": "19:30",
    "days": "20 December\n21/12/2026",
    "people": "Amina <amina@example.org>",
}


def sent(**changed: str) -> Everything:
    form = Everything(MultiDict({**GOOD, **changed}))
    form.validate()
    return form


def typed(form: Everything, name: str) -> tuple[Any, str, Any]:
    field = form[name]
    assert isinstance(field, TypedField)
    return field.data, field.typed, field.errors


def test_each_field_gives_what_was_read() -> None:
    form = sent(count="3", weeks="2")

    assert form.errors == {}
    assert (form.on.data, form.until.data) == (date(2026, 12, 20), date(2027, 1, 3))
    assert (form.starts.data, form.ends.data) == (time(18), time(19, 30))
    assert (form.count.data, form.weeks.data) == (3, 2)
    assert form.days.data == [date(2026, 12, 21)]
    assert [box.address for box in form.people.data.mailboxes] == ["amina@example.org"]


def test_what_does_not_count_is_not_read_and_stays() -> None:
    form = sent(weeks="many")

    assert form.errors == {}
    assert typed(form, "count") == (None, "", [])
    assert typed(form, "weeks") == (None, "many", [])


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("on", "", ["Say which day"]),
        ("on", "<soon>", ["Write a date like 14 January 2027"]),
        ("starts", "6", ["Write 6am or 6pm"]),
        ("ends", "5pm", ["A session ends after it starts, on the same day"]),
        ("ends", "02:15", ["A session ends after it starts, on the same day"]),
        ("count", "²", ["Write a number from 1 to 60"]),
        ("count", "61", ["Write a number from 1 to 60"]),
        ("days", "1/1/2027\n" * 4, ["Choose up to 4 dates"]),
        ("days", "soon\n31 April", ["Line 1: Write a date like", "Line 2: There is no 31 April"]),
    ],
)
def test_what_cannot_be_read_is_said_and_stays(name: str, words: str, said: list[str]) -> None:
    data, left, errors = typed(sent(weeks="1", **{name: words}), name)

    assert data is None
    assert left.strip() == words.strip()
    assert len(errors) == len(said)
    assert all(error.startswith(start) for error, start in zip(errors, said, strict=True))


def test_a_list_of_people_keeps_how_each_line_was_read() -> None:
    form = sent(people="amina@example.org\njo.example.org")

    assert form.people.errors == ["Line 2: “jo.example.org” needs an @, like name@example.org"]
    assert [line for line, _words in form.people.data.problems] == [2]
    assert sent(people="").people.errors == ["Write somebody"]


def test_a_page_begins_with_values_in_words() -> None:
    form = Everything(data={"on": TODAY, "count": 0, "days": [TODAY]})

    names = ("on", "starts", "ends", "count", "days", "weeks")
    assert [typed(form, name)[1] for name in names] == [
        "2026-11-30",
        "6pm",
        "7:30pm",
        "0",
        "30 November 2026",
        "",
    ]


@pytest.mark.parametrize(("words", "box"), [("", "date"), ("2027-01-14", "date"), ("soon", "text")])
def test_a_native_date_box_never_drops_what_was_typed(words: str, box: str) -> None:
    assert sent(on=words).on.shown_as == box

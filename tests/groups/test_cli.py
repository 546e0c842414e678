"""The commands that let people in."""

import pytest
from click.testing import Result
from flask import Flask

from core.db import db
from groups import cli
from groups.accounts import person_with
from groups.models import Person
from tests.build import a_person

WHERE = "They sign in at http://alcove.example/sign-in with a code we e-mail them.\n"


def _run(app: Flask, *arguments: str) -> Result:
    commands = {
        "add-facilitator": cli.add_facilitator,
        "add-operator": cli.add_operator,
        "grants": cli.list_grants,
        "withdraw": cli.withdraw_grant,
    }
    command, *rest = arguments
    result = app.test_cli_runner().invoke(commands[command], rest)
    db.session.rollback()
    return result


def test_add_facilitator_lets_somebody_new_set_up_groups(app: Flask) -> None:
    result = _run(app, "add-facilitator", " Amara  Osei ", "amara@people.example")

    amara = person_with("amara@people.example")
    assert amara is not None
    assert (amara.name, amara.opens_groups, amara.operates) == ("Amara Osei", True, False)
    assert (result.exit_code, result.output) == (0, f"Amara Osei can set up groups now.\n{WHERE}")


def test_add_facilitator_keeps_an_account_and_says_so(app: Flask) -> None:
    amina = a_person("Amina")

    result = _run(app, "add-facilitator", "Somebody", "Amina@people.example")

    assert (amina.name, amina.opens_groups) == ("Amina", True)
    assert result.output == f"Amina had an account already, and can set up groups now.\n{WHERE}"
    assert db.session.query(Person).count() == 1


def test_add_facilitator_twice_changes_nothing(app: Flask) -> None:
    _run(app, "add-facilitator", "Amara", "amara@people.example")

    result = _run(app, "add-facilitator", "Amara", "amara@people.example")

    assert result.exit_code == 0
    assert result.output == f"Amara can set up groups already. Nothing has changed.\n{WHERE}"


def test_add_operator_lets_somebody_see_how_the_system_runs(app: Flask) -> None:
    result = _run(app, "add-operator", "Sol", "sol@people.example")

    sol = person_with("sol@people.example")
    assert sol is not None
    assert (sol.opens_groups, sol.operates) == (False, True)
    assert result.output == f"Sol can see how the system runs now.\n{WHERE}"


@pytest.mark.parametrize(
    ("name", "address", "said"),
    [
        ("Amara", "amara", "Error: “amara” needs an @, like name@example.org.\n"),
        (
            "",
            "amara@people.example",
            "Error: The name '' can’t be used. Write at least one letter or number here.\n",
        ),
    ],
)
def test_add_facilitator_says_what_cannot_be_used(
    app: Flask, name: str, address: str, said: str
) -> None:
    result = _run(app, "add-facilitator", name, address)

    assert (result.exit_code, result.output) == (1, said)
    assert db.session.query(Person).count() == 0


@pytest.mark.parametrize("command", ["add-facilitator", "add-operator", "withdraw"])
def test_help_shows_an_example(app: Flask, command: str) -> None:
    assert f"flask {command} " in _run(app, command, "--help").output


def test_grants_lists_who_may_do_what(app: Flask) -> None:
    assert _run(app, "grants").output == "Nobody. Add someone with: flask add-facilitator\n"
    a_person("Amara", opens_groups=True)
    a_person("Sol", operates=True)

    assert _run(app, "grants").output == (
        "Amara <amara@people.example> can set up groups since 1 November 2026\n"
        "Sol <sol@people.example> can see how the system runs since 1 November 2026\n"
    )


def test_withdraw_takes_one_task_away_and_says_so(app: Flask) -> None:
    sol = a_person("Sol", operates=True, opens_groups=True)

    result = _run(app, "withdraw", "operator", "SOL@people.example")
    again = _run(app, "withdraw", "operator", "sol@people.example")

    assert (result.exit_code, result.output) == (0, "Sol can no longer see how the system runs.\n")
    assert (again.exit_code, again.output) == (0, "Sol can’t see how the system runs anyway.\n")
    assert (sol.operates, sol.opens_groups) == (False, True)


def test_withdraw_says_that_it_knows_nobody_of_this_address(app: Flask) -> None:
    result = _run(app, "withdraw", "facilitator", "nobody@people.example")

    assert (result.exit_code, result.output) == (
        1,
        "Error: Nobody here has the address nobody@people.example.\n",
    )

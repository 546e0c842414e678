"""The commands that let people in: ``flask add-facilitator``, ``add-operator``, ``grants`` and
``withdraw``.
"""

import click
from flask.cli import with_appcontext

from core import config
from core.addresses import AddressProblem, read_address
from core.errors import NotSetUp
from core.moment import now
from core.text import clean_line, problem_in
from core.transaction import transaction
from groups.accounts import LONGEST_NAME, person_with, register
from groups.grants import all_live, give, withdraw
from groups.models import GrantRole, Person

#: What a task lets people do.
POWERS = {
    GrantRole.FACILITATOR: "set up groups",
    GrantRole.OPERATOR: "see how the system runs",
}


@click.command("add-facilitator")
@click.argument("name")
@click.argument("address")
@with_appcontext
def add_facilitator(name: str, address: str) -> None:
    """Let somebody set up groups and hold them.

    NAME is what others call them. ADDRESS is where their codes are sent. Somebody who has an
    account already keeps it, and the name they chose.

    \b
    Examples:
      flask add-facilitator Amara amara@example.org
      flask add-facilitator "Amara Osei" amara@example.org
    """
    _say(GrantRole.FACILITATOR, *_add(name, address, GrantRole.FACILITATOR))


@click.command("add-operator")
@click.argument("name")
@click.argument("address")
@with_appcontext
def add_operator(name: str, address: str) -> None:
    """Let somebody see how the system runs. They see no group and no member.

    NAME is what others call them. ADDRESS is where their codes are sent. Somebody who has an
    account already keeps it, and the name they chose.

    \b
    Example:
      flask add-operator Sol sol@example.org
    """
    _say(GrantRole.OPERATOR, *_add(name, address, GrantRole.OPERATOR))


@click.command("grants")
@with_appcontext
def list_grants() -> None:
    """List who may set up groups and who runs the system, oldest first."""
    live = all_live()
    for grant in live:
        person, day = grant.person, f"{grant.given_at:%d %B %Y}".lstrip("0")
        named = f"{person.name} <{person.email}>" if person.name else person.email
        click.echo(f"{named} can {POWERS[GrantRole(grant.role)]} since {day}")
    if not live:
        click.echo("Nobody. Add someone with: flask add-facilitator")


@click.command("withdraw")
@click.argument("role", type=click.Choice([role.value for role in GrantRole]))
@click.argument("address")
@with_appcontext
def withdraw_grant(role: str, address: str) -> None:
    """Take a task away from somebody, from their next page on.

    ROLE is facilitator or operator. Groups that they facilitate stay theirs: only another
    facilitator of a group, or they themselves, can end that.

    \b
    Example:
      flask withdraw operator sol@example.org
    """
    power, written = POWERS[GrantRole(role)], _address(address)
    with transaction():
        person = person_with(written)
        if person is None:
            raise click.ClickException(f"Nobody here has the address {written}.")
        taken = withdraw(person, GrantRole(role), now=now())
        named = person.name or written
    click.echo(f"{named} can no longer {power}." if taken else f"{named} can’t {power} anyway.")


def _add(name: str, address: str, role: GrantRole) -> tuple[Person, bool, bool]:
    shown, written = _name(name), _address(address)
    try:
        with transaction():
            known = person_with(written)
            person = known or register(written, name=shown, now=now())
            if person.name is None:
                person.name = shown
            given = give(person, role, now=now())
    except NotSetUp as error:
        raise click.ClickException(str(error)) from error
    return person, known is None, given


def _name(text: str) -> str:
    problem = problem_in(text, longest=LONGEST_NAME)
    if problem:
        raise click.ClickException(f"The name {text!r} can’t be used. {problem}.")
    return clean_line(text)


def _address(text: str) -> str:
    try:
        return read_address(text).address
    except AddressProblem as problem:
        raise click.ClickException(f"{problem}.") from problem


def _say(role: GrantRole, person: Person, is_new: bool, changed: bool) -> None:
    power = POWERS[role]
    if not changed:
        click.echo(f"{person.name} can {power} already. Nothing has changed.")
    elif is_new:
        click.echo(f"{person.name} can {power} now.")
    else:
        click.echo(f"{person.name} had an account already, and can {power} now.")
    click.echo(f"They sign in at {config.current().base_url}/sign-in with a code we e-mail them.")

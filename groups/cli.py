"""The commands that let people in: ``flask add-facilitator`` and ``flask add-operator``."""

import click
from flask.cli import with_appcontext

from core import config
from core.addresses import AddressProblem, read_address
from core.errors import NotSetUp
from core.moment import now
from core.text import clean_line, problem_in
from core.transaction import transaction
from groups.accounts import grant, person_with, register
from groups.forms.account import LONGEST_NAME
from groups.models import Person


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
    _say("set up groups", *_add(name, address, opens_groups=True))


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
    _say("see how the system runs", *_add(name, address, operates=True))


def _add(
    name: str, address: str, *, opens_groups: bool = False, operates: bool = False
) -> tuple[Person, bool, bool]:
    shown, written = _name(name), _address(address)
    try:
        with transaction():
            known = person_with(written)
            person = known or register(written, name=shown, now=now())
            if person.name is None:
                person.name = shown
            changed = grant(person, opens_groups=opens_groups, operates=operates)
    except NotSetUp as error:
        raise click.ClickException(str(error)) from error
    return person, known is None, changed


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


def _say(power: str, person: Person, is_new: bool, changed: bool) -> None:
    if not changed:
        click.echo(f"{person.name} can {power} already. Nothing has changed.")
    elif is_new:
        click.echo(f"{person.name} can {power} now.")
    else:
        click.echo(f"{person.name} had an account already, and can {power} now.")
    click.echo(f"They sign in at {config.current().base_url}/sign-in with a code we e-mail them.")

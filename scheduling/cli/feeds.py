"""``flask feeds``: what calendar programs make of a feed, for whoever runs the proxy, and telling
them all that a backup was put back.
"""

import json
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from core.moment import now
from core.transaction import transaction
from scheduling.feed_check.examining import check
from scheduling.feed_check.requests import NotFetched
from scheduling.keeping.diaries import renew_stamps

NOT_FETCHED = 2


@click.group()
def feeds() -> None:
    """Private calendar links, seen from outside and renewed."""


@feeds.command("check")
@click.argument("url", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def check_feed(*, url: str | None, as_json: bool) -> None:
    """Examine a feed as calendar programs would, and say what is wrong.

    URL is a private calendar link (https, webcal, or http on this machine). Left out, it is asked
    for and not shown, so that no history of commands has it. Nothing is sent that could change
    anything, and the secret is never printed. Numbers are those of docs/calendar.md.

    Ends with 0 if nothing is wrong, with 1 if something is, with 2 if there is nothing to examine.

    \b
    Examples:
      flask feeds check
      flask feeds check https://alcove.example.org/cal/…/calendar.ics
    """
    address = url or click.prompt("The private link (it is not shown)", hide_input=True, err=True)
    try:
        report = check(address, now=now())
    except NotFetched as error:
        said = json.dumps({"not_fetched": error.words}, ensure_ascii=False)
        click.echo(said if as_json else error.words, err=not as_json)
        raise SystemExit(NOT_FETCHED) from None
    if as_json:
        click.echo(json.dumps(asdict(report), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(report.lines()))
    if report.findings:
        raise SystemExit(1)


@feeds.command("renew")
@with_appcontext
def renew() -> None:
    """Give every entry of every private calendar a newer stamp, after a backup was put back.

    Programs ignore an entry with an older stamp than the one they have, and may have seen changes
    that the backup knows nothing of.
    """
    with transaction():
        count = renew_stamps(now=now())
    click.echo(f"Calendars that now give newer stamps: {count}.")

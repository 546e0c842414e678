"""Reading what is typed after a command in the same way as a setting."""

import socket
from collections.abc import Callable
from typing import Any

import click

from core import settings
from core.addresses import AddressProblem, read_address
from core.errors import NotSetUp


class Port(click.ParamType[int]):
    """A port to listen on, from a command line or from the environment."""

    name = "port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number; ends the command with an explanation if it isn't one."""
        try:
            return settings.port(settings.clean("PORT", str(value)))
        except NotSetUp as error:
            self.fail(str(error), param, ctx)


def refuse_if_taken(host: str, port: int, command: str) -> None:
    """End the command with what to do if somebody else listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            words = f"Port {port} is in use. Try: {command} --port {port + 1}"
            raise click.ClickException(words) from error


def address(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    """Return an e-mail address (a callback of click)."""
    try:
        return read_address(text).address
    except AddressProblem as error:
        raise click.BadParameter(str(error)) from error


def address_or_none(context: click.Context, parameter: click.Parameter, text: str) -> str:
    """Return an e-mail address, or an empty text if none was given (a callback of click)."""
    return address(context, parameter, text) if text.strip() else ""


def setting(name: str, read: Callable[[str], str]) -> Callable[..., str]:
    """Return a callback of click that reads a text as the setting of this name is read."""

    def callback(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
        try:
            value = read(settings.clean(name, text))
        except NotSetUp as error:
            raise click.BadParameter(str(error)) from None
        if not value:
            raise click.BadParameter(f"{name} cannot be empty.")
        return value

    return callback

"""Host names: the site answers to every spelling of its name, and one page to any name."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import idna

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: What answers under any name: a program that watches the machine need not know the site's.
UNDER_ANY_NAME = "/health"


def same_name(host: str) -> str:
    """Return a host, with or without a port, in the form in which we compare it: names are the same
    in capitals (RFC 4343), with a final dot (RFC 1034 section 3.1), and in their own script or as
    ASCII (RFC 5891). Anything that is not a name comes back unchanged.
    """
    name, colon, port = host.partition(":") if not host.startswith("[") else (host, "", "")
    name = name.lower().removesuffix(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError:
            return host
    return f"{name}{colon}{port}"


class HostNames:
    """A WSGI application in front of another one, which gets one spelling of each host name.

    It belongs behind the code that trusts proxies, so that it sees what they say.
    """

    def __init__(self, app: "WSGIApplication", host: str) -> None:
        self._app = app
        self._host = host

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Pass a request on."""
        asked = (
            self._host if environ["PATH_INFO"] == UNDER_ANY_NAME else environ.get("HTTP_HOST", "")
        )
        environ["HTTP_HOST"] = same_name(asked)
        return self._app(environ, start_response)

"""Host names: one site under every spelling of its name, and one address under any name."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import idna

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: What may be asked under any name: whoever watches the machine need not know the site's.
UNDER_ANY_NAME = "/health"


def same_name(host: str) -> str:
    """Return a host, with or without a port, as we compare it: names are the same in capitals
    (RFC 4343), with a dot at the end (RFC 1034 section 3.1), and in their own script or as ASCII
    (RFC 5891). What is no name at all comes back as it is.
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
    """A WSGI application in front of another one, which hears one spelling of each host name.

    It belongs behind what believes proxies, so that it sees what they say.
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

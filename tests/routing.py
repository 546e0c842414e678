"""Routes whose code is made once for all apps of a test run.

Werkzeug writes and compiles Python code for each route of each app (``url_for`` runs it). For the
one app of a server that is nothing; nearly every test makes an app, and waited for that most.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from flask import Flask
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class RuleCompiledOnce(Rule):
    """A route that takes its code from an equal route of an earlier app."""

    _made: ClassVar[dict[tuple[Any, ...], Builder]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        # Beside these the code depends on defaults alone; what converts the parts of a path is
        # looked up in the route that runs it.
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (self.rule, tuple(self._trace), append_unknown)
        if key not in self._made:
            self._made[key] = super()._compile_builder(append_unknown)
        return self._made[key]


def compile_routes_once() -> None:
    """Let every app that is made from now on share the code of its routes."""
    Flask.url_rule_class = RuleCompiledOnce

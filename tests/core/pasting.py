"""Comparing what was pasted with what was read: who was lost, and who got another name."""

import random
import re

from core.addresses import Fate, read_addresses
from tests.core.copied import Copied, mixture


def words(name: str) -> list[str]:
    """A name's words in any order."""
    return sorted(re.findall(r"[^\s,\"“”]+", name.casefold()))


def wrong_in(those: list[Copied], text: str) -> list[str]:
    """Say who was lost or given another name."""
    paste = read_addresses(text)
    read = {box.address.casefold(): box.name for box in paste.mailboxes}
    troubles = [one.typed.casefold() for one in paste.pieces if one.fate is Fate.PROBLEM]
    wrong = [f"made up: {address}" for address in read.keys() - {one.address for one in those}]
    for one in those:
        name = read.get(one.address)
        if name is None and not any(one.address in typed for typed in troubles):
            wrong.append(f"lost: {one.address}")
        if name and words(name) != words(one.plain):
            wrong.append(f"renamed: {one.address} to {name}")
    return wrong


def look_at(mixtures: range) -> None:
    """Read so many lists, each made by its own dice."""
    for number in mixtures:
        those, text = mixture(random.Random(number))  # noqa: S311 - made-up lists

        assert (number, wrong_in(those, text), text) == (number, [], text)

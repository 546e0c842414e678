"""Lists as programs copy them: nobody is lost, and nobody gets the name of somebody else."""

import random

import pytest

from core.addresses import read_addresses
from tests.core.copied import WHOLE, people
from tests.core.pasting import look_at, wrong_in

ORDINARY = 300


def test_in_a_mixture_nobody_is_lost_and_nobody_renamed() -> None:
    look_at(range(ORDINARY))


@pytest.mark.parametrize("program", sorted(WHOLE))
def test_what_one_program_copies_is_read_to_the_last_name(program: str) -> None:
    for number in range(40):
        dice = random.Random(number)  # noqa: S311 - made-up lists
        those = people(dice, dice.randint(2, 8))
        text = WHOLE[program](dice, those)

        paste = read_addresses(text)

        assert (paste.problems, text) == ([], text)
        assert paste.counted == (len(those), len(those))
        assert wrong_in(those, text) == []

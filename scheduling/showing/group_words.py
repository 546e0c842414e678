"""How a group and its people are said in a sentence. Pure."""

from collections.abc import Sequence

from scheduling.dates.wording import NUMBERS, say_count


def joined(names: Sequence[str]) -> str:
    """Join names as they are said: "Amara", "Amara and Tom", "Amara, Tom and Rhys"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def say_facilitators(names: Sequence[str]) -> str:
    """Say who holds the frame: "Amara and Tom facilitate."; nothing while no name is known."""
    if not names:
        return ""
    return f"{joined(names)} {'facilitates' if len(names) == 1 else 'facilitate'}."


def say_readers(names: Sequence[str]) -> str:
    """Say who sees an answer: "Only Amara and Tom see your answer"."""
    who = joined(names) if names else "facilitators"
    return f"Only {who} {'sees' if len(names) == 1 else 'see'} your answer"


def say_members(members: int, pqe_most: int | None) -> str:
    """Say how large a group is: "Seven members, all within ten years of qualifying."

    ``pqe_most`` is how many years after qualifying somebody can be, or None for no limit.
    """
    counted = say_count(members, "member", "members")
    counted = counted[0].upper() + counted[1:]
    if pqe_most is None or members == 0:
        return f"{counted}{' yet' if members == 0 else ''}."
    years = NUMBERS[pqe_most] if 0 < pqe_most < len(NUMBERS) else str(pqe_most)
    every = ", all" if members > 1 else ","
    return f"{counted}{every} within {years} {'year' if pqe_most == 1 else 'years'} of qualifying."

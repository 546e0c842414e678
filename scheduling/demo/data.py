"""The made-up people and groups of the demo. None of them exists; ``.example`` never will."""

from dataclasses import dataclass, field
from typing import Final

from core.mail import Mailbox
from scheduling.models import Answer, Detail, KeptBy
from scheduling.places.arrivals import DiaryChoices


@dataclass(frozen=True)
class MadeUp:
    """Somebody of the demo: a name, how they keep their dates, and when they joined.

    ``joins_after`` is in days since the group was opened.
    """

    name: str
    joins_after: int = 1
    choices: DiaryChoices = field(default_factory=DiaryChoices)
    answer: Answer | None = None

    @property
    def address(self) -> str:
        """The address at which nobody will ever be."""
        return address_of(self.name)


def mailbox_of(name: str) -> Mailbox:
    """Return the made-up mailbox of a made-up name."""
    return Mailbox(name, address_of(name))


def address_of(name: str) -> str:
    """Return the made-up address of a made-up name."""
    return f"{name.lower()}@people.example"


FACILITATOR: Final = "Amara"
CO_FACILITATOR: Final = "Tom"
OPERATOR: Final = "Sol"

THURSDAY: Final = "Thursday evenings"
TUESDAY: Final = "Tuesday lunchtimes"
WEDNESDAY: Final = "Wednesday early"

FEED = DiaryChoices(kept_by=KeptBy.FEED)

#: Amina has not answered for the next session, so that there is something to do as her.
THURSDAY_MEMBERS: Final = (
    MadeUp("Amina", 1),
    MadeUp("Dev", 1, DiaryChoices(detail=Detail.FULL), Answer.COMING),
    MadeUp("Jo", 2, FEED, Answer.COMING),
    MadeUp("Marta", 2, DiaryChoices(words="Piano lesson"), Answer.COMING),
    MadeUp("Rhys", 3, DiaryChoices(kept_by=KeptBy.NEITHER), Answer.UNSURE),
    MadeUp("Sam", 4, DiaryChoices(), Answer.NOT_THIS_TIME),
    MadeUp("Priya", 5, DiaryChoices(KeptBy.FEED, Detail.FULL), Answer.COMING),
)
TUESDAY_FACILITATOR: Final = "Grace"
TUESDAY_MEMBERS: Final = (
    MadeUp("Ines", 1, DiaryChoices(), Answer.COMING),
    MadeUp("Kofi", 1, FEED, Answer.COMING),
    MadeUp("Leila", 1, DiaryChoices(detail=Detail.FULL), Answer.COMING),
    MadeUp("Owen", 2),
    MadeUp("Yusuf", 2, DiaryChoices(), Answer.UNSURE),
    MadeUp("Claire", 3, FEED, Answer.COMING),
    MadeUp("Ben", 3),
    MadeUp("Hana", 4, DiaryChoices(words="Walk"), Answer.NOT_THIS_TIME),
    MadeUp("Priya", 6, FEED, Answer.COMING),
)
PAUSES: Final = "Owen"
LEAVES: Final = "Ben"
WEDNESDAY_INVITED: Final = ("Ada", "Luca", "Meera", "Femi")

#: Has an invitation that can be answered.
INVITED: Final = "Noor"
#: Has one that still waits to leave.
INVITED_JUST_NOW: Final = "Theo"
#: Has said yes from the letter, but typed no code yet.
FROM_LETTER: Final = "Nia"
#: The typing slip whose mail comes back.
BOUNCES: Final = "Kit"

#: Whom to be first: a name, what they are, and what there is to do as them.
ON_SHOW: Final = (
    ("Amina", "member", "Say whether you come, and keep the dates in a calendar."),
    (
        FACILITATOR,
        "facilitator",
        "Look after a group, and finish a draft in which two dates clash.",
    ),
    ("Dev", "member", "Has chosen to see everything in the diary: name, place and prompts."),
    (CO_FACILITATOR, "co-facilitator", "Shares the frame of a group that somebody else set up."),
    (INVITED, "invited", "Open the link of an invitation, and say yes or no."),
    (FROM_LETTER, "yes, from the e-mail", "See a place taken from the e-mail, without signing in."),
    (OPERATOR, "operator", "See whether everything runs, and no person and no group."),
)

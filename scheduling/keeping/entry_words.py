"""What a diary entry says, by the detail its owner chose. Feeds and invitations share it."""

from dataclasses import dataclass

from core.text import readable
from groups.links import session_page
from scheduling.models import Detail, Diary, PeerSession
from scheduling.models.diary import NEUTRAL_WORDS


@dataclass(frozen=True)
class EntryWords:
    """The texts of one calendar entry."""

    summary: str
    description: str = ""
    location: str = ""


def words_for(session: PeerSession, diary: Diary) -> EntryWords:
    """Return what this person's calendar says about a session.

    A discreet entry holds the person's own words and nothing else. A full one names the group and
    the place, and has the prompts once they can be seen, with a link that needs signing in. The
    link of the room is never in it: it would outlive the diary it was written into.

    What cannot be read any more is left out, and the entry stays.
    """
    if diary.detail != Detail.FULL:
        return EntryWords(summary=readable(diary.words) or NEUTRAL_WORDS)
    page = session_page(session.cohort, session.public_id)
    return EntryWords(
        summary=readable(session.cohort.name) or NEUTRAL_WORDS,
        description="\n".join([*filter(readable, prompts_shown(session)), page]),
        location=readable(session.where),
    )


def prompts_shown(session: PeerSession) -> tuple[str, ...]:
    """Return the prompts of a session, none while they cannot be seen yet."""
    if session.prompts_shown_at is None:
        return ()
    return tuple(prompt.words for prompt in session.prompts)

"""The words a new group starts from when it agrees how to be together.

Pure text, no rule. A group may change its clauses; the limits of confidentiality and who sees
what are facts about the law and about this software, so no group can change those.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing a group agrees: a short title and one or two sentences."""

    title: str
    words: str


STARTER_CLAUSES: tuple[Clause, ...] = (
    Clause(
        "What is said here stays here",
        "So does who is here. Each of us decides whom we tell that we belong, and nobody tells it "
        "for somebody else.",
    ),
    Clause(
        "Nobody can be recognised",
        "We give no names, places, dates, courts or telling facts about clients, opponents or "
        "colleagues. If somebody here might recognise a case, we change it or leave it at home.",
    ),
    Clause(
        "We speak for ourselves",
        "We say “I” rather than “you” or “everybody”, and we tell only stories that are ours.",
    ),
    Clause(
        "Anybody may pass",
        "Listening is taking part. Nobody is asked why they would rather not speak.",
    ),
    Clause(
        "No advice unless it is asked for",
        "We listen first. Each of us is the one who knows our own life and work best.",
    ),
    Clause(
        "We come on time",
        "The door closes 15 minutes after the start, so that nobody is interrupted. Miss a "
        "session and your place is kept.",
    ),
    Clause(
        "A room of one’s own",
        "Online, we sit where nobody can overhear, and use headphones. Other screens are closed.",
    ),
    Clause(
        "Nothing is recorded",
        "No recordings, no screenshots, no transcripts, and no assistant that listens or takes "
        "notes.",
    ),
    Clause(
        "Cameras as we agree",
        "We decide together how we use cameras. Anybody may turn theirs off for a while.",
    ),
    Clause(
        "Stepping out is fine",
        "If you leave the room for a moment or for the evening, a word to a facilitator lets us "
        "know that you are all right.",
    ),
    Clause(
        "We come with a clear head",
        "We don’t drink or use anything before or during a session that would change how we are "
        "with each other.",
    ),
    Clause(
        "Kindness first",
        "We assume good faith, in others and in ourselves.",
    ),
    Clause(
        "Disagreement is welcome, disrespect is not",
        "We can see things differently and still take care with each other’s backgrounds, "
        "bodies, beliefs and names.",
    ),
    Clause(
        "A facilitator may pause us",
        "If something may harm somebody here, a facilitator can slow things down, change the "
        "subject or ask somebody to take a break.",
    ),
    Clause(
        "We leave well",
        "Anybody may leave at any time and needs no reason. If you can, come once more to say "
        "goodbye.",
    ),
)

LIMITS: tuple[str, ...] = (
    "Someone, you or another person, is at immediate risk of serious harm.",
    "A child, or an adult who can’t protect themselves, is at risk of abuse or neglect.",
    "Something said could help to prevent an act of terrorism, or to find who is behind one.",
    "A court orders it, or the law requires it in another way.",
    "Solicitors must report facts that could amount to a serious breach of their regulator’s "
    "rules, by themselves or by somebody else.",
    "Barristers must report serious misconduct by other barristers, subject to their duty of "
    "confidentiality to clients. That duty to report applies at all times, so also in a session.",
    "Your duty of confidentiality to your clients comes into the room with you. It has no "
    "exception for groups like this.",
    "We know of nothing that exempts peer groups from these professional duties. If you wonder "
    "whether one applies to you, ring your regulator’s ethics line before you speak about it "
    "here. Nobody in the group can advise you on it.",
)
"""When confidentiality ends, and the professional duties that go on beside it.

The first four are reasons for a facilitator to speak to somebody outside the group. The others
bind members themselves: SRA Code of Conduct for Solicitors 6.3, 7.7 and 7.8; BSB Handbook CD6,
rC15.5 and rC66. None of them is advice.
"""

SUMMARY: tuple[str, ...] = (
    "What is said here stays here. We never name clients or colleagues.",
    "You can pass, turn your camera off or leave at any time.",
    "Nothing said in a session is recorded or stored.",
    "{facilitators} would break this only if someone was at immediate risk of serious harm, or "
    "if the law or a professional duty required it. They would tell you first if they could.",
)
"""The agreement in four lines. `{facilitators}` stands for who facilitates; see `summary`."""

WHO_SEES_WHAT: tuple[tuple[str, str], ...] = (
    (
        "Anybody who is not signed in",
        "That this site exists and what its public pages say. No group, no date, no name, and "
        "no sign whether somebody has an account. A link works for whoever holds it: that of an "
        "invitation shows the group’s name and dates, and a private calendar link your dates.",
    ),
    (
        "Other members of your group",
        "How many you are, and in the room the name you use there. No page shows them your name, "
        "your e-mail address or your answers.",
    ),
    (
        "Your facilitators",
        "The name you chose, your e-mail address, whether you pause or have left, and whether "
        "you said you are coming, until 30 days after the session. Afterwards there is one "
        "number: how many came. They also see which messages to you were sent, and whether you "
        "have only said yes by e-mail and not signed in. They never see a reason, because we never "
        "ask for one, and they don’t see other groups you belong to.",
    ),
    (
        "Your employer, or any other organisation",
        "No page is for them, so none shows them who belongs, an answer or a date. For a body "
        "that hosts this site, what is said of the people who run it holds.",
    ),
    (
        "Whoever can open your diary",
        "“Private appointment” or your own words, and the time. If you choose full entries, "
        "also the group’s name, the place, the prompts and a link that asks you to sign in.",
    ),
    (
        "The people who run this system",
        "Whether it works. No page shows them who belongs to a group, and nobody can sign in as "
        "somebody else. Names and addresses are encrypted where they are stored; a person who "
        "holds both the running server and its keys could still read them.",
    ),
    (
        "Nobody",
        "What you said, felt or wrote for yourself. It is not asked for and not stored, so there "
        "is nothing to show.",
    ),
)
"""Pairs of who and what they can see, from the widest circle to none."""


def summary(facilitators: Sequence[str]) -> tuple[str, ...]:
    """Return the four lines of `SUMMARY` with the facilitators' names as people say them.

    Without a name the last line speaks of "A facilitator".
    """
    *others, last = facilitators or ["A facilitator"]
    named = f"{', '.join(others)} or {last}" if others else last
    return tuple(line.format(facilitators=named) for line in SUMMARY)

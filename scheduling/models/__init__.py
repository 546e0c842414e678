"""The tables of *when*: runs of sessions, answers, diaries, feeds and calendar invitations."""

from scheduling.models.calendar_mail import CalendarMail, WaitingMail
from scheduling.models.diary import Detail, Diary, Feed, KeptBy, KeptFeed
from scheduling.models.invitation import Invitation
from scheduling.models.reply import TAKEN_BACK, Answer, Reply, ReplyNote, StandingAnswer
from scheduling.models.reversal import Reversal
from scheduling.models.revisions import make_triggers
from scheduling.models.series import INVITATIONS_AHEAD, PlaceKind, Series
from scheduling.models.session import PeerSession, SessionPrompt, SessionState

__all__ = [
    "INVITATIONS_AHEAD",
    "TAKEN_BACK",
    "Answer",
    "CalendarMail",
    "Detail",
    "Diary",
    "Feed",
    "Invitation",
    "KeptBy",
    "KeptFeed",
    "PeerSession",
    "PlaceKind",
    "Reply",
    "ReplyNote",
    "Reversal",
    "Series",
    "SessionPrompt",
    "SessionState",
    "StandingAnswer",
    "WaitingMail",
    "make_triggers",
]

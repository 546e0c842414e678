"""The tables of *when*: runs of sessions, answers, diaries, feeds and calendar invitations."""

from scheduling.models.diary import Detail, Diary, Feed, KeptBy
from scheduling.models.invitation import Invitation
from scheduling.models.series import PlaceKind, Series
from scheduling.models.session import Answer, PeerSession, Reply, SessionPrompt, SessionState

__all__ = [
    "Answer",
    "Detail",
    "Diary",
    "Feed",
    "Invitation",
    "KeptBy",
    "PeerSession",
    "PlaceKind",
    "Reply",
    "Series",
    "SessionPrompt",
    "SessionState",
]

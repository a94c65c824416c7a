"""The tables of what people do."""

from reviews.models.conversation import Assignment, Claim, Comment
from reviews.models.desk import SavedView
from reviews.models.notices import Channel, Notice, NoticePreference
from reviews.models.oversight import BreakGlass, Canary, ConditionCheck
from reviews.models.votes import Verdict, Vote

__all__ = [
    "Assignment",
    "BreakGlass",
    "Canary",
    "Channel",
    "Claim",
    "Comment",
    "ConditionCheck",
    "Notice",
    "NoticePreference",
    "SavedView",
    "Verdict",
    "Vote",
]

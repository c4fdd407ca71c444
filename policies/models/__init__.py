"""Policies, what they name, who agreed to them and who looks after them: one file per noun."""

from policies.models.document import Document
from policies.models.mailing import Mailing
from policies.models.pledge import Pledge
from policies.models.reader import HelpfulVote, Question
from policies.models.review import Dissemination, Review, ReviewInput, ReviewParticipant
from policies.models.scheme import Scheme, SchemeVersion
from policies.models.version import Consequence, Version, ViolationType

__all__ = [
    "Consequence",
    "Dissemination",
    "Document",
    "HelpfulVote",
    "Mailing",
    "Pledge",
    "Question",
    "Review",
    "ReviewInput",
    "ReviewParticipant",
    "Scheme",
    "SchemeVersion",
    "Version",
    "ViolationType",
]

"""The learning record: what people study, hand in and achieve.

Every value here is a base value. What a decision changes is an `Effect` beside it; the value that
counts is computed from the base value and the effects that are active (see `selectors`). So a
reversal takes its own effect away and whatever else was decided still stands.
"""

from integrity.courses.models.community import (
    Channel,
    DirectMessage,
    HeldRole,
    PeerReview,
    Post,
)
from integrity.courses.models.effect import Effect
from integrity.courses.models.institution import Course, Holiday, Institution, Programme, Teaching
from integrity.courses.models.learning import (
    Assignment,
    AssignmentTerms,
    Certificate,
    Enrolment,
    Submission,
)

__all__ = [
    "Assignment",
    "AssignmentTerms",
    "Certificate",
    "Channel",
    "Course",
    "DirectMessage",
    "Effect",
    "Enrolment",
    "HeldRole",
    "Holiday",
    "Institution",
    "PeerReview",
    "Post",
    "Programme",
    "Submission",
    "Teaching",
]

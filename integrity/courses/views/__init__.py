"""The course pages; who may see what is decided in `rules`, the rest is 404."""

from integrity.courses.views.community import channel, conversation, messages
from integrity.courses.views.permits import permits
from integrity.courses.views.record import assignment, course, courses, post, submission

__all__ = [
    "assignment",
    "channel",
    "conversation",
    "course",
    "courses",
    "messages",
    "permits",
    "post",
    "submission",
]

"""What the course pages show: `record`, `permits` and `community`."""

from integrity.courses.page_selectors.community import (
    ChannelPage,
    ConversationPage,
    MessagesPage,
    channel_page,
    conversation_page,
    messages_page,
)
from integrity.courses.page_selectors.permits import PermitsPage, permits_page
from integrity.courses.page_selectors.record import (
    AssignmentPage,
    CoursePage,
    HandedIn,
    MyCourse,
    MyCourses,
    PostPage,
    SubmissionPage,
    Task,
    assignment_page,
    course_page,
    my_courses,
    post_page,
    submission_page,
    to_look_at,
)

__all__ = [
    "AssignmentPage",
    "ChannelPage",
    "ConversationPage",
    "CoursePage",
    "HandedIn",
    "MessagesPage",
    "MyCourse",
    "MyCourses",
    "PermitsPage",
    "PostPage",
    "SubmissionPage",
    "Task",
    "assignment_page",
    "channel_page",
    "conversation_page",
    "course_page",
    "messages_page",
    "my_courses",
    "permits_page",
    "post_page",
    "submission_page",
    "to_look_at",
]

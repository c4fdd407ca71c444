"""What can be done next with a case: buttons and checks, read from the workflow's table."""

from cases.views.desk.steps.buttons import Button, Next
from cases.views.desk.steps.may import (
    may,
    of_the_desk,
    permissions,
    require,
    respondent_of,
    url,
)
from cases.views.desk.steps.more import Tab, frame, more
from cases.views.desk.steps.next_step import next_step, nobody_left

__all__ = [
    "Button",
    "Next",
    "Tab",
    "frame",
    "may",
    "more",
    "next_step",
    "nobody_left",
    "of_the_desk",
    "permissions",
    "require",
    "respondent_of",
    "url",
]

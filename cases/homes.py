"""Start pages, menu entries and what stays open under a restriction: the respondent's side."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.views import home as views
from integrity.accounts.enums import Role
from integrity.accounts.rules import has_role
from integrity.web import home, navigation, restricted


def _signed_in(user: Any) -> bool:
    return bool(user.is_authenticated)


# Before the start pages of single roles: a question that waits for one's own answer comes first.
home.register(_signed_in, views.start, priority=1)

navigation.register(
    navigation.Item(
        key="courses",
        label=_("Courses"),
        url_name="courses:courses",
        order=20,
        icon="book-open",
        shown_to=_signed_in,
    )
)
navigation.register(
    navigation.Item(
        key="my-cases",
        label=_("My cases"),
        url_name="my:cases",
        order=45,
        icon="folder-open",
        shown_to=_signed_in,
    )
)

navigation.register(
    navigation.Item(
        key="advising",
        label=_("Advising"),
        url_name="advising:list",
        order=46,
        icon="life-buoy",
        shown_to=lambda user: has_role(user, Role.ADVISER),
    )
)

# Whoever may use nothing else still reads what is alleged and decided, answers and appeals.
restricted.allow("my:home", "my:cases", "my:case", "my:answer", "my:answered", "my:evidence")
restricted.allow("my:appeal", "my:appealed", "my:more_time")
# To have help with an answer, and to answer what holds until then, is part of being heard.
restricted.allow("my:advisers", "my:adviser", "my:adviser_end", "my:measure")
# And so is to be asked to talk, and to say what is wrong in what was written down.
restricted.allow("my:meeting", "my:meeting_minutes", "my:meeting_calendar")
# Their letter and their case lead to what happens with their data.
restricted.allow("report:processing")

"""Start pages, menu entries and what stays open under a restriction: the respondent's side."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.views import home as views
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

# Whoever may use nothing else still reads what is alleged and decided, answers and appeals.
restricted.allow("my:home", "my:cases", "my:case", "my:answer", "my:answered", "my:evidence")
restricted.allow("my:appeal", "my:appealed")

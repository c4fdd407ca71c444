"""Questions to people who may know something: theirs to answer, and the desk's list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cases.models import StatementRequest
from cases.selectors.case_head import Head, head
from cases.services.statement import open_for
from integrity.accounts.models import User
from integrity.core.errors import NotFound
from integrity.courses.models import Teaching


@dataclass(frozen=True)
class MyStatement:
    """One question as whoever was asked sees it. `state`: open, given, withdrawn or late."""

    request: StatementRequest
    state: str


@dataclass(frozen=True)
class Statements:
    """The desk's list of one case."""

    head: Head
    rows: Sequence[StatementRequest]


def waiting(user: User) -> list[StatementRequest]:
    """The questions that wait for the user, the oldest first: one query.

    A question whose case has gone on meanwhile is not waited for any more.
    """
    rows = (
        StatementRequest.objects.filter(
            person=user, given_at__isnull=True, withdrawn_at__isnull=True
        )
        .select_related("case__course")
        .order_by("asked_at", "pk")
    )
    return [row for row in rows if row.case.status in _BEFORE_NOTICE]


_BEFORE_NOTICE = ("triage", "investigation")


def my_statement(user: User, public_id: UUID) -> MyStatement:
    """A question put to the user. Raises `NotFound` for everybody else's."""
    request = (
        StatementRequest.objects.filter(person=user, public_id=public_id)
        .select_related("case__course", "case__institution")
        .first()
    )
    if request is None:
        raise NotFound
    if request.given_at is not None:
        state = "given"
    elif request.withdrawn_at is not None:
        state = "withdrawn"
    else:
        state = "open" if open_for(request.case) else "late"
    return MyStatement(request, state)


def statements_page(user: User, number: str) -> Statements:
    """Who was asked what in a case, the newest first: three queries."""
    top = head(user, number)
    rows = top.case.statements.select_related("person", "asked_by", "evidence").defer(
        "evidence__text"
    )
    return Statements(top, list(rows.order_by("-asked_at", "-pk")))


def teachers_of(top: Head, user: User) -> list[User]:
    """The teachers of the course whom the reader can ask: one query."""
    if top.case.course_id is None:
        return []
    rows = Teaching.objects.filter(course=top.case.course_id, user__is_active=True)
    parties = [row.user_id for row in top.respondents]
    return [
        row.user
        for row in rows.exclude(user=user)
        .exclude(user__in=parties)
        .select_related("user")
        .order_by("user__display_name", "pk")
    ]

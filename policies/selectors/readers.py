"""Reads for readers of policies: what a clause says, own questions, and the desk's (PO8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, scope
from integrity.core.errors import NotFound
from policies.models import Document, Pledge, Question, Version
from policies.rendering import Clause, render
from policies.selectors.texts import published

PAGE_SIZE = 25
VIEWS = ("open", "answered")
_WITH = ("version__document__institution",)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"(\d{1,17})-(\d{1,18})")


@dataclass(frozen=True)
class AskedClause:
    """A clause as it stands in its version. `title` is its own, or that of its part."""

    clause: Clause
    title: str


@dataclass(frozen=True)
class QuestionsPage:
    """A page of questions; `next` is the key of the following one ("" at the end)."""

    view: str
    rows: list[Question]
    next: str


def last_pledge(user: User, document: Document) -> Pledge | None:
    """The last time somebody agreed to a version of the document, in any course. One query."""
    return (
        Pledge.objects.filter(learner=user, version__document=document)
        .select_related("version")
        .defer("version__body")
        .order_by("-made_at", "-pk")
        .first()
    )


def clause_of(version: Version, number: str) -> AskedClause | None:
    """The clause with this number in the text of the version; `None` when it has no such clause."""
    for part, clause in render(version.body, version.document.title).clauses():
        if number and clause.number == number:
            return AskedClause(clause, clause.title or part.title)
    return None


def clause_label(version: Version, clause: str) -> str:
    """The clause and its version in words: "Clause 3.1 of Honor code, version 4"."""
    if not clause:
        return str(version)
    return gettext("Clause %(clause)s of %(policy)s") % {"clause": clause, "policy": version}


def published_version(slug: str, number: int) -> Version:
    """A published version with its text. Raises `NotFound` for any other: drafts are nobody's."""
    found = published().filter(document__slug=slug, number=number).first()
    if found is None:
        raise NotFound
    return found


def own_questions(user: User, *, after: str = "") -> QuestionsPage:
    """The questions somebody asked, the newest first, with their answers. One query.

    An unreadable key is the first page.
    """
    rows = Question.objects.filter(asked_by=user).order_by("-asked_at", "-pk")
    rows = rows.select_related(*_WITH).defer("version__body")
    key = _read(after)
    if key is not None:
        rows = rows.filter(Q(asked_at__lt=key[0]) | Q(asked_at=key[0], pk__lt=key[1]))
    return _page("own", rows, "asked_at")


def answerable_by(user: User) -> QuerySet[Question]:
    """The questions this person may read at the desk and answer: those about documents of the
    institutions they work for, and with a role everywhere also about the platform's.

    Nobody answers a question of their own. Empty for whoever works on no cases.
    """
    where = scope(user, *STAFF_OF_CASES)
    found = Question.objects.exclude(asked_by=user)
    if where is None:
        return found
    return found.filter(version__document__institution__in=where)


def open_questions(user: User) -> QuerySet[Question]:
    """The questions that wait for somebody like this person."""
    return answerable_by(user).filter(answered_at__isnull=True)


def desk_questions(user: User, *, view: str = "open", after: str = "") -> QuestionsPage:
    """The desk's questions: open ones, the oldest first, or answered ones, the newest answer first.

    One query. An unknown view is the first, an unreadable key the first page.
    """
    view = view if view in VIEWS else VIEWS[0]
    rows = answerable_by(user).select_related(*_WITH).defer("version__body")
    key = _read(after)
    if view == "open":
        rows = rows.filter(answered_at__isnull=True).order_by("asked_at", "pk")
        if key is not None:
            rows = rows.filter(Q(asked_at__gt=key[0]) | Q(asked_at=key[0], pk__gt=key[1]))
        return _page(view, rows, "asked_at")
    rows = rows.filter(answered_at__isnull=False).order_by("-answered_at", "-pk")
    if key is not None:
        rows = rows.filter(Q(answered_at__lt=key[0]) | Q(answered_at=key[0], pk__lt=key[1]))
    return _page(view, rows, "answered_at")


def desk_question(user: User, public_id: UUID) -> Question:
    """One question with the text it is about. Raises `NotFound` for whoever may not answer it."""
    found = (
        answerable_by(user)
        .select_related("version__document__institution", "answered_by")
        .filter(public_id=public_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _page(view: str, rows: QuerySet[Question], column: str) -> QuestionsPage:
    found = list(rows[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    return QuestionsPage(view, found, _key(found[-1], column) if more else "")


def _key(row: Question, column: str) -> str:
    at: Any = getattr(row, column)
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}-{row.pk}"


def _read(after: str) -> tuple[datetime, int] | None:
    found = _KEY.fullmatch(after)
    if found is None:
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(found[1])), int(found[2])
    except OverflowError:
        return None

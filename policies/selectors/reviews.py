"""What the pages of reviews and of telling everybody show: one read for each page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

from integrity.accounts.models import User
from integrity.core.errors import NotFound
from policies import office, reviewing
from policies.models import (
    Dissemination,
    Document,
    Mailing,
    Review,
    ReviewInput,
    ReviewParticipant,
    Version,
)
from policies.reviewing import Standing
from policies.selectors.texts import governing_version, latest_published
from policies.services import mailings

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Reader = User | AnonymousUser

PAGE = 50


@dataclass(frozen=True)
class Overview:
    """The policies somebody looks after, what is due first first."""

    rows: list[Standing]
    page: int
    more: bool

    @property
    def before(self) -> int | None:
        """The page before; the first one has no number in its address."""
        return self.page - 1 if self.page > 2 else None

    @property
    def after(self) -> int:
        return self.page + 1


def overview(user: User, page: int) -> Overview:
    """Page `page` (from 1) of the yearly work. Four queries."""
    documents = reviewing.due_first(office.managed(user))
    start = (page - 1) * PAGE
    found = list(documents[start : start + PAGE + 1])
    rows = reviewing.standings(found[:PAGE])
    return Overview(rows, page, len(found) > PAGE)


def managed_document(user: User, slug: str) -> Document:
    """A document the person looks after; `NotFound` for any other."""
    document = office.managed(user).filter(slug=slug).first()
    if document is None:
        raise NotFound
    return document


@dataclass(frozen=True)
class Room:
    """The review of a document as its administrators see it."""

    document: Document
    standing: Standing
    review: Review | None
    people: tuple[ReviewParticipant, ...]
    inputs: tuple[ReviewInput, ...]
    past: tuple[Review, ...]


def room(user: User, slug: str) -> Room:
    """The open review of a document, if there is one, and the closed ones, the newest first."""
    document = managed_document(user, slug)
    standing = reviewing.standing(document)
    review = standing.open
    if review is not None:
        review = Review.objects.get(pk=review.pk)
        review.document = document
    people, inputs = _with(review)
    return Room(document, standing, review, people, inputs, tuple(_closed(document)))


def _with(
    review: Review | None,
) -> tuple[tuple[ReviewParticipant, ...], tuple[ReviewInput, ...]]:
    if review is None:
        return (), ()
    return (
        tuple(review.participants.select_related("person")),
        tuple(review.inputs.select_related("author")),
    )


def open_room(user: User, slug: str) -> tuple[Room, Review]:
    """The room with its open review; `NotFound` where none is open."""
    found = room(user, slug)
    if found.review is None:
        raise NotFound
    return found, found.review


def input_of(review: Review, public_id: UUID) -> ReviewInput:
    """An input to this very review."""
    found = review.inputs.select_related("author").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Held:
    """A closed review as its administrators see it."""

    review: Review
    people: tuple[ReviewParticipant, ...]
    inputs: tuple[ReviewInput, ...]


def held(user: User, slug: str, public_id: UUID) -> Held:
    """A closed review of this very document; `NotFound` for any other."""
    document = managed_document(user, slug)
    review = _closed(document).filter(public_id=public_id).first()
    if review is None:
        raise NotFound
    review.document = document
    return Held(review, *_with(review))


def _closed(document: Document) -> QuerySet[Review]:
    return Review.objects.filter(document=document, closed_at__isnull=False).order_by("-closed_at")


# The public page


@dataclass(frozen=True)
class PublicReview:
    """The review of a policy as everybody sees it; `own` is what the reader sent to the open one.

    `shows_place`: where the meeting is, is for the invited and the administrators.
    """

    document: Document
    version: Version
    standing: Standing
    shows_place: bool
    own: tuple[ReviewInput, ...]
    past: tuple[Review, ...]


def public_review(reader: Reader, slug: str) -> PublicReview:
    """`NotFound` where no version of the document is published."""
    document = Document.objects.filter(slug=slug).select_related("institution", "course").first()
    if document is None:
        raise NotFound
    version = governing_version(document) or latest_published(document)
    if version is None:
        raise NotFound
    standing = reviewing.standing(document)
    own: tuple[ReviewInput, ...] = ()
    shows_place = False
    if isinstance(reader, User):
        # To any review of it: the answers are read after it is closed.
        own = tuple(
            ReviewInput.objects.filter(review__document=document, author=reader)
            .select_related("review")
            .order_by("-sent_at")[:PAGE]
        )
        shows_place = office.manages(reader, document) or bool(
            standing.open and standing.open.participants.filter(person=reader).exists()
        )
    return PublicReview(
        document,
        version,
        standing,
        shows_place,
        own,
        tuple(_closed(document).defer("minutes")[:10]),
    )


# Telling everybody


@dataclass(frozen=True)
class Telling:
    """How a document was brought before everybody, the newest first, and what can be done."""

    document: Document
    standing: Standing
    version: Version | None
    newest: Version | None
    rows: tuple[Dissemination, ...]
    mailings: tuple[Mailing, ...]


def telling(user: User, slug: str) -> Telling:
    """The page of a document the person looks after."""
    document = managed_document(user, slug)
    rows = (
        Dissemination.objects.filter(version__document=document)
        .select_related("version", "mailing", "recorded_by")
        .order_by("-day", "-pk")
    )
    sent = (
        Mailing.objects.filter(version__document=document)
        .select_related("version", "course")
        .order_by("-started_at", "-pk")[:PAGE]
    )
    return Telling(
        document,
        reviewing.standing(document),
        governing_version(document),
        latest_published(document),
        tuple(rows[:200]),
        tuple(sent),
    )


def mailing(user: User, public_id: UUID) -> Mailing:
    """A mailing that the person may look after; `NotFound` for any other."""
    found = (
        Mailing.objects.select_related(
            "version__document__institution", "course", "stopped_by", "started_by"
        )
        .filter(public_id=public_id)
        .first()
    )
    if found is None or not mailings.may_handle(user, found):
        raise NotFound
    return found

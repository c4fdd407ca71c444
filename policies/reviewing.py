"""When a policy is due for its yearly review and for being brought before everybody (PO7).

Nothing of this is stored: it follows from closed reviews, from what was recorded of telling people,
and from the clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from integrity.accounts.models import RoleGrant, User
from integrity.core import clock
from integrity.courses.enums import EnrolmentStatus
from integrity.courses.models import Enrolment, Teaching
from policies.enums import Medium, ReviewCapacity, VersionStatus
from policies.models import Dissemination, Document, Review, Version

# How long before the day administrators are reminded of a review.
NOTICE = timedelta(days=30)


def a_year_after(day: date) -> date:
    """The same day next year; 28 February after a 29th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def a_year_before(day: date) -> date:
    """The same day last year; 28 February before a 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def today_of(document: Document) -> date:
    """The date now in the zone of the policy's owner."""
    return clock.now().astimezone(ZoneInfo(document.owner_zone)).date()


@dataclass(frozen=True)
class Standing:
    """Where a document stands with its yearly work.

    `due_on` is one year after the last closed review, else after its first version took effect, and
    None before it has. `email` and `other` are the last days on which it was brought before
    everybody by email and by another medium; `tell_by` is the day by which the next time is due.
    """

    document: Document
    due_on: date | None
    last: Review | None
    open: Review | None
    email: date | None
    other: date | None
    tell_by: date | None
    today: date

    @property
    def review_overdue(self) -> bool:
        return self.due_on is not None and self.due_on < self.today

    @property
    def review_soon(self) -> bool:
        """Whether the review is due within the days of notice, or was."""
        return self.due_on is not None and self.due_on - NOTICE <= self.today

    @property
    def telling_overdue(self) -> bool:
        """Whether twelve months have passed since it was last told by both kinds of media."""
        return self.tell_by is not None and self.tell_by < self.today

    @property
    def email_late(self) -> bool:
        return "email" in self.missing

    @property
    def other_late(self) -> bool:
        return "other" in self.missing

    @property
    def missing(self) -> list[str]:
        """Which of the two kinds of media was not used in the last twelve months."""
        if self.tell_by is None:
            return []
        since = a_year_before(self.today)
        found = (("email", self.email), ("other", self.other))
        return [kind for kind, day in found if day is None or day < since]

    @property
    def sentences(self) -> tuple[Any, ...]:
        """What is missing, in words."""
        words = {
            "email": _("In the last twelve months nobody got it by email."),
            "other": _("In the last twelve months it was not told by another medium than email."),
        }
        return tuple(words[kind] for kind in self.missing)


def with_due(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Those that are in force or were, with `base`: the instant after which a year is counted."""
    closed = (
        Review.objects.filter(document=OuterRef("pk"), closed_at__isnull=False)
        .order_by("-closed_at")
        .values("closed_at")[:1]
    )
    first = (
        Version.objects.filter(
            document=OuterRef("pk"),
            status=VersionStatus.PUBLISHED,
            effective_at__lte=clock.now(),
        )
        .values("document")
        .annotate(first=Min("effective_at"))
        .values("first")
    )
    return documents.annotate(
        first=Subquery(first), base=Coalesce(Subquery(closed), Subquery(first))
    ).filter(first__isnull=False)


def due_first(documents: QuerySet[Document]) -> QuerySet[Document]:
    """`with_due`, in the order in which their reviews are due."""
    dated: QuerySet[Any] = with_due(documents)
    return dated.order_by("base", "pk")


def standings(documents: Iterable[Document]) -> list[Standing]:
    """Where each of `documents` (of `with_due`) stands, in their order. Three queries."""
    documents = list(documents)
    last: dict[int, Review] = {}
    open_: dict[int, Review] = {}
    people = Count("participants", filter=Q(participants__attended=True))
    reviews = Review.objects.filter(document__in=documents).annotate(took_part=people)
    for review in reviews.defer("minutes").order_by("closed_at"):
        (open_ if review.closed_at is None else last)[review.document_id] = review
    told = last_told(documents)
    found = []
    for document in documents:
        zone = ZoneInfo(document.owner_zone)
        base, first = cast("_Dated", document).base, cast("_Dated", document).first
        email, other = told[document.pk]
        # Who has used one kind of media only has not finished: the older of the two counts.
        since = min(email, other) if email and other else first.astimezone(zone).date()
        found.append(
            Standing(
                document=document,
                due_on=a_year_after(base.astimezone(zone).date()),
                last=last.get(document.pk),
                open=open_.get(document.pk),
                email=email,
                other=other,
                tell_by=a_year_after(since),
                today=today_of(document),
            )
        )
    return found


class _Dated(Document):
    """A document as `with_due` gives it."""

    base: datetime
    first: datetime

    class Meta:
        abstract = True


def standing(document: Document) -> Standing:
    """Where one document stands; nothing is due while no version of it has taken effect."""
    found = with_due(Document.objects.filter(pk=document.pk)).select_related("institution").first()
    if found is not None:
        return standings([found])[0]
    review = Review.objects.filter(document=document, closed_at__isnull=True).first()
    return Standing(document, None, None, review, None, None, None, today_of(document))


def last_told(documents: Iterable[Document]) -> dict[int, tuple[date | None, date | None]]:
    """By primary key: the last day by email and the last by another medium. One query.

    An email that was stopped did not reach everybody and does not count.
    """
    days: dict[int, dict[bool, date]] = defaultdict(dict)
    rows = (
        Dissemination.objects.filter(version__document__in=documents)
        .filter(Q(mailing__isnull=True) | Q(mailing__stopped_at__isnull=True))
        .order_by("day")
        .values_list("version__document", "medium", "day")
    )
    for pk, medium, day in rows:
        days[pk][medium == Medium.EMAIL] = day
    return {item.pk: (days[item.pk].get(True), days[item.pk].get(False)) for item in documents}


# Who may speak for whom


def speaks_for(person: User, capacity: str, document: Document) -> bool:
    """Whether the person really is a learner, an instructor or an administrator where the document
    holds: the platform's everywhere, an institution's there, the terms of a course in it."""
    place = Q()
    if document.course_id is not None:
        place = Q(course=document.course_id)
    elif document.institution_id is not None:
        place = Q(course__institution=document.institution_id)
    if capacity == ReviewCapacity.LEARNER:
        rows = Enrolment.objects.filter(place, learner=person)
        return rows.exclude(status=EnrolmentStatus.LEFT).exists()
    if capacity == ReviewCapacity.INSTRUCTOR:
        return Teaching.objects.filter(place, user=person).exists()
    return administrators(document).filter(pk=person.pk, is_active=True).exists()


def administrators(document: Document) -> QuerySet[User]:
    """Everybody who looks after the document: those of the platform and of its institution."""
    return _administrators(
        Q(institution__isnull=True) | Q(institution=document.institution_id)
        if document.institution_id
        else Q(institution__isnull=True)
    )


def reminded(document: Document) -> list[User]:
    """Who is reminded of a document: its institution's administrators, where it has none the
    platform's."""
    if document.institution_id is not None:
        own = list(_administrators(Q(institution=document.institution_id)))
        if own:
            return own
    return list(_administrators(Q(institution__isnull=True)))


def _administrators(where: Q) -> QuerySet[User]:
    at = clock.now()
    grants = RoleGrant.objects.filter(
        where,
        Q(ended_at__isnull=True) | Q(ended_at__gt=at),
        user=OuterRef("pk"),
        role="administrator",
    )
    return User.objects.filter(Exists(grants), is_active=True).order_by("pk")

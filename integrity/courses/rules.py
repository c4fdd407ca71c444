"""Who may see what of a course. What is not here for somebody does not exist for them (404)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from integrity.courses.enums import EffectKind, EnrolmentStatus, PostPlace
from integrity.courses.models import Course, Enrolment, Post, Submission, Teaching
from integrity.courses.selectors import active_effects

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from integrity.accounts.models import User

IN_COURSE = (EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED)


def own_enrolments(user: User) -> QuerySet[Enrolment]:
    """The user's places in courses, without those they left."""
    return Enrolment.objects.filter(learner=user, status__in=IN_COURSE)


def _removed(enrolment: OuterRef) -> Exists:
    return Exists(active_effects().filter(enrolment=enrolment, kind=EffectKind.REMOVED_FROM_COURSE))


def _teaching(user: User, course: OuterRef) -> Exists:
    return Exists(Teaching.objects.filter(user=user, course=course))


def courses_of(user: User | AnonymousUser) -> QuerySet[Course]:
    """Courses the user is enrolled in and not removed from, or teaches."""
    if not user.is_authenticated or not user.is_active:
        return Course.objects.none()
    enrolled = own_enrolments(user).filter(~_removed(OuterRef("pk")), course=OuterRef("pk"))
    return Course.objects.filter(Exists(enrolled) | _teaching(user, OuterRef("pk")))


def visible_submissions(user: User | AnonymousUser) -> QuerySet[Submission]:
    """What the user may read of what was handed in, and so may flag unless it is their own.

    Their own, everything in a course they teach, and, as peers, everything in a course they are
    enrolled in unless a decision hides it.
    """
    if not user.is_authenticated or not user.is_active:
        return Submission.objects.none()
    hidden = active_effects().filter(submission=OuterRef("pk"), kind=EffectKind.CONTENT_HIDDEN)
    return Submission.objects.filter(assignment__course__in=courses_of(user)).filter(
        Q(learner=user) | _teaching(user, OuterRef("assignment__course")) | ~Exists(hidden)
    )


def visible_posts(user: User | AnonymousUser) -> QuerySet[Post]:
    """Posts the user may read: what is open to the course; peer reviews only for its teachers.

    Who received a peer review is not part of the record yet, so learners reach none here.
    """
    if not user.is_authenticated or not user.is_active:
        return Post.objects.none()
    return Post.objects.filter(course__in=courses_of(user)).filter(
        Q(place__in=(PostPlace.FORUM, PostPlace.CHAT)) | _teaching(user, OuterRef("course"))
    )

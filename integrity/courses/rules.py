"""Who may see and write what in a course. What is not here for somebody does not exist (404).

Everything is asked of the effects in force at this very second: no job has to run for a bar to
begin or to end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from integrity.accounts.models import User
from integrity.accounts.selectors import active_restriction
from integrity.courses import gates
from integrity.courses.enums import EffectKind, EnrolmentStatus, PostPlace
from integrity.courses.models import (
    Channel,
    Course,
    Effect,
    Enrolment,
    HeldRole,
    Post,
    Submission,
    Teaching,
)
from integrity.courses.selectors import active_effects

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

IN_COURSE = (EnrolmentStatus.ACTIVE, EnrolmentStatus.COMPLETED)


def own_enrolments(user: User) -> QuerySet[Enrolment]:
    """The user's places in courses, without those they left."""
    return Enrolment.objects.filter(learner=user, status__in=IN_COURSE)


def _removed(**enrolment: OuterRef) -> Exists:
    return Exists(active_effects().filter(kind=EffectKind.REMOVED_FROM_COURSE, **enrolment))


def _teaching(user: User, course: OuterRef) -> Exists:
    return Exists(Teaching.objects.filter(user=user, course=course))


def standing_roles() -> QuerySet[HeldRole]:
    """Roles that count: none that a decision ended, nor of somebody removed from the course."""
    ended = active_effects().filter(kind=EffectKind.ROLE_ENDED, role=OuterRef("pk"))
    return HeldRole.objects.filter(
        ~Exists(ended),
        ~_removed(enrolment__learner=OuterRef("user"), enrolment__course=OuterRef("course")),
    )


def holds_role(user: User, course: Course, role: str) -> bool:
    """Whether the user is, for instance, mentor in this course now."""
    return standing_roles().filter(user=user, course=course, role=role).exists()


def courses_of(user: User | AnonymousUser) -> QuerySet[Course]:
    """Courses the user teaches, holds a role in, or is enrolled in and not removed from."""
    if not user.is_authenticated or not user.is_active:
        return Course.objects.none()
    enrolled = own_enrolments(user).filter(
        ~_removed(enrolment=OuterRef("pk")), course=OuterRef("pk")
    )
    role = standing_roles().filter(user=user, course=OuterRef("pk"))
    return Course.objects.filter(Exists(enrolled) | _teaching(user, OuterRef("pk")) | Exists(role))


def in_course(user: User, course: Course) -> bool:
    """Whether the user is in this course now, in whatever part."""
    return courses_of(user).filter(pk=course.pk).exists()


def visible_submissions(user: User | AnonymousUser) -> QuerySet[Submission]:
    """What the user may read of what was handed in, and so may flag unless it is their own.

    Their own, everything in a course they teach, and, as peers, everything in a course they are
    in unless a decision hides it.
    """
    if not user.is_authenticated or not user.is_active:
        return Submission.objects.none()
    hidden = active_effects().filter(submission=OuterRef("pk"), kind=EffectKind.CONTENT_HIDDEN)
    return Submission.objects.filter(assignment__course__in=courses_of(user)).filter(
        Q(learner=user) | _teaching(user, OuterRef("assignment__course")) | ~Exists(hidden)
    )


def visible_posts(user: User | AnonymousUser) -> QuerySet[Post]:
    """Posts the user may read: what is open to the course; peer reviews only for its teachers.

    None in a channel that a decision keeps the user out of. Who received a peer review is not part
    of the record yet, so learners reach none here.
    """
    if not user.is_authenticated or not user.is_active:
        return Post.objects.none()
    barred = _channel_bars(user).filter(channel=OuterRef("channel"))
    return Post.objects.filter(course__in=courses_of(user)).filter(
        Q(place__in=(PostPlace.FORUM, PostPlace.CHAT)) | _teaching(user, OuterRef("course")),
        ~Exists(barred),
    )


def _channel_bars(user: User) -> QuerySet[Effect]:
    return active_effects().filter(kind=EffectKind.BARRED_FROM_CHANNEL, person=user)


def channel_bar(user: User, channel: Channel) -> Effect | None:
    """What keeps the user out of the channel now; of several the one that lasts longest."""
    return _longest(_channel_bars(user).filter(channel=channel))


def may_post(user: User, channel: Channel) -> bool:
    """Whether its course is open to the user, under no restriction and not barred here."""
    gate = gates.gate(user, channel.course)
    return (
        in_course(user, channel.course)
        and (gate is None or not gate.closed)
        and channel_bar(user, channel) is None
        and active_restriction(user) is None
    )


def reachable(user: User) -> QuerySet[User]:
    """The people of the courses open to the user, without the user: whom one can write to."""
    closed = [gate.course.pk for gate in gates.closed(user)]
    return _people(user, courses_of(user).exclude(pk__in=closed))


def gate_to(user: User, other: User | UUID) -> gates.Gate | None:
    """The closed gate behind which the two share a course, where they share no open one."""
    person = Q(public_id=other) if isinstance(other, UUID) else Q(pk=other.pk)
    if reachable(user).filter(person).exists():
        return None
    found = sorted(gates.closed(user), key=lambda gate: gate.course.pk)
    return next(
        (
            gate
            for gate in found
            if _people(user, courses_of(user).filter(pk=gate.course.pk)).filter(person).exists()
        ),
        None,
    )


def _people(user: User, courses: QuerySet[Course]) -> QuerySet[User]:
    enrolled = Enrolment.objects.filter(
        ~_removed(enrolment=OuterRef("pk")),
        learner=OuterRef("pk"),
        status__in=IN_COURSE,
        course__in=courses,
    )
    teaching = Teaching.objects.filter(user=OuterRef("pk"), course__in=courses)
    roles = standing_roles().filter(user=OuterRef("pk"), course__in=courses)
    return User.objects.filter(
        Exists(enrolled) | Exists(teaching) | Exists(roles), is_active=True
    ).exclude(pk=user.pk)


def message_bar(sender: User, recipient: User) -> Effect | None:
    """What keeps the sender from writing to the recipient now; the one that lasts longest."""
    return _longest(
        active_effects().filter(
            Q(other__isnull=True) | Q(other=recipient),
            kind=EffectKind.NO_MESSAGES,
            person=sender,
        )
    )


def may_message(sender: User, recipient: User) -> bool:
    """Whether the two share a course and neither a restriction nor a bar stops the sender.

    A bar is one-sided: the person who was to be left alone may still write.
    """
    return (
        message_bar(sender, recipient) is None
        and active_restriction(sender) is None
        and reachable(sender).filter(pk=recipient.pk).exists()
    )


def _longest(effects: QuerySet[Effect]) -> Effect | None:
    return effects.order_by(F("ends_at").desc(nulls_first=True), "pk").first()
